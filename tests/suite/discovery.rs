//! What the plugins folders hold, file by file, hostile ones included.

use std::fs;
use std::path::Path;

use callpop_host::{FileState, Host, Refusal};
#[cfg(unix)]
use callpop_tests::needed_program;
use callpop_tests::{Sandbox, library};

/// `name: code: message`, one line per refused file.
fn refusals(sandbox: &Sandbox) -> String {
    let catalog = sandbox.host().catalog();
    let folder = sandbox.plugins();
    let lines = catalog.files.iter().filter_map(|file| match &file.state {
        FileState::Refused(refusal) => Some(format!(
            "{}: {}: {}\n",
            file.path.file_name().unwrap().to_string_lossy(),
            refusal.code(),
            callpop_host::with_causes(refusal).replace(&folder.display().to_string(), "[plugins]"),
        )),
        _ => None,
    });
    lines.collect()
}

/// The library with every `from` in it replaced by `to`, which is as long.
fn patched(library: &Path, from: &str, to: &str) -> Vec<u8> {
    with_replaced(fs::read(library).unwrap(), from, to)
}

/// The bytes of a library with every `from` in them replaced by `to`, which is as long.
pub(crate) fn with_replaced(mut bytes: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = (0..bytes.len().saturating_sub(from.len()))
        .filter(|at| bytes[*at..].starts_with(from.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "{from:?} is not in the library");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn ten_adapters_are_found_without_running_them() {
    let names = callpop_tests::adapters();
    let sandbox = Sandbox::with(&names);
    let catalog = sandbox.host().catalog();
    let ids: Vec<_> = catalog
        .all_ready()
        .map(|(_, description)| description.manifest.id.as_str())
        .collect();
    assert_eq!(ids, names);
    assert!(!sandbox.home().exists(), "listing leaves no trace");
}

#[cfg(unix)]
#[test]
fn files_that_are_no_adapters_are_refused_in_words() {
    let sandbox = Sandbox::with(&["pipedrive", "no_manifest", "damaged_manifest"]);
    let real = fs::read(library("pipedrive")).unwrap();
    sandbox.write("empty.so", "");
    sandbox.write("text.so", "this is not a library\n");
    sandbox.write("page.dll", "<!doctype html><title>404</title>");
    sandbox.write("cut-in-the-header.so", &real[..40]);
    sandbox.write("cut-in-the-middle.so", &real[..real.len() / 2]);
    sandbox.write("zeros.so", vec![0; 4096]);
    fs::create_dir(sandbox.plugins().join("folder.so")).unwrap();
    // An object file has the same format as a library, but is not linked.
    let mut object = real.clone();
    object[16] = 1;
    sandbox.write("object.so", object);
    let program = callpop_tests::program("callpop");
    fs::copy(program, sandbox.plugins().join("program.so")).unwrap();
    insta::assert_snapshot!(refusals(&sandbox), @"
    cut-in-the-header.so: not-a-library: it is not a dynamic library: it is damaged or cut off (Invalid ELF header size or alignment)
    cut-in-the-middle.so: not-a-library: it is not a dynamic library: it is damaged or cut off (Invalid ELF section header offset/size/alignment)
    damaged_manifest.so: damaged-manifest: its manifest (adapter.json) is not valid: line 3, column 10: expected `:`
    empty.so: empty: it is empty; was it copied to the end?
    folder.so: folder: it is a folder; the library itself stands in the plugins folder
    no_manifest.so: no-manifest: it is a library without a manifest, so not an adapter; an adapter gets its manifest from `export_adapter!`
    object.so: not-a-library: it is not a dynamic library: an object file, not linked yet
    page.dll: not-a-library: it is not a dynamic library: it begins like no system's libraries do
    program.so: no-manifest: it is a library without a manifest, so not an adapter; an adapter gets its manifest from `export_adapter!`
    text.so: not-a-library: it is not a dynamic library: it begins like no system's libraries do
    zeros.so: not-a-library: it is not a dynamic library: it begins like no system's libraries do
    ");
}

/// A library that was cut off or damaged anywhere is read to an answer, and no code of it runs.
#[test]
fn a_library_cut_off_or_damaged_anywhere_gives_an_answer() {
    let whole = fs::read(library("pipedrive")).unwrap();
    let sandbox = Sandbox::new();
    let path = sandbox.plugins().join("damaged.so");
    let mut refused = 0;
    let mut inspect = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let inspection = callpop_host::inspect(&path);
        refused += u32::from(matches!(inspection.file.state, FileState::Refused(_)));
    };
    // What the headers and the tables behind them say, byte by byte.
    for at in 0..64 {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        inspect(&bytes);
    }
    // Debug information makes the library long, and is not read.
    let cuts = (0..whole.len()).step_by(4096 * (1 + whole.len() / 4096 / 300));
    for length in cuts {
        inspect(&whole[..length]);
    }
    // There are between 150 and 300 cuts, as long as the library is. A library of Windows has its
    // tables in front, and is whole without its debug information.
    let least = if cfg!(windows) { 100 } else { 200 };
    assert!(refused > least, "{refused}");
}

#[cfg(unix)]
#[test]
fn what_is_not_an_ordinary_file_is_not_even_opened() {
    let sandbox = Sandbox::new();
    let folder = sandbox.plugins();
    std::os::unix::fs::symlink("/dev/zero", folder.join("device.so")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.join("dangling.so")).unwrap();
    std::os::unix::fs::symlink("loop.so", folder.join("loop.so")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket.so")).unwrap();
    if let Some(mkfifo) = needed_program(&["mkfifo"]) {
        // Opening a pipe waits for a writer that never comes.
        let status = std::process::Command::new(mkfifo)
            .arg(folder.join("pipe.so"))
            .status();
        assert!(status.unwrap().success());
    }
    insta::assert_snapshot!(refusals(&sandbox), @"
    dangling.so: unreadable: it cannot be read: No such file or directory (os error 2)
    device.so: not-a-file: it is not an ordinary file
    loop.so: unreadable: it cannot be read: Too many levels of symbolic links (os error 40)
    pipe.so: not-a-file: it is not an ordinary file
    socket.so: not-a-file: it is not an ordinary file
    ");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_refused_with_the_systems_reason() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with(&["pipedrive"]);
    let path = sandbox.plugins().join("pipedrive.so");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        // The superuser reads everything, so the program is run as somebody else.
        return run_as_nobody(&sandbox);
    }
    insta::assert_snapshot!(refusals(&sandbox), @"");
}

#[cfg(unix)]
fn run_as_nobody(sandbox: &Sandbox) {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    let root = sandbox.plugins().parent().unwrap().to_owned();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
    let program = root.join("callpop");
    fs::copy(callpop_tests::program("callpop"), &program).unwrap();
    let mut command = std::process::Command::new(program);
    command
        .args(["adapters", "--home", "/nonexistent", "--plugins"])
        .arg(sandbox.plugins())
        .uid(NOBODY)
        .gid(NOBODY);
    let ran = sandbox.finish(&mut command);
    insta::assert_snapshot!(ran.text(), @"
    exit 0
    --- stdout
    No adapter is ready.
      looked into [plugins]

    Refused
      [plugins]/pipedrive.so
        it cannot be read: Permission denied (os error 13)
    ");
}

#[test]
fn a_huge_file_is_not_read() {
    let sandbox = Sandbox::new();
    let file = fs::File::create(sandbox.plugins().join("huge.so")).unwrap();
    // Sparse: it takes no room.
    file.set_len(callpop_host::MAX_FILE_SIZE + 1).unwrap();
    insta::assert_snapshot!(refusals(&sandbox), @"huge.so: too-large: it has 268435457 bytes; at most 268435456 are read");
}

#[test]
fn another_abi_is_refused_and_says_which_side_is_older() {
    let sandbox = Sandbox::new();
    let obedient = library("obedient");
    for (name, abi) in [
        ("later-major.so", "abi_stable/2.0"),
        ("earlier-major.so", "abi_stable/0.9"),
        ("other-kind.so", "wasm_tables1.0"),
        ("other-kind-2.so", "wasm_comps/1.0"),
        ("no-number.so", "abi_stable/x.0"),
    ] {
        sandbox.write(name, patched(obedient, "abi_stable/1.0", abi));
    }
    insta::assert_snapshot!(refusals(&sandbox), @r#"
    earlier-major.so: other-abi-major: it is built for ABI major 0, and this host has major 1: the adapter is older; get a newer version of the adapter
    later-major.so: other-abi-major: it is built for ABI major 2, and this host has major 1: this host is older; install a newer Callpop
    no-number.so: unknown-abi: it speaks the ABI "abi_stable/x.0", which this host does not know; it needs a newer Callpop, or the file is damaged
    other-kind-2.so: unknown-abi: it speaks the ABI "wasm_comps/1.0", which this host does not know; it needs a newer Callpop, or the file is damaged
    other-kind.so: unknown-abi: it speaks the ABI "wasm_tables1.0", which this host does not know; it needs a newer Callpop, or the file is damaged
    "#);
}

#[test]
fn a_later_minor_version_of_the_abi_is_ready() {
    let sandbox = Sandbox::new();
    let later = patched(library("obedient"), "abi_stable/1.0", "abi_stable/1.9");
    sandbox.write("later-minor.so", later);
    assert!(sandbox.host().catalog().ready("obedient").is_some());
}

#[test]
fn a_manifest_that_breaks_a_rule_is_refused_with_the_place() {
    let sandbox = Sandbox::new();
    let obedient = library("obedient");
    for (name, from, to) in [
        ("bad-id.so", r#""id": "obedient""#, r#""id": "OBEDIENT""#),
        (
            "bad-version.so",
            r#""version": "1.0.0""#,
            r#""version": "1.0.x""#,
        ),
        ("bad-host.so", "*.obedient.example", "*.*edient..example"),
        ("no-vendor.so", r#""vendor""#, r#""wender""#),
        ("no-magic.so", "CALLPOP1", "CALLPOP9"),
    ] {
        sandbox.write(name, patched(obedient, from, to));
    }
    insta::assert_snapshot!(refusals(&sandbox), @r#"
    bad-host.so: damaged-manifest: its manifest (adapter.json) is not valid: line 6, column 38: "*.*edient..example" is not a host pattern: write a host name (`app.example.com`) or `*.` and a domain (`*.example.com`), in lower case
    bad-id.so: damaged-manifest: its manifest (adapter.json) is not valid: line 2, column 24: "OBEDIENT" does not fit: an id is small letters and digits, in parts joined by `-`, at most 64
    bad-version.so: damaged-manifest: its manifest (adapter.json) is not valid: line 4, column 26: "1.0.x" is not a version such as 1.0.0: unexpected character 'x' while parsing patch version number
    no-magic.so: damaged-manifest: its manifest is damaged: the data does not begin with `CALLPOP1`
    no-vendor.so: damaged-manifest: its manifest (adapter.json) is not valid: line 10, column 5: missing field `vendor`
    "#);
}

#[cfg(unix)]
#[test]
fn a_library_for_another_machine_is_refused_with_both_names() {
    let sandbox = Sandbox::new();
    // ELF's field `e_machine`: 183 is AArch64, 62 x86-64.
    let mut elf = fs::read(library("pipedrive")).unwrap();
    let other = if cfg!(target_arch = "x86_64") {
        183
    } else {
        62
    };
    elf[18..20].copy_from_slice(&u16::to_le_bytes(other));
    sandbox.write("other-processor.so", elf);
    insta::assert_snapshot!(refusals(&sandbox), @"other-processor.so: other-machine: it is built for Linux on aarch64, and this is Linux on x86_64; get the file for Linux on x86_64");
}

/// The source of a library with a manifest in C: for systems that this machine builds no Rust for.
#[cfg(unix)]
fn c_adapter() -> String {
    use callpop_adapter::embedded_manifest::{embed, embedded_length};
    const MANIFEST: &str =
        r#"{ "id": "foreign", "name": "Foreign", "version": "1.2.3", "vendor": "Callpop" }"#;
    const BYTES: [u8; embedded_length("abi_stable/1.0", MANIFEST)] =
        embed("abi_stable/1.0", MANIFEST);
    let bytes: Vec<String> = BYTES.iter().map(ToString::to_string).collect();
    format!(
        "#ifdef _WIN32\n__declspec(dllexport)\n#endif\n\
         extern const unsigned char callpop_adapter_manifest[];\n\
         const unsigned char callpop_adapter_manifest[] = {{ {} }};\n",
        bytes.join(",")
    )
}

#[test]
#[cfg(unix)]
fn a_windows_library_is_read_and_refused_by_its_system() {
    let Some(gcc) = needed_program(&["x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-gcc-posix"])
    else {
        return;
    };
    let sandbox = Sandbox::new();
    let source = sandbox.plugins().join("foreign.c");
    fs::write(&source, c_adapter()).unwrap();
    let status = std::process::Command::new(gcc)
        .args(["-shared", "-nostdlib", "-Wl,--entry=0", "-o"])
        .args([sandbox.plugins().join("foreign.dll"), source])
        .status();
    assert!(status.unwrap().success());
    let catalog = sandbox.host().catalog();
    let file = catalog
        .files
        .iter()
        .find(|file| file.path.ends_with("foreign.dll"))
        .unwrap();
    let description = file.description.as_ref().unwrap();
    assert_eq!(description.manifest.id, "foreign");
    insta::assert_snapshot!(refusals(&sandbox), @"foreign.dll: other-machine: it is built for Windows on x86_64, and this is Linux on x86_64; get the file for Linux on x86_64");
}

#[test]
#[cfg(unix)]
fn a_macos_library_is_read_and_refused_by_its_system() {
    let Some(clang) = needed_program(&["clang", "clang-14"]) else {
        return;
    };
    let Some(lld) = needed_program(&["ld64.lld", "ld64.lld-14"]) else {
        return;
    };
    let sandbox = Sandbox::new();
    let folder = sandbox.plugins();
    fs::write(folder.join("foreign.c"), c_adapter()).unwrap();
    let run = |program: &Path, arguments: &[&str]| {
        let mut command = std::process::Command::new(program);
        let status = command.args(arguments).current_dir(&folder).status();
        assert!(status.unwrap().success(), "{arguments:?}");
    };
    run(
        &clang,
        &[
            "-target",
            "arm64-apple-macos11",
            "-c",
            "foreign.c",
            "-o",
            "foreign.o",
        ],
    );
    run(
        &lld,
        &[
            "-dylib",
            "-arch",
            "arm64",
            "-platform_version",
            "macos",
            "11.0",
            "11.0",
            "foreign.o",
            "-o",
            "foreign.dylib",
        ],
    );
    let catalog = sandbox.host().catalog();
    let file = catalog
        .files
        .iter()
        .find(|file| file.path.ends_with("foreign.dylib"))
        .unwrap();
    let description = file.description.as_ref().unwrap();
    assert_eq!(description.manifest.version.to_string(), "1.2.3");
    insta::assert_snapshot!(refusals(&sandbox), @"foreign.dylib: other-machine: it is built for macOS on aarch64, and this is Linux on x86_64; get the file for Linux on x86_64");
}

#[cfg(unix)]
#[test]
fn of_two_files_with_one_id_the_higher_version_is_used() {
    let sandbox = Sandbox::new();
    let obedient = library("obedient");
    for (name, version) in [("a.so", "1.9.0"), ("b.so", "1.10.0"), ("c.so", "1.10.0")] {
        // A longer version takes a space of the next line's indentation.
        let indentation = " ".repeat(8 + "1.0.0".len() - version.len());
        let to = format!("{version}\",\n{indentation}\"vendor");
        let library = patched(obedient, "1.0.0\",\n        \"vendor", &to);
        sandbox.write(name, library);
    }
    insta::assert_snapshot!(refusals(&sandbox), @"
    a.so: same-id: the adapter `obedient` is taken from [plugins]/b.so instead: its version is higher
    c.so: same-id: the adapter `obedient` is taken from [plugins]/b.so instead: the versions are equal, and its name comes first
    ");
    let catalog = sandbox.host().catalog();
    assert!(catalog.ready("obedient").unwrap().0.path.ends_with("b.so"));
}

#[test]
fn of_two_folders_the_first_one_wins_even_with_a_lower_version() {
    let first = Sandbox::with(&["obedient"]);
    let second = Sandbox::new();
    let newer = patched(
        library("obedient"),
        r#""version": "1.0.0""#,
        r#""version": "9.0.0""#,
    );
    second.write("obedient.so", newer);
    let host = Host::builder()
        .home(first.home())
        .plugins_folder(first.plugins())
        .plugins_folder(second.plugins())
        .plugins_folder(first.plugins())
        .build()
        .unwrap();
    let catalog = host.catalog();
    assert_eq!(
        catalog.folders.len(),
        2,
        "a folder that is named twice counts once"
    );
    assert!(
        catalog
            .ready("obedient")
            .unwrap()
            .0
            .path
            .starts_with(first.plugins())
    );
    let loser = catalog
        .files
        .iter()
        .find(|file| file.path.starts_with(second.plugins()))
        .unwrap();
    assert!(matches!(
        &loser.state,
        FileState::Refused(Refusal::SameId {
            why: "its folder is searched first",
            ..
        })
    ));
}

#[test]
fn other_files_are_ignored_and_a_missing_folder_is_told() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    sandbox.write("README.txt", "hello");
    sandbox.write(".hidden.so", "not looked at");
    fs::create_dir(sandbox.plugins().join("old")).unwrap();
    let host = Host::builder()
        .home(sandbox.home())
        .plugins_folder(sandbox.plugins())
        .plugins_folder(sandbox.home().join("nowhere"))
        .build()
        .unwrap();
    let catalog = host.catalog();
    let names: Vec<_> = catalog
        .files
        .iter()
        .filter(|file| matches!(file.state, FileState::Ignored(_)))
        .map(|file| file.path.file_name().unwrap().to_string_lossy())
        .collect();
    assert_eq!(names, ["README.txt", "old"]);
    assert!(catalog.folders[0].problem.is_none());
    assert!(catalog.folders[1].problem.is_some());
}
