//! Installing, updating and uninstalling: from files, folders and a server, and what goes wrong there.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

use callpop_host::FolderChange;
use callpop_tests::{Ran, Sandbox, library};
use serde_json::{Value, json};

use super::discovery::with_replaced;
use super::packages::{package, version};

/// What a server answers to a request.
enum Answer {
    Body(Vec<u8>),
    Status(u16),
    Redirect(String),
    /// A length, and fewer bytes than that.
    Cut(u64, Vec<u8>),
    /// The beginning of an answer, and nothing more.
    Stall,
    Endless,
}

/// Serves over loopback until the tests end; gives the address.
fn serve(answer: impl Fn(&str) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            // Who has heard enough goes away.
            let _ = connection.and_then(|it| respond(it, &answer));
        }
    });
    address
}

fn respond(mut connection: TcpStream, answer: &dyn Fn(&str) -> Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let head =
        |status: u16, rest: &str| format!("HTTP/1.1 {status} X\r\n{rest}connection: close\r\n\r\n");
    let length = |length: u64| format!("content-length: {length}\r\n");
    match answer(path) {
        Answer::Body(body) => {
            connection.write_all(head(200, &length(body.len() as u64)).as_bytes())?;
            connection.write_all(&body)
        }
        Answer::Status(status) => connection.write_all(head(status, &length(0)).as_bytes()),
        Answer::Redirect(to) => {
            let rest = format!("location: {to}\r\n{}", length(0));
            connection.write_all(head(302, &rest).as_bytes())
        }
        Answer::Cut(whole, part) => {
            connection.write_all(head(200, &length(whole)).as_bytes())?;
            connection.write_all(&part)
        }
        Answer::Stall => {
            connection.write_all(head(200, &length(1000)).as_bytes())?;
            connection.write_all(b"{")?;
            // Until the other side has waited for long enough.
            reader.read_to_end(&mut Vec::new()).map(|_| ())
        }
        Answer::Endless => {
            connection.write_all(head(200, "").as_bytes())?;
            loop {
                connection.write_all(&[b' '; 65536])?;
            }
        }
    }
}

/// A folder of packages with its index, beside a sandbox's plugins folder.
struct Depot {
    sandbox: Sandbox,
    folder: PathBuf,
}

impl Depot {
    fn with(versions: &[usize]) -> Self {
        let sandbox = Sandbox::new();
        let folder = sandbox.plugins().with_file_name("depot");
        fs::create_dir(&folder).unwrap();
        let depot = Self { sandbox, folder };
        depot.add(versions);
        depot
    }

