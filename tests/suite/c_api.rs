//! The C API, from programs in C, C++, Python and C#: the guides' own, and one that does everything
//! wrong. On Windows the C programs were built on Linux, and run here.

use std::path::{Path, PathBuf};
use std::process::Command;

use callpop_tests::{Sandbox, program};

#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod other_languages;

/// Where the programs are that were built before, on a system without a compiler.
#[cfg(windows)]
const PROGRAMS: &str = "CALLPOP_TEST_C_PROGRAMS";

/// What C programs are built with, and the programs.
struct Kit {
    #[cfg(unix)]
    folder: tempfile::TempDir,
}

#[cfg(unix)]
impl Kit {
    /// The library under the names that `dist` gives it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = callpop_tests::library("callpop");
        for name in ["libcallpop.so.1", "libcallpop.so"] {
            std::os::unix::fs::symlink(library, folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    /// Builds a program of this project's with the compiler for it, and these options.
    fn program(&self, source: &str, options: &[&str]) -> PathBuf {
        let program = self.folder.path().join("program");
        let cpp = source.ends_with(".cpp");
        let (compiler, standard) = if cpp {
            ("c++", "-std=c++17")
        } else {
            ("cc", "-std=c11")
        };
        let mut path = std::ffi::OsString::from("-Wl,-rpath,");
        path.push(self.folder.path());
        let built = Command::new(compiler)
            .args([
                standard, "-Wall", "-Wextra", "-Werror", "-g", "-pthread", "-I",
            ])
            .arg(callpop_tests::workspace().join("host/capi/include"))
            .arg("-o")
            .arg(&program)
            .arg(callpop_tests::workspace().join(source))
            .arg("-L")
            .arg(self.folder.path())
            .arg(path)
            .arg("-lcallpop")
            .args(options)
            .output()
            .unwrap();
        assert!(built.status.success(), "{source}: {built:?}");
        program
    }
}

#[cfg(windows)]
impl Kit {
    fn new() -> Self {
        Self {}
    }

    fn program(&self, source: &str, _: &[&str]) -> PathBuf {
        let folder = PathBuf::from(std::env::var_os(PROGRAMS).expect("the programs are built"));
        let (folder_of, name) = source.rsplit_once('/').unwrap();
        let language = folder_of.rsplit('/').next().unwrap();
        let name = name.split('.').next().unwrap();
        folder.join(format!("{language}-{name}.exe"))
    }
}

/// What a program says that ends well, with these arguments and with the sandbox's home and plugins
/// folder.
fn said(sandbox: &Sandbox, command: &mut Command) -> String {
    let output = command
        .env("CALLPOP_HOME", sandbox.home())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    assert!(output.status.success(), "{said}{output:?}");
    said
}

const WHOLE_CALL: [&str; 2] = ["pipedrive", "https://acme.pipedrive.com/deals"];

fn whole_call(sandbox: &Sandbox, command: &mut Command) -> String {
    let command = command.args(WHOLE_CALL);
    said(sandbox, command.arg(sandbox.home()).arg(sandbox.plugins()))
}

fn faults(sandbox: &Sandbox, command: &mut Command) -> String {
    command.arg(sandbox.home()).arg(sandbox.plugins());
    said(
        sandbox,
        command.arg(program("callpop-worker")).args(WHOLE_CALL),
    )
}

/// That the guide shows this very program, and what it prints.
fn assert_shown(source: &str, language: &str, said: &str) {
    let read = |name: &str| {
        let file: &Path = callpop_tests::workspace();
        std::fs::read_to_string(file.join(name)).unwrap()
    };
    let (guide, shown) = (read("docs/c-api.md"), read(source));
    assert!(
        guide.contains(&format!("```{language}\n{shown}```")),
        "{source}"
    );
    assert!(guide.contains(&format!("```text\n{said}```")), "{said}");
}

/// The program is its own worker.
#[test]
fn the_guides_dialer_in_c_makes_a_whole_call() {
    let source = "docs/examples/c/dialer.c";
    let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
    let said = whole_call(&sandbox, &mut Command::new(kit.program(source, &[])));
    insta::assert_snapshot!(said, @"
    connected to acme.pipedrive.com
    call call-1: ask
    asks: Jo Doe or Jon Doe?
    open https://acme.pipedrive.com/person/7 in a tab
    call call-1: opened
    call call-1: suppressed
    the menu offers: the log's page
    open https://acme.pipedrive.com/activities/42 in a tab
    error 3, no-such-adapter
    logged out of acme.pipedrive.com
    left over: 0
    ");
    assert_shown(source, "c", &said);
}

#[test]
fn the_guides_dialer_in_cpp_makes_a_whole_call() {
    let source = "docs/examples/cpp/dialer.cpp";
    let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
    let said = whole_call(&sandbox, &mut Command::new(kit.program(source, &[])));
    // What is told comes on a thread of its own, between the other lines.
    let (told, rest): (Vec<_>, Vec<_>) = said.lines().partition(|line| line.starts_with("open "));
    insta::assert_snapshot!(rest.join("\n"), @"
    connected to acme.pipedrive.com
    asks: Jo Doe or Jon Doe?
    chosen: opened
    the log: https://acme.pipedrive.com/activities/42
    error 3, no-such-adapter
    logged out of acme.pipedrive.com
    ");
    let first = told.first().copied();
    assert_eq!(first, Some("open https://acme.pipedrive.com/person/7"));
    let guide = std::fs::read_to_string(callpop_tests::workspace().join("docs/c-api.md")).unwrap();
    assert!(guide.contains(&format!("({})", source.trim_start_matches("docs/"))));
}

/// Null, wrong and destroyed handles, damaged texts and structs, eight threads.
#[test]
fn whatever_a_program_does_wrong_is_told_and_harms_nothing() {
    let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
    let mut program = Command::new(kit.program("tests/c/faults.c", &[]));
    assert_eq!(faults(&sandbox, &mut program), "0 failures\n");
}
