//! What only Windows has, or has in its own way. Run under Wine by `cargo xtask windows --test`.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use callpop_host::{
    CallError, ConnectRequest, Isolation, LoadError, RecordingBrowser, RunError, WorkerFailure,
};
use callpop_tests::{PATIENT, Sandbox, library, workspace};

use super::faults::{IMPATIENT, call, eventually, host, said_of};

#[test]
fn each_fault_is_told_by_its_class_and_harms_no_other_adapter() {
    let said = said_of(&[
        ("aborts", PATIENT),
        ("writes to null", PATIENT),
        ("overflows the stack", PATIENT),
        ("exits", PATIENT),
        ("kills itself", PATIENT),
        ("closes files", PATIENT),
        ("answers by itself", PATIENT),
        ("loops", IMPATIENT),
        ("sleeps", IMPATIENT),
    ]);
    insta::assert_snapshot!(said, @"
    aborts: its process crashed (abort, STATUS_STACK_BUFFER_OVERRUN)
    writes to null: its process crashed (STATUS_ACCESS_VIOLATION)
    overflows the stack: its process crashed (STATUS_STACK_OVERFLOW)
    exits: its process ended by itself with the code 0
    kills itself: its process ended by itself with the code 9
    closes files: its process ended by itself with the code 0
    answers by itself: its process broke the protocol: it said a reply to the call 999, which was not asked for
    loops: it did not answer within 3000 ms
    sleeps: it did not answer within 3000 ms
    ");
}

#[test]
fn too_much_memory_ends_the_worker_or_the_call() {
    // Wine knows a job's limit on memory and does not hold a process to it.
    for (fault, deadline) in [
        ("answers with a long page", PATIENT),
        ("answers with ten million actions", PATIENT),
        ("allocates", IMPATIENT),
    ] {
        let sandbox = Sandbox::with(&["misbehaves", "pipedrive"]);
        let (host, browser) = host(&sandbox, deadline);
        let error = call(&host, "misbehaves", fault, "").unwrap_err();
        let is_contained = matches!(
            &error,
            CallError::Run {
                source: RunError::BadReply(_)
                    | RunError::Worker(WorkerFailure::OutOfMemory | WorkerFailure::Deadline { .. }),
                ..
            }
        );
        assert!(is_contained, "{fault}: {error:?}");
        call(&host, "pipedrive", "7", "").unwrap();
        assert_eq!(browser.pages().len(), 1);
    }
}

#[test]
fn files_with_the_line_ends_of_windows_are_read() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    fs::create_dir(sandbox.home()).unwrap();
    let policy = sandbox.home().join("policy.toml");
    fs::write(policy, "[callPop]\r\nmaxPages = 2\r\n").unwrap();
    let contacts = sandbox.home().join("контакты.csv");
    fs::write(&contacts, "Id,Name,Phone\r\n7,Jo Doe,+12025550123\r\n").unwrap();
    let import = [
        "contacts",
        "import",
        "--adapter",
        "pipedrive",
        contacts.to_str().unwrap(),
    ];
    let ran = sandbox.run(import);
    assert_eq!(ran.code, 0, "{ran:?}");
    let found = sandbox.run(["contacts", "find", "+12025550123"]);
    assert!(found.stdout.contains("Jo Doe"), "{found:?}");
    let settings = sandbox.run(["settings", "pipedrive"]);
    assert!(settings.stdout.contains("administrator"), "{settings:?}");
}

#[test]
fn an_adapter_is_replaced_while_it_is_in_use() {
    for isolation in [Isolation::Isolated, Isolation::InProcess] {
        let sandbox = Sandbox::with(&["pipedrive"]);
        let browser = Arc::new(RecordingBrowser::default());
        let builder = sandbox
            .builder()
            .browser(browser.clone())
            .isolation(isolation);
        let host = builder.build().unwrap();
        call(&host, "pipedrive", "1", "").unwrap();
        let file = sandbox.plugins().join("pipedrive.dll");
        let mut bytes = fs::read(&file).unwrap();
        // One more byte behind the end changes the hash and nothing else.
        bytes.push(0);
        fs::write(&file, &bytes).unwrap();
        host.rescan();
        call(&host, "pipedrive", "2", "").unwrap();
        // Cut short in place; what runs is a copy.
        fs::write(&file, &bytes[..4096]).unwrap();
        call(&host, "pipedrive", "3", "").unwrap();
        fs::remove_file(&file).unwrap();
        host.rescan();
        assert!(call(&host, "pipedrive", "4", "").is_err());
        assert_eq!(browser.pages().len(), 3);
    }
}