    fn add(&self, versions: &[usize]) {
        for number in versions {
            let file = self.folder.join(format!("versioned-{number}.callpop"));
            fs::write(file, package(*number)).unwrap();
        }
        let ran = self.run(&["index", "DEPOT"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    /// Runs the program, with the folder's path for `DEPOT`.
    fn run(&self, arguments: &[&str]) -> Ran {
        let folder = self.folder.to_str().unwrap();
        let mut ran = self
            .sandbox
            .run(arguments.iter().map(|it| it.replace("DEPOT", folder)));
        let parent = self.folder.parent().unwrap().to_str().unwrap();
        for text in [&mut ran.stdout, &mut ran.stderr] {
            *text = text
                .replace("[folder]/depot", "[depot]")
                .replace(parent, "[folder]");
        }
        ran
    }

    /// The server of this folder.
    fn served(&self) -> String {
        let folder = self.folder.clone();
        serve(move |path| match fs::read(folder.join(&path[1..])) {
            Ok(body) => Answer::Body(body),
            Err(_) => Answer::Status(404),
        })
    }

    fn index(&self) -> Value {
        serde_json::from_slice(&fs::read(self.folder.join("index.json")).unwrap()).unwrap()
    }
}

/// The version that is ready, which is the only file in the folder and opens its page.
fn installed(sandbox: &Sandbox) -> Option<u64> {
    let listed = sandbox.run(["adapters", "--json"]).json();
    let files = listed["files"].as_array().unwrap();
    let file = files.first()?;
    assert_eq!(
        (files.len(), &file["state"]),
        (1, &json!("ready")),
        "{listed}"
    );
    let version = file["manifest"]["version"].as_str().unwrap();
    let number = version.rsplit('.').next().unwrap();
    let page = sandbox.run([
        "pop",
        "versioned",
        "--hostname",
        "acme.versioned.example",
        "--contact",
        "{\"id\":\"7\"}",
        "--dry-run",
        "--json",
    ]);
    let url = format!("https://build{number}.versioned.example/7");
    assert_eq!(page.json()["opened"][0]["url"], url, "{page:?}");
    number.parse().ok()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|it| it.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Nothing is in the folders but what belongs there.
fn assert_no_litter(sandbox: &Sandbox) {
    assert_eq!(names_in(&sandbox.plugins()), ["versioned.callpop"]);
    let known = |name: &&String| !name.starts_with('.') && !name.contains("damaged");
    let home = names_in(&sandbox.home());
    assert!(home.iter().all(|it| known(&it)), "{home:?}");
    let cache = names_in(&sandbox.home().join("cache"));
    assert!(cache.len() <= 1, "{cache:?}");
}

#[cfg(unix)]
#[test]
fn from_a_folder_to_the_plugins_folder_and_out_of_it_again() {
    let depot = Depot::with(&[101]);
    let mut said = depot.run(&["install", "DEPOT"]).text();
    assert_eq!(installed(&depot.sandbox), Some(101));
    depot.add(&[102, 103]);
    said += &depot.run(&["update", "--check"]).text();
    said += &depot.run(&["update"]).text();
    assert_eq!(installed(&depot.sandbox), Some(103));
    said += &depot.run(&["update"]).text();
    said += &depot
        .run(&["install", "DEPOT/versioned-103.callpop"])
        .text();
    said += &depot.run(&["uninstall", "versioned"]).text();
    assert_eq!(names_in(&depot.sandbox.plugins()), Vec::<String>::new());
    insta::assert_snapshot!(said, @"
    exit 0
    --- stdout
    Installed Versioned 1.0.101 (`versioned`)
      vendor    Callpop
      signed by nobody
      before    none
      file      [plugins]/versioned.callpop
      index     [depot]/index.json, not signed with a trusted key
    exit 0
    --- stdout
    ID         INSTALLED  NEWER    INDEX
    versioned  1.0.101    1.0.103  [depot]/index.json
    exit 0
    --- stdout
    Installed Versioned 1.0.103 (`versioned`)
      vendor    Callpop
      signed by nobody
      before    1.0.101
      file      [plugins]/versioned.callpop
    exit 0
    --- stdout
    Nothing to update.
    exit 0
    --- stdout
    Already installed: Versioned 1.0.103 (`versioned`)
      vendor    Callpop
      signed by nobody
      before    the same version, again
      file      [plugins]/versioned.callpop
    exit 0
    --- stdout
    Removed [plugins]/versioned.callpop
    ");
}

#[test]
fn from_a_server_while_a_host_uses_the_version_before() {
    let depot = Depot::with(&[101]);
    let address = depot.served();
    let ran = depot.run(&["install", &format!("{address}/"), "versioned"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let host = depot.sandbox.host();
    // In use, with its private copy.
    let call = || {
        let options = callpop_host::CallOptions {
            hostname: Some("acme.versioned.example".to_owned()),
            dry_run: true,
        };
        let contact = callpop_host::Contact::new("7", "", "");
        let outcome = host
            .open_contact_page("versioned", &contact, &options)
            .unwrap();
        outcome.opened[0].url.as_str().to_owned()
    };
    assert_eq!(call(), "https://build101.versioned.example/7");
    depot.add(&[102]);
    let ran = depot.run(&["update", "--json"]);
    assert_eq!(ran.json()["updated"][0]["before"], "1.0.101", "{ran:?}");
    assert_eq!(call(), "https://build101.versioned.example/7");
    let changes = host.rescan();
    assert!(
        matches!(&changes[..], [FolderChange::Upgraded { .. }]),
        "{changes:?}"
    );
    assert_eq!(call(), "https://build102.versioned.example/7");
    assert_no_litter(&depot.sandbox);
}

#[test]
fn a_version_that_is_named_is_installed_and_an_older_one_only_if_it_is_meant() {
    let depot = Depot::with(&[101, 102, 103]);
    let install = |arguments: &[&str]| {
        let ran = depot.run(&[&["install", "DEPOT", "--json"], arguments].concat());
        let json = ran.json();
        json["error"]["code"]
            .as_str()
            .unwrap_or("installed")
            .to_owned()
    };
    assert_eq!(install(&["versioned@1.0.102"]), "installed");
    assert_eq!(install(&["versioned@1.0.101"]), "downgrade");
    assert_eq!(installed(&depot.sandbox), Some(102));
    assert_eq!(
        install(&["versioned@1.0.101", "--allow-downgrade"]),
        "installed"
    );
    assert_eq!(installed(&depot.sandbox), Some(101));
    assert_eq!(install(&["versioned@9.0.0"]), "not-in-index");
    assert_eq!(install(&["other"]), "not-in-index");
    assert_eq!(install(&["versioned@new"]), "invalid-version");
    assert_eq!(install(&["--dry-run"]), "installed");
    assert_eq!(installed(&depot.sandbox), Some(101));
    assert_eq!(install(&[]), "installed");
    assert_eq!(installed(&depot.sandbox), Some(103));
}

#[cfg(unix)]
#[test]
fn what_would_not_be_used_or_does_not_load_is_not_installed() {
    let depot = Depot::with(&[101]);
    let by_hand = depot.sandbox.plugins().join("by-hand.so");
    fs::write(&by_hand, version(102)).unwrap();
    let mut said = depot.run(&["install", "DEPOT", "--allow-downgrade"]).text();
    fs::remove_file(by_hand).unwrap();
    assert_eq!(depot.run(&["install", "DEPOT"]).code, 0);

    // It has no root module under the name of one.
    let header = "_1as_0lib_1header_0root_bmodule_bloader";
    let broken = with_replaced(version(102), header, &header.replace("header", "hidden"));
    let file = depot.folder.join("broken.so");
    fs::write(&file, broken).unwrap();
    let made = depot.run(&["package", "DEPOT/broken.so", "-o", "DEPOT/broken.callpop"]);
    assert_eq!(made.code, 0, "{made:?}");
    said += &depot.run(&["install", "DEPOT/broken.callpop"]).text();
    fs::write(depot.folder.join("cut.callpop"), &package(102)[..5000]).unwrap();
    said += &depot.run(&["install", "DEPOT/cut.callpop"]).text();
    said += &depot.run(&["install", "DEPOT/broken.so"]).text();
    assert_eq!(installed(&depot.sandbox), Some(101));
    assert_no_litter(&depot.sandbox);
    insta::assert_snapshot!(said, @"
    exit 3
    --- stderr
    error: versioned-101.callpop of [depot]/index.json is not installed: [plugins]/by-hand.so would be used instead: its version is higher
      Remove [plugins]/by-hand.so first, if it is yours.
    exit 3
    --- stderr
    error: [depot]/broken.callpop is not installed: it does not load: it has no root module
    exit 3
    --- stderr
    error: [depot]/cut.callpop is not installed: it is not a whole package: it was cut off, or was not made by `callpop package`
    exit 2
    --- stderr
    error: [depot]/broken.so is an adapter, and no package of one
      Copy it into a plugins folder, with its signature if it has one; or make a package of it: callpop package [depot]/broken.so
    ");
}

#[test]
fn what_a_server_does_wrong_installs_nothing() {
    let depot = Depot::with(&[101]);
    assert_eq!(depot.run(&["install", "DEPOT"]).code, 0);
    let newer = Depot::with(&[102]);
    let index = newer.index();
    let whole = fs::read(newer.folder.join("versioned-102.callpop")).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut index = index.clone();
        change(&mut index["adapters"]["versioned"]["versions"][0]);
        serde_json::to_vec(&index).unwrap()
    };
    let text = serde_json::to_vec(&index).unwrap();
    let with_index = |index: Vec<u8>, package: fn(&[u8]) -> Answer| {
        let whole = whole.clone();
        serve(move |path| match path {
            "/index.json" => Answer::Body(index.clone()),
            "/index.json.minisig" => Answer::Status(404),
            _ => package(&whole),
        })
    };
    let just = |answer: fn() -> Answer| {
        serve(move |path| match path {
            "/index.json" => answer(),
            _ => Answer::Status(404),
        })
    };
    let good = |whole: &[u8]| Answer::Body(whole.to_vec());
    let cases: Vec<(&str, String)> = vec![
        ("no index", just(|| Answer::Status(404))),
        ("a server in trouble", just(|| Answer::Status(503))),
        (
            "an index that is none",
            just(|| Answer::Body(b"<html>".to_vec())),
        ),
        (
            "an index of a newer format",
            just(|| Answer::Body(b"{\"format\":2}".to_vec())),
        ),
        ("an index without an end", just(|| Answer::Endless)),
        ("an index that does not come", just(|| Answer::Stall)),
        (
            "an index that is cut off",
            just(|| Answer::Cut(1000, b"{".to_vec())),
        ),
        (
            "sent to http elsewhere",
            just(|| Answer::Redirect("http://crm.example/index.json".into())),
        ),
        (
            "sent to a file",
            just(|| Answer::Redirect("file:///etc/passwd".into())),
        ),
        (
            "sent in a circle",
            just(|| Answer::Redirect("/index.json".into())),
        ),
        (
            "a signature that is none",
            serve({
                let text = text.clone();
                move |path| match path {
                    "/index.json" => Answer::Body(text.clone()),
                    _ => Answer::Body(b"no signature".to_vec()),
                }
            }),
        ),
        (
            "no package",
            with_index(text.clone(), |_| Answer::Status(404)),
        ),
        (
            "a package that is cut off",
            with_index(text.clone(), |whole| {
                Answer::Cut(whole.len() as u64, whole[..whole.len() / 2].to_vec())
            }),
        ),
        (
            "a shorter package",
            with_index(text.clone(), |whole| {
                Answer::Body(whole[..whole.len() / 2].to_vec())
            }),
        ),
        (
            "a package without an end",
            with_index(text.clone(), |_| Answer::Endless),
        ),
        (
            "a package that does not come",
            with_index(text.clone(), |_| Answer::Stall),
        ),
        (
            "a changed package",
            with_index(text.clone(), |whole| {
                let mut changed = whole.to_vec();
                changed[5000] ^= 1;
                Answer::Body(changed)
            }),
        ),
        (
            "another hash",
            with_index(changed(&|it| it["sha256"] = "0".repeat(64).into()), good),
        ),
        (
            "another size",
            with_index(changed(&|it| it["size"] = 17.into()), good),
        ),
        (
            "another version",
            with_index(changed(&|it| it["version"] = "1.0.999".into()), good),
        ),
        (
            "for another system",
            with_index(
                changed(&|it| {
                    it["systems"] = json!([{ "system": "BeOS", "machines": ["m68k"] }]);
                }),
                good,
            ),
        ),
        (
            "a package over http",
            with_index(
                changed(&|it| {
                    it["file"] = "http://crm.example/versioned.callpop".into();
                }),
                good,
            ),
        ),
        ("http to elsewhere", "http://crm.example".to_owned()),
        ("another scheme", "ftp://crm.example".to_owned()),
        ("nobody there", "http://127.0.0.1:9".to_owned()),
    ];
    let mut said = String::new();
    for (what, address) in cases {
        let address = format!("{address}/index.json");
        let ran = depot.run(&["install", &address, "versioned", "--timeout", "2", "--json"]);
        let json = ran.json();
        let code = json["error"]["code"]
            .as_str()
            .unwrap_or("installed")
            .to_owned();
        said += &format!("{what}: {} {code}\n", ran.code);
        assert_eq!(
            names_in(&depot.sandbox.plugins()),
            ["versioned.callpop"],
            "{what}"
        );
    }
    assert_eq!(installed(&depot.sandbox), Some(101));
    assert_no_litter(&depot.sandbox);
    // That the same server could have been installed from, had it been right.
    let ran = depot.run(&["install", &with_index(text, good), "versioned"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(installed(&depot.sandbox), Some(102));
    insta::assert_snapshot!(said, @"
    no index: 7 not-found
    a server in trouble: 7 download-failed
    an index that is none: 3 invalid-index
    an index of a newer format: 3 invalid-index
    an index without an end: 7 download-too-large
    an index that does not come: 7 download-timeout
    an index that is cut off: 7 download-failed
    sent to http elsewhere: 7 insecure-address
    sent to a file: 7 insecure-address
    sent in a circle: 7 download-failed
    a signature that is none: 3 damaged-signature
    no package: 7 not-found
    a package that is cut off: 7 download-failed
    a shorter package: 3 index-mismatch
    a package without an end: 7 download-too-large
    a package that does not come: 7 download-timeout
    a changed package: 3 index-mismatch
    another hash: 3 index-mismatch
    another size: 7 download-too-large
    another version: 3 index-mismatch
    for another system: 3 not-in-index
    a package over http: 7 insecure-address
    http to elsewhere: 7 insecure-address
    another scheme: 7 insecure-address
    nobody there: 7 download-failed
    ");
}

#[cfg(unix)]
#[test]
fn an_index_that_was_signed_is_verified_and_an_older_one_is_not_taken() {
    let depot = Depot::with(&[101]);
    let key = depot.run(&["keygen", "DEPOT/acme.key", "--no-password"]);
    assert_eq!(key.code, 0, "{key:?}");
    let sign = ["index", "DEPOT", "--key", "DEPOT/acme.key"];
    assert_eq!(depot.run(&sign).code, 0);
    let code = |ran: Ran| {
        let json = ran.json();
        json["error"]["code"]
            .as_str()
            .unwrap_or("installed")
            .to_owned()
    };
    let install = || code(depot.run(&["install", "DEPOT", "--json"]));
    // By a key that nobody here knows, it is as if it were not signed.
    assert_eq!(install(), "installed");
    assert_eq!(depot.run(&["trust", "add", "DEPOT/acme.pub"]).code, 0);
    assert_eq!(install(), "installed");

    let whole = fs::read_to_string(depot.folder.join("index.json")).unwrap();
    let write = |text: &str| fs::write(depot.folder.join("index.json"), text).unwrap();
    write(&whole.replace("Versioned", "Verzioned"));
    assert_eq!(install(), "signature-does-not-fit");

    // One that was made before, with its own signature: as somebody has kept it.
    fs::remove_file(depot.folder.join("index.json.minisig")).unwrap();
    let made = depot.index()["generated"].as_str().unwrap().to_owned();
    write(&whole.replace(&made, "2020-01-01T00:00:00Z"));
    assert_eq!(install(), "older-index");
    let meant = ["install", "DEPOT", "--json", "--allow-downgrade"];
    assert_eq!(code(depot.run(&meant)), "installed");
}

#[cfg(unix)]
#[test]
fn uninstalling_says_what_stays_and_logs_out_if_it_is_told_to() {
    let depot = Depot::with(&[101]);
    let mut said = depot.run(&["uninstall", "versioned"]).text();
    for logout in [false, true] {
        assert_eq!(depot.run(&["install", "DEPOT"]).code, 0);
        let connected = depot.run(&["connect", "versioned", "acme.versioned.example"]);
        assert_eq!(connected.code, 0, "{connected:?}");
        let arguments: &[&str] = if logout {
            &["uninstall", "versioned", "--logout"]
        } else {
            &["uninstall", "versioned"]
        };
        said += &depot.run(&[arguments, &["--dry-run"]].concat()).text();
        said += &depot.run(arguments).text();
        said += &depot.run(&["logout", "versioned"]).text();
    }
    insta::assert_snapshot!(said, @"
    exit 3
    --- stderr
    error: there is no adapter `versioned` in [plugins]; no adapter is ready there
      See every file and its state with: callpop adapters
    exit 0
    --- stdout
    Would remove [plugins]/versioned.callpop
    The account on acme.versioned.example stays, for when the adapter is there again; forget it with: callpop logout versioned
    exit 0
    --- stdout
    Removed [plugins]/versioned.callpop
    The account on acme.versioned.example stays, for when the adapter is there again; forget it with: callpop logout versioned
    exit 3
    --- stderr
    error: there is no adapter `versioned` in [plugins]; no adapter is ready there
      The account is forgotten all the same; only the adapter's clean-up failed.
    exit 0
    --- stdout
    Would log out of acme.versioned.example.
    Would remove [plugins]/versioned.callpop
    exit 0
    --- stdout
    Logged out of acme.versioned.example.
    Removed [plugins]/versioned.callpop
    exit 3
    --- stderr
    error: there is no adapter `versioned` in [plugins]; no adapter is ready there
      See every file and its state with: callpop adapters
    ");
}

#[test]
fn two_installations_at_once_leave_the_newer_version_whole() {
    let depot = Depot::with(&[101, 102, 103]);
    for _ in 0..3 {
        assert_eq!(
            depot
                .run(&["install", "DEPOT", "versioned@1.0.101", "--allow-downgrade"])
                .code,
            0
        );
        let start = |number: usize| {
            let file = depot.folder.join(format!("versioned-{number}.callpop"));
            let mut command = depot.sandbox.command();
            command.arg("install").arg(file).spawn().unwrap()
        };
        let mut both = [start(102), start(103)];
        let codes = both.each_mut().map(|it| it.wait().unwrap().code());
        assert!(
            codes[1] == Some(0) && matches!(codes[0], Some(0 | 3)),
            "{codes:?}"
        );
        assert_eq!(installed(&depot.sandbox), Some(103));
        assert_no_litter(&depot.sandbox);
    }
}

#[cfg(target_os = "linux")]
mod interrupted {
    use std::collections::BTreeMap;
    use std::process::Command;

    use callpop_tests::needed_program;

    use super::*;
    use crate::files_in_use::stripped;

    /// System calls that change what is on the disk, or what others see of it.
    const CHANGES: [&str; 17] = [
        "write",
        "pwrite64",
        "writev",
        "rename",
        "renameat",
        "renameat2",
        "unlink",
        "unlinkat",
        "mkdir",
        "mkdirat",
        "fsync",
        "fdatasync",
        "ftruncate",
        "fchmod",
        "chmod",
        "flock",
        "openat",
    ];

    /// Packages small enough to be installed a hundred times.
    fn small(sandbox: &Sandbox, number: usize) -> PathBuf {
        let folder = sandbox.plugins().with_file_name("packages");
        fs::create_dir_all(&folder).unwrap();
        let bytes = stripped("versioned");
        let replace = crate::discovery::with_replaced;
        let bytes = replace(bytes, "1.0.100", &format!("1.0.{number}"));
        let bytes = replace(bytes, "build100", &format!("build{number}"));
        let file = folder.join(format!("{number}.so"));
        fs::write(&file, bytes).unwrap();
        let package = folder.join(format!("{number}.callpop"));
        let made = [
            "package".as_ref(),
            file.as_os_str(),
            "-o".as_ref(),
            package.as_os_str(),
        ];
        let ran = sandbox.run(made);
        assert_eq!(ran.code, 0, "{ran:?}");
        package
    }

    fn install(sandbox: &Sandbox, package: &Path) {
        let arguments = [
            "install".as_ref(),
            package.as_os_str(),
            "--allow-downgrade".as_ref(),
        ];
        let ran = sandbox.run(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    /// The installation under `strace` with these options.
    fn traced(strace: &Path, sandbox: &Sandbox, package: &Path, options: &[&str]) -> Ran {
        let plain = sandbox.command();
        let mut command = Command::new(strace);
        command.args(["-qq"]).args(options).arg("--");
        command.arg(plain.get_program()).arg("install").arg(package);
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        sandbox.finish(&mut command)
    }

    /// Each call in an undisturbed installation, by name and number, that changes something.
    fn changes(log: &str) -> Vec<(String, usize)> {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut changes = Vec::new();
        for line in log.lines() {
            let Some((name, arguments)) = line.split_once('(') else {
                continue;
            };
            let number = numbers.entry(name).or_default();
            *number += 1;
            let is_change = name != "openat" || arguments.contains("O_CREAT");
            if is_change && CHANGES.contains(&name) {
                changes.push((name.to_owned(), *number));
            }
        }
        changes
    }

    /// A real process, ended at each of its calls that change something, one after the other.
    #[test]
    fn killed_at_every_write_it_leaves_the_old_version_or_the_new_one() {
        let Some(strace) = needed_program(&["strace"]) else {
            return;
        };
        let made = Sandbox::new();
        let (old, new) = (small(&made, 101), small(&made, 102));
        let log = made.plugins().with_file_name("trace");
        // Always the same calls: what an installation finds is what the one before found.
        let installing = |options: &[&str]| {
            let sandbox = Sandbox::new();
            install(&sandbox, &old);
            let ran = traced(
                &strace,
                &sandbox,
                &new,
                &[options, &["-o", log.to_str().unwrap()]].concat(),
            );
            (sandbox, ran)
        };
        let (_, ran) = installing(&["-e", &format!("trace={}", CHANGES.join(","))]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let points = changes(&fs::read_to_string(&log).unwrap());

        let (mut left, mut not_called) = (BTreeMap::new(), Vec::new());
        for (name, number) in &points {
            let inject = format!("inject={name}:signal=KILL:when={number}");
            let (sandbox, ran) = installing(&["-e", &inject]);
            if ran.code == 0 {
                not_called.push((name, number));
            }
            let version = installed(&sandbox).expect("one is there");
            *left.entry(version).or_insert(0) += 1;
            // The next installation succeeds, whatever the one before left.
            install(&sandbox, &new);
            assert_no_litter(&sandbox);
            assert_eq!(installed(&sandbox), Some(102));
        }
        assert!(points.iter().any(|(name, _)| name.starts_with("rename")));
        // The last state file, of what an adapter cost, is not written by every run, so the last calls
        // of a kind are not always made. All before them were.
        assert!(not_called.len() * 5 < points.len(), "{not_called:?}");
        assert!(left[&101] > 5 && left[&102] >= 1, "{left:?}");
        assert_eq!(left.len(), 2, "{left:?}");
    }

    /// A file may become no larger than this, as on a disk without room.
    #[test]
    fn a_disk_without_room_leaves_the_old_version() {
        let sandbox = Sandbox::new();
        let (old, new) = (small(&sandbox, 101), small(&sandbox, 102));
        install(&sandbox, &old);
        for blocks in [8, 200] {
            let plain = sandbox.command();
            let mut command = Command::new("/bin/sh");
            command
                .arg("-c")
                .arg(format!(
                    "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" install \"$1\""
                ))
                .arg(plain.get_program())
                .arg(&new);
            for (name, value) in plain.get_envs() {
                match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
            let ran = sandbox.finish(&mut command);
            assert_eq!(ran.code, 1, "{ran:?}");
            assert!(ran.stderr.contains("File too large"), "{ran:?}");
            assert_no_litter(&sandbox);
            assert_eq!(installed(&sandbox), Some(101));
        }
    }
}

/// The fixture's library, so that a test that needs no package of it says so.
#[test]
fn a_library_alone_is_not_installed_and_the_way_to_do_it_is_named() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["install".as_ref(), library("versioned").as_os_str()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("callpop package"), "{ran:?}");
}
