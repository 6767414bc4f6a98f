//! The program and its plugins folder side by side, as a user gets them.

use std::fmt;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{CrateType, Message, MetadataCommand};

use crate::c_kit;

/// How Cargo names an adapter's package.
const ADAPTER_PREFIX: &str = "callpop-adapter-";

/// The packages that ship besides the adapters, and their programs: `callpop`, and the worker for
/// dialers that embed the library.
const SHIPPED: [&str; 2] = ["callpop-host", "callpop-capi"];
const PROGRAMS: [&str; 2] = ["callpop", "callpop-worker"];

/// What Cargo is told in development, beside what it is to build: a benchmark, which needs little that
/// is not built anyway. With it, the packages have the features that the tests turn on, and nothing that
/// the tests have built is built once more.
const AS_TESTED: [&str; 2] = ["--bench", "c_api"];

/// What was laid out.
pub(crate) struct Layout {
    /// The program `callpop`.
    pub(crate) program: PathBuf,
    folder: PathBuf,
    files: Vec<PathBuf>,
}

struct Built {
    programs: Vec<PathBuf>,
    /// Each adapter's id and library.
    adapters: Vec<(String, PathBuf)>,
    /// The library for C, and what links it.
    c_libraries: Vec<PathBuf>,
}

impl Layout {
    /// Builds in `profile` and lays out into `folder`. What the last layout left there is replaced;
    /// other files are left alone.
    pub(crate) fn build(profile: &str, folder: &Path) -> Result<Self> {
        Self::build_with(&Toolchain::of_this_machine(), profile, folder)
    }

    /// The same with a toolchain that may build for another system.
    pub(crate) fn build_with(toolchain: &Toolchain, profile: &str, folder: &Path) -> Result<Self> {
        let built = build(toolchain, profile)?;
        let plugins = folder.join("plugins");
        fs::create_dir_all(&plugins)
            .with_context(|| format!("cannot make {}", plugins.display()))?;
        let mut files = Vec::new();
        for program in &built.programs {
            let file = folder.join(program.file_name().context("a program has a name")?);
            copy(program, &file)?;
            files.push(file);
        }
        let program = folder.join(format!("callpop{}", toolchain.program_suffix));
        for (id, library) in &built.adapters {
            let file = plugins.join(format!("{id}{}", toolchain.library_suffix));
            copy(library, &file)?;
            files.push(file);
        }
        for document in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            let file = folder.join(document);
            copy(Path::new(document), &file)?;
            files.push(file);
        }
        files.extend(c_kit::lay_out(&built.c_libraries, folder)?);
        let sdk = folder.join("sdk");
        crate::sdk::lay_out(&sdk)?;
        files.push(sdk.join("Cargo.toml"));
        Ok(Self {
            program,
            folder: folder.to_owned(),
            files,
        })
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.folder.display())?;
        for file in &self.files {
            let size = fs::metadata(file).map_or(0, |metadata| metadata.len());
            let name = file.strip_prefix(&self.folder).unwrap_or(file);
            write!(f, "\n  {:28}{:>8} KiB", name.display(), size.div_ceil(1024))?;
        }
        Ok(())
    }
}

/// The Cargo that runs this.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What Cargo tells this program of its package, a build script would take for its own: `ring`'s does,
    // and is run anew, with all that lies on it, where the one that ran Cargo is another.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

/// Builds one of the workspace's programs in development; tells where it is.
pub(crate) fn build_program(name: &str, features: Option<&str>) -> Result<PathBuf> {
    let status = cargo()
        .args(["build", "--quiet", "--bin", name])
        .args(AS_TESTED)
        .args(features.map(|it| format!("--features={it}")))
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the build failed");
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    Ok(target_folder()?.join("debug").join(file))
}

/// Where Cargo builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// What builds, and how its programs and libraries are named.
pub(crate) struct Toolchain {
    pub(crate) cargo: fn() -> Command,
    pub(crate) program_suffix: &'static str,
    pub(crate) library_suffix: &'static str,
}

impl Toolchain {
    fn of_this_machine() -> Self {
        Self {
            cargo,
            program_suffix: std::env::consts::EXE_SUFFIX,
            library_suffix: std::env::consts::DLL_SUFFIX,
        }
    }
}

fn build(toolchain: &Toolchain, profile: &str) -> Result<Built> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let adapters: Vec<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .filter(|name| name.starts_with(ADAPTER_PREFIX))
        .collect();
    let mut command = (toolchain.cargo)();
    command
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(["--profile", profile])
        .stdout(Stdio::piped());
    if profile == "dev" {
        // Nothing of it ships.
        command.args(["--lib", "--bins"]).args(AS_TESTED);
    } else {
        command.args(SHIPPED.iter().flat_map(|name| ["--package", name]));
        command.args(adapters.iter().flat_map(|name| ["--package", name]));
    }
    let mut cargo = command.spawn().context("cannot start cargo")?;
    let output = cargo.stdout.take().context("cargo has no output")?;
    let mut programs = Vec::new();
    let mut libraries = Vec::new();
    let mut c_libraries = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        let Message::CompilerArtifact(artifact) = message? else {
            continue;
        };
        if let Some(executable) = artifact.executable {
            if PROGRAMS.contains(&artifact.target.name.as_str()) {
                programs.push(executable.into_std_path_buf());
            }
        } else if artifact.target.name == c_kit::NAME {
            let files = artifact.filenames.into_iter();
            c_libraries.extend(files.map(Into::<PathBuf>::into));
        } else if artifact.target.crate_types.contains(&CrateType::CDyLib) {
            let name = artifact.target.name.replace('_', "-");
            let Some(id) = name.strip_prefix(ADAPTER_PREFIX).map(str::to_owned) else {
                continue;
            };
            let library = artifact
                .filenames
                .into_iter()
                .find(|file| file.as_str().ends_with(toolchain.library_suffix));
            libraries.extend(library.map(|library| (id, library.into_std_path_buf())));
        }
    }
    ensure!(cargo.wait()?.success(), "the build failed");
    libraries.sort();
    programs.sort();
    Ok(Built {
        programs,
        adapters: libraries,
        c_libraries,
    })
}

/// Copies under another name first: the file that is replaced may be in use.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    fs::copy(from, &part)
        .and_then(|_| fs::rename(&part, to))
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}
