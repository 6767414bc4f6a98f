//! A place of its own for a test: a home, a plugins folder, and the program run in it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use callpop_host::{Browser, Host, HostBuilder, Limits, RecordingBrowser};
use tempfile::TempDir;

use crate::artifacts;

/// Long enough for everything that does end, beside a build.
pub const PATIENT: Duration = Duration::from_secs(60);

/// A folder with `home` and `plugins` in it, gone with the test.
#[derive(Debug)]
pub struct Sandbox {
    folder: TempDir,
}

/// How the program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output, with the sandbox's own paths as `[home]` and `[plugins]`.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// An empty one.
    ///
    /// # Panics
    /// If the system has no room for it.
    #[must_use]
    pub fn new() -> Self {
        let folder = TempDir::with_prefix("callpop test ").expect("a folder can be made");
        fs::create_dir(folder.path().join("plugins")).expect("a folder can be made");
        Self { folder }
    }

    /// One with these adapters or fixtures in its plugins folder, named as `dist` names them.
    #[must_use]
    pub fn with<S: AsRef<str>>(names: &[S]) -> Self {
        let sandbox = Self::new();
        for name in names.iter().map(AsRef::as_ref) {
            sandbox.add(artifacts::library(name), &library_name(name));
        }
        sandbox
    }

    /// A host with this home, this plugins folder and this browser.
    ///
    /// # Panics
    /// If it cannot be set up.
    #[must_use]
    pub fn host_with(&self, browser: Arc<dyn Browser>) -> Host {
        let builder = self.builder().browser(browser);
        builder.build().expect("all places are given")
    }

    /// A host with this home and this plugins folder in the making.
    #[must_use]
    pub fn builder(&self) -> HostBuilder {
        Host::builder()
            .home(self.home())
            .plugins_folder(self.plugins())
            .browser(Arc::new(RecordingBrowser::default()))
            // The tests' own program cannot be started as a worker.
            .worker_program(artifacts::program("callpop-worker"))
            // A busy machine is no fault of an adapter.
            .limits(Limits {
                page_deadline: PATIENT,
                unauthorize_deadline: PATIENT,
                ..Limits::default()
            })
    }

    /// A host with this home and plugins folder, whose pages open nowhere.
    #[must_use]
    pub fn host(&self) -> Host {
        self.host_with(Arc::new(RecordingBrowser::default()))
    }

    /// The home.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The plugins folder.
    #[must_use]
    pub fn plugins(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    /// Copies a library into the plugins folder.
    ///
    /// # Panics
    /// If it cannot be copied.
    pub fn add(&self, library: &Path, name: &str) {
        fs::copy(library, self.plugins().join(name)).expect("the library can be copied");
    }

    /// Writes a file into the plugins folder.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.plugins().join(name), bytes).expect("the file can be written");
    }

    /// The program with this home and plugins folder, and nothing of the user's own settings.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(artifacts::program("callpop"));
        command
            .env("CALLPOP_HOME", self.home())
            .env("CALLPOP_PLUGINS", self.plugins())
            // No browser unless the test names one.
            .env("BROWSER", "/nonexistent")
            .env("PATH", self.folder.path())
            .env_remove("NO_COLOR")
            .env_remove("CALLPOP_POLICY")
            .env_remove("CALLPOP_LOG")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        self.finish(self.command().args(arguments))
    }

    /// Runs the program with this text on standard input.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run_with_input<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: &str,
    ) -> Ran {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // It may end without having read everything.
        let _ = child
            .stdin
            .take()
            .expect("it was piped")
            .write_all(input.as_bytes());
        self.ran(&child.wait_with_output().expect("the program ends"))
    }

    /// Runs a command made by [`command`](Self::command) to its end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn finish(&self, command: &mut Command) -> Ran {
        self.ran(&command.output().expect("the program starts"))
    }

    fn ran(&self, output: &std::process::Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: self.redacted(&output.stdout),
            stderr: self.redacted(&output.stderr),
        }
    }

    fn redacted(&self, bytes: &[u8]) -> String {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(bytes);
        let text = if cfg!(windows) {
            as_on_unix(&text, &folder)
        } else {
            text.replace(&folder, "[folder]")
        };
        text.replace("[folder]/home", "[home]")
            .replace("[folder]/plugins", "[plugins]")
    }
}

impl Ran {
    /// Standard output as the one JSON object that it must be.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Exit code and both outputs in one text, for snapshots.
    #[must_use]
    pub fn text(&self) -> String {
        let part = |name: &str, text: &str| match text {
            "" => String::new(),
            text => format!("--- {name}\n{text}"),
        };
        format!(
            "exit {}\n{}{}",
            self.code,
            part("stdout", &self.stdout),
            part("stderr", &self.stderr)
        )
    }
}

/// The text with the folder as `[folder]`, what stands in it with `/` between the names, and the
/// program without its `.exe`.
fn as_on_unix(text: &str, folder: &str) -> String {
    let text = text
        .replace(&folder.replace('\\', "\\\\"), "[folder]")
        .replace(folder, "[folder]")
        .replace("callpop.exe", "callpop");
    let mut parts = text.split("[folder]");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(['\'', '"', '\n', ':', ',', ';'])
            .unwrap_or(part.len());
        let (path, rest) = part.split_at(end);
        all += "[folder]";
        all += &path.replace("\\\\", "/").replace('\\', "/");
        all += rest;
    }
    all
}

/// How `dist` names an adapter's library on this system.
#[must_use]
pub fn library_name(name: &str) -> String {
    format!("{name}{}", std::env::consts::DLL_SUFFIX)
}
