//! The C programs under valgrind and AddressSanitizer, which tell every leak and every access to
//! memory that is not theirs.

use std::path::Path;
use std::process::Command;

use callpop_tests::{Sandbox, needed_program, program};

use super::{Kit, WHOLE_CALL, faults, said, whole_call};

const DIALERS: [&str; 2] = ["docs/examples/c/dialer.c", "docs/examples/cpp/dialer.cpp"];
const FAULTS: &str = "tests/c/faults.c";

/// The program under valgrind, which ends with another code if there is anything to tell.
fn watched(valgrind: &Path, program: &Path) -> Command {
    let mut command = Command::new(valgrind);
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
        // What is reached from its inside alone, as Rust's shared pointers are, is `possibly lost`.
        .args(["--show-leak-kinds=definite,indirect"])
        .args(["--errors-for-leak-kinds=definite,indirect"])
        .arg(program);
    command
}

#[test]
fn valgrind_finds_nothing() {
    let Some(valgrind) = needed_program(&["valgrind"]) else {
        return;
    };
    for source in DIALERS {
        let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
        whole_call(&sandbox, &mut watched(&valgrind, &kit.program(source, &[])));
    }
    let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
    let program = kit.program(FAULTS, &[]);
    assert_eq!(
        faults(&sandbox, &mut watched(&valgrind, &program)),
        "0 failures\n"
    );
}

/// A program with it cannot be its own worker: the sanitizer wants more memory than an adapter may
/// have.
#[test]
fn the_address_sanitizer_finds_nothing() {
    let options = ["-fsanitize=address", "-fno-omit-frame-pointer"];
    for source in DIALERS {
        let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
        let mut dialer = Command::new(kit.program(source, &options));
        dialer.args(WHOLE_CALL).arg(sandbox.home());
        dialer.arg(sandbox.plugins()).arg(program("callpop-worker"));
        said(&sandbox, &mut dialer);
    }
    let (sandbox, kit) = (Sandbox::with(&["pipedrive"]), Kit::new());
    let mut program = Command::new(kit.program(FAULTS, &options));
    assert_eq!(faults(&sandbox, &mut program), "0 failures\n");
}

/// The tools themselves would tell: a program that forgets a block and writes beyond another.
#[test]
fn both_would_tell_a_leak_and_a_wrong_access() {
    let Some(valgrind) = needed_program(&["valgrind"]) else {
        return;
    };
    let kit = Kit::new();
    for (options, command) in [(&[][..], true), (&["-fsanitize=address"][..], false)] {
        for fault in ["leak", "overrun"] {
            let program = kit.program("tests/c/unsound.c", options);
            let mut command = match command {
                true => watched(&valgrind, &program),
                false => Command::new(&program),
            };
            let ended = command.arg(fault).output().unwrap();
            assert!(!ended.status.success(), "{fault}: {ended:?}");
        }
    }
}
