//! What programs in C and C++ are built with: headers, libraries, and the files that lead
//! pkg-config and CMake to them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::layout::copy;

/// How Cargo names the library for C.
pub(crate) const NAME: &str = "callpop";

/// What stands for the version in the files for pkg-config and CMake.
const VERSION: &str = "@VERSION@";

/// Where the headers and the other files are in a checkout.
const HEADERS: &str = "host/capi/include";
const INSTALL: &str = "host/capi/install";

/// Lays these libraries out under `folder`, with all that is needed to build with them; tells which
/// files these are.
pub(crate) fn lay_out(libraries: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let library_folder = made(folder.join("lib"))?;
    let headers = made(folder.join("include"))?;
    for header in ["callpop.h", "callpop.hpp"] {
        files.push(copied(
            &Path::new(HEADERS).join(header),
            &headers.join(header),
        )?);
    }
    for library in libraries {
        let name = library.file_name().context("a library has a name")?;
        let name = name.to_string_lossy();
        match &*name {
            // Programs find it by the name that is inside (`build.rs`), compilers by the other.
            "libcallpop.so" => {
                files.push(copied(library, &library_folder.join("libcallpop.so.1"))?);
                files.push(linked("libcallpop.so.1", &library_folder.join(&*name))?);
            }
            // Windows looks for it beside the program.
            "callpop.dll" => files.push(copied(library, &folder.join(&*name))?),
            _ => files.push(copied(library, &library_folder.join(&*name))?),
        }
    }
    if files.iter().any(|file| file.ends_with("callpop.dll")) {
        let file = library_folder.join("callpop.def");
        write(&file, &definitions()?)?;
        files.push(file);
    }
    let package = made(library_folder.join("pkgconfig"))?;
    files.push(with_version("callpop.pc", &package)?);
    let cmake = made(library_folder.join("cmake/callpop"))?;
    for name in ["callpop-config.cmake", "callpop-config-version.cmake"] {
        files.push(with_version(name, &cmake)?);
    }
    Ok(files)
}

fn made(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

fn copied(from: &Path, to: &Path) -> Result<PathBuf> {
    copy(from, to)?;
    Ok(to.to_owned())
}

/// A name that leads to the file of another one beside it.
fn linked(target: &str, name: &Path) -> Result<PathBuf> {
    let cannot = || format!("cannot make {}", name.display());
    if name.symlink_metadata().is_ok() {
        fs::remove_file(name).with_context(cannot)?;
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(target, name).with_context(cannot)?;
    #[cfg(not(unix))]
    fs::copy(name.with_file_name(target), name).with_context(cannot)?;
    Ok(name.to_owned())
}

fn with_version(name: &str, folder: &Path) -> Result<PathBuf> {
    let template = Path::new(INSTALL).join(name);
    let file = folder.join(name);
    // All packages have the workspace's version, this one too.
    write(
        &file,
        &read(&template)?.replace(VERSION, env!("CARGO_PKG_VERSION")),
    )?;
    Ok(file)
}

/// The module definition of the library for Windows, of which any linker's import library can be made:
/// every function of the header.
pub(crate) fn definitions() -> Result<String> {
    let header = read(&Path::new(HEADERS).join("callpop.h"))?;
    let code = header
        .lines()
        .filter(|line| !line.trim_start().starts_with('*'));
    let functions = code.filter_map(|line| {
        let before = line.split_once('(')?.0;
        let name = before.rsplit([' ', '*']).next()?;
        name.starts_with("callpop_")
            .then(|| format!("    {name}\n"))
    });
    Ok(format!(
        "LIBRARY callpop.dll\nEXPORTS\n{}",
        functions.collect::<String>()
    ))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
