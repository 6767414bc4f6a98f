//! The guide's dialers in Python and C#, and one in C that carries the library inside.

use std::fs;
use std::process::Command;

use callpop_tests::{Sandbox, library, needed_program, program, workspace};

use super::{Kit, WHOLE_CALL, said, whole_call};

/// What both print.
const SAID: &str = "\
connected to acme.pipedrive.com
open https://acme.pipedrive.com/person/7
the log: https://acme.pipedrive.com/activities/42
error: there is no adapter `no-such-crm` in [plugins]; there are: pipedrive
logged out of acme.pipedrive.com
";

fn whole_call_with_worker(sandbox: &Sandbox, command: &mut Command) -> String {
    command.args(WHOLE_CALL).arg(sandbox.home());
    command
        .arg(sandbox.plugins())
        .arg(program("callpop-worker"));
    let plugins = sandbox.plugins().to_string_lossy().into_owned();
    said(sandbox, command).replace(&plugins, "[plugins]")
}

#[test]
fn the_guides_dialer_in_python_makes_a_whole_call() {
    let Some(python) = needed_program(&["python3"]) else {
        return;
    };
    let sandbox = Sandbox::with(&["pipedrive"]);
    let mut dialer = Command::new(python);
    dialer
        .arg(workspace().join("docs/examples/python/dialer.py"))
        .env("CALLPOP_LIBRARY", library("callpop"));
    assert_eq!(whole_call_with_worker(&sandbox, &mut dialer), SAID);
}

#[test]
fn the_guides_dialer_in_csharp_makes_a_whole_call() {
    let (Some(compiler), Some(mono)) = (needed_program(&["mcs"]), needed_program(&["mono"])) else {
        return;
    };
    let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
    let program = kit.folder.path().join("Dialer.exe");
    let built = Command::new(compiler)
        .arg("-warnaserror")
        .arg(format!("-out:{}", program.display()))
        .arg(workspace().join("docs/examples/csharp/Dialer.cs"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{built:?}");
    let mut dialer = Command::new(mono);
    dialer
        .arg(program)
        .env("LD_LIBRARY_PATH", kit.folder.path());
    assert_eq!(whole_call_with_worker(&sandbox, &mut dialer), SAID);
}

#[test]
fn a_program_can_carry_the_library_inside() {
    let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
    // What rustc says that it needs, as in `callpop.pc`.
    let needed = [
        "-lgcc_s",
        "-lutil",
        "-lrt",
        "-lpthread",
        "-lm",
        "-ldl",
        "-lc",
    ];
    for name in ["libcallpop.so", "libcallpop.so.1"] {
        fs::remove_file(kit.folder.path().join(name)).unwrap();
    }
    let archive = library("callpop").with_extension("a");
    std::os::unix::fs::symlink(archive, kit.folder.path().join("libcallpop.a")).unwrap();
    let mut dialer = Command::new(kit.program("docs/examples/c/dialer.c", &needed));
    assert!(whole_call(&sandbox, &mut dialer).ends_with("left over: 0\n"));
}