#[test]
fn libraries_of_other_systems_and_processors_are_refused_in_words() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let of_linux = workspace().join("tests/compat/1.0.0/linux-x86_64.so");
    fs::copy(of_linux, sandbox.plugins().join("linux.so")).unwrap();
    let mut bytes = fs::read(library("pipedrive")).unwrap();
    // The header of Windows begins where the word at 0x3c says; behind its four letters stands the
    // processor: 0x8664, and 0x014c for 32 bits.
    let header =
        usize::try_from(u32::from_le_bytes(bytes[0x3c..0x40].try_into().unwrap())).unwrap();
    assert_eq!(bytes[header + 4..header + 6], [0x64, 0x86]);
    bytes[header + 4..header + 6].copy_from_slice(&[0x4c, 0x01]);
    sandbox.write("old.dll", bytes);
    let ran = sandbox.run(["adapters"]);
    insta::assert_snapshot!(ran.text(), @"
    exit 0
    --- stdout
    ID         NAME       VERSION  HOSTS            FILE
    pipedrive  Pipedrive  0.1.0    *.pipedrive.com  pipedrive.dll

    Refused
      [plugins]/linux.so
        it is built for Linux on x86_64, and this is Windows on x86_64; get the file for Windows on x86_64
      [plugins]/old.dll
        it is built for Windows on x86, and this is Windows on x86_64; get the file for Windows on x86_64
    ");
}

#[test]
fn homes_with_spaces_foreign_letters_and_long_names_work() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let long = sandbox
        .home()
        .join("Здравствуй 世界 ü")
        .join("x".repeat(120))
        .join("y".repeat(120));
    for isolation in [Isolation::Isolated, Isolation::InProcess] {
        let host = sandbox
            .builder()
            .home(&long)
            .isolation(isolation)
            .build()
            .unwrap();
        host.connect(&ConnectRequest::new("pipedrive", "a.pipedrive.com"))
            .unwrap();
        call(&host, "pipedrive", "7", "").unwrap();
        assert!(long.join("accounts.json").is_file());
    }
}

#[test]
fn the_home_is_its_owners_alone() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    assert_eq!(
        sandbox
            .run(["connect", "pipedrive", "a.pipedrive.com"])
            .code,
        0
    );
    let doctor = sandbox.run(["doctor"]).stdout;
    assert!(doctor.contains("good     home      [home]\n"), "{doctor}");
}

#[test]
fn a_library_beside_the_current_folder_is_never_picked_up() {
    let sandbox = Sandbox::with(&["plantable"]);
    let folder = sandbox.home().join("planted");
    fs::create_dir_all(&folder).unwrap();
    // Any library will do: that it is found at all is what must not be.
    fs::copy(library("bare"), folder.join("callpop_planted.dll")).unwrap();
    let before = std::env::current_dir().unwrap();
    std::env::set_current_dir(&folder).unwrap();
    let host = sandbox
        .builder()
        .isolation(Isolation::InProcess)
        .build()
        .unwrap();
    let result = call(&host, "plantable", "7", "");
    let isolated = sandbox
        .builder()
        .isolation(Isolation::Isolated)
        .build()
        .unwrap();
    let isolated = call(&isolated, "plantable", "7", "");
    // What a loader does that nobody has told where to look.
    // SAFETY: a fixture of our own, whose constructors do nothing.
    #[expect(unsafe_code, reason = "a library cannot be opened otherwise")]
    let control = unsafe { libloading::Library::new(library("plantable")) };
    std::env::set_current_dir(before).unwrap();
    for result in [result, isolated] {
        let CallError::Load { source, .. } = result.unwrap_err() else {
            panic!("it is not refused by the loader")
        };
        assert!(matches!(*source, LoadError::System { .. }), "{source}");
    }
    control.expect("the current folder is looked into otherwise");
}

#[test]
fn no_worker_outlives_a_host_that_is_killed() {
    let sandbox = Sandbox::with(&["test-crm"]);
    // A program that runs cannot be removed, and the worker is the same program.
    let program = sandbox.plugins().join("callpop.exe");
    fs::copy(callpop_tests::program("callpop"), &program).unwrap();
    if let Some(random) = random_numbers() {
        fs::copy(random, sandbox.plugins().join("bcryptprimitives.dll")).unwrap();
    }
    let mut demo = Command::new(&program)
        .env("CALLPOP_HOME", sandbox.home())
        .env("CALLPOP_PLUGINS", sandbox.plugins())
        .args(["demo", "--no-browser", "--wait", "3600"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It has called its adapter when it says which page to open.
    let mut output = demo.stdout.take().unwrap();
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains("Open this page") {
        let mut byte = [0];
        assert_eq!(output.read(&mut byte).unwrap(), 1, "the demo ended");
        said.push(byte[0]);
    }
    assert!(
        fs::remove_file(&program).is_err(),
        "a running program is kept"
    );
    demo.kill().unwrap();
    demo.wait().unwrap();
    eventually("the worker ends with its host", || {
        fs::remove_file(&program).is_ok()
    });
}

/// What lies beside the programs under Wine.
fn random_numbers() -> Option<PathBuf> {
    let path = callpop_tests::program("callpop").with_file_name("bcryptprimitives.dll");
    path.is_file().then_some(path)
}
