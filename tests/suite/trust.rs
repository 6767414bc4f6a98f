//! Who signed an adapter, and whose signature counts.

use std::fs;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::process::Command;

use callpop_host::{PublicKey, SignatureError, TrustedBy, TrustedKeys, VendorId, verify};
#[cfg(unix)]
use callpop_tests::needed_program;
use callpop_tests::{Ran, Sandbox, library_name};

/// A key pair of its own, in the sandbox's folder.
pub(super) struct Key {
    file: PathBuf,
    pub(super) public: PublicKey,
}

impl Key {
    pub(super) fn new(sandbox: &Sandbox, name: &str) -> Self {
        let file = sandbox.home().with_file_name(format!("{name}.key"));
        let ran = run(sandbox, &["keygen", path(&file), "--no-password"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        Self::at(file)
    }

    /// The one that is there.
    fn at(file: PathBuf) -> Self {
        let public = fs::read_to_string(file.with_extension("pub")).unwrap();
        Self {
            file,
            public: public.parse().unwrap(),
        }
    }

    /// Signs a file as a vendor does; the signature's text.
    pub(super) fn sign(&self, sandbox: &Sandbox, file: &Path) -> String {
        let ran = run(sandbox, &["sign", path(file), "--key", path(&self.file)]);
        assert_eq!(ran.code, 0, "{ran:?}");
        fs::read_to_string(signature_of(file)).unwrap()
    }

    fn trusted(&self) -> TrustedKeys {
        TrustedKeys::none().and(self.public.clone(), None, TrustedBy::User)
    }
}

pub(super) fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(super) fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    sandbox.run(arguments)
}

pub(super) fn signature_of(file: &Path) -> PathBuf {
    file.with_file_name(format!(
        "{}.minisig",
        file.file_name().unwrap().to_str().unwrap()
    ))
}

/// The sandbox's copy of an adapter.
pub(super) fn adapter(sandbox: &Sandbox, name: &str) -> PathBuf {
    sandbox.plugins().join(library_name(name))
}

/// The code that a command failed with.
fn code(ran: &Ran) -> String {
    assert_ne!(ran.code, 0, "{ran:?}");
    ran.json()["error"]["code"].as_str().unwrap().to_owned()
}

fn verified(sandbox: &Sandbox, file: &Path, key: &PublicKey) -> Ran {
    run(
        sandbox,
        &["verify", path(file), "--key", key.as_str(), "--json"],
    )
}

#[test]
fn what_is_signed_says_what_it_is_and_by_whom() {
    let sandbox = Sandbox::with(&["clio"]);
    let key = Key::new(&sandbox, "acme");
    let file = adapter(&sandbox, "clio");
    let ran = run(
        &sandbox,
        &["sign", path(&file), "--key", path(&key.file), "--json"],
    );
    let signed = ran.json();
    assert_eq!(signed["files"][0]["id"], "clio");
    assert_eq!(signed["files"][0]["version"], "0.1.0");
    assert_eq!(signed["publicKey"], key.public.as_str());
    let found = verified(&sandbox, &file, &key.public).json();
    assert_eq!(found["signer"]["publicKey"], key.public.as_str());
    assert_eq!(found["signer"]["keyId"], key.public.id().to_string());
    let comment = found["signer"]["comment"].as_str().unwrap();
    let name = library_name("clio");
    let sha256 = found["sha256"].as_str().unwrap();
    let said = format!("file:{name} hashed id:clio version:0.1.0 sha256:{sha256}");
    assert!(comment.ends_with(&said), "{comment}");
}

/// The line of a signature with the key's number of another: its first 80 bits, of which a letter
/// of Base64 has six.
fn with_number(of: &str, line: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |text: &str| LETTERS.find(&text[13..14]).unwrap();
    let shared = value(of) & 0b11_0000 | value(line) & 0b00_1111;
    format!("{}{}{}", &of[..13], &LETTERS[shared..=shared], &line[14..])
}

/// Whatever is not the signature of these bytes by this key.
#[test]
fn only_the_signature_of_these_bytes_by_a_trusted_key_counts() {
    let sandbox = Sandbox::with(&["clio", "redtail"]);
    let (key, foreign) = (Key::new(&sandbox, "acme"), Key::new(&sandbox, "foreign"));
    let file = adapter(&sandbox, "clio");
    let good = key.sign(&sandbox, &file);
    let other = key.sign(&sandbox, &adapter(&sandbox, "redtail"));
    let foreigner = foreign.sign(&sandbox, &file);
    let lines: Vec<&str> = good.lines().collect();
    let other_lines: Vec<&str> = other.lines().collect();
    // What the foreign key signed, under the number of the trusted one.
    let number = with_number(lines[1], foreigner.lines().nth(1).unwrap());
    let disguised = foreigner.replacen(foreigner.lines().nth(1).unwrap(), &number, 1);
    let joined = |lines: &[&str]| lines.join("\n") + "\n";
    let changed_comment = good.replacen("id:clio", "id:evil", 1);
    let unfit = "signature-does-not-fit";
    let table: Vec<(&str, String, &str)> = vec![
        ("nothing", String::new(), "damaged-signature"),
        ("no text", "\u{0}\u{1}".to_owned(), "damaged-signature"),
        ("one line", joined(&lines[..1]), "damaged-signature"),
        ("no comment", joined(&lines[..2]), "damaged-signature"),
        ("cut comment", joined(&lines[..3]), "damaged-signature"),
        (
            "cut off",
            good[..good.len() - 20].to_owned(),
            "damaged-signature",
        ),
        (
            "huge",
            good.clone() + &" ".repeat(20_000),
            "damaged-signature",
        ),
        (
            "letters",
            good.replacen(&lines[1][20..24], "!!!!", 1),
            "damaged-signature",
        ),
        ("another file's", other.clone(), unfit),
        (
            "another's comment",
            joined(&[lines[0], lines[1], other_lines[2], other_lines[3]]),
            unfit,
        ),
        ("changed comment", changed_comment, unfit),
        ("foreign", foreigner.clone(), "unknown-key"),
        ("disguised", disguised, unfit),
    ];
    let bytes = fs::read(&file).unwrap();
    for (what, text, expected) in table {
        let error = verify(&bytes, &text, &key.trusted()).unwrap_err();
        assert_eq!(error.code(), expected, "{what}");
        fs::write(signature_of(&file), &text).unwrap();
        let ran = verified(&sandbox, &file, &key.public);
        assert_eq!((ran.code, code(&ran).as_str()), (3, expected), "{what}");
    }
    // With other ends of lines, and with a comment that is not signed, it is the same signature.
    for same in [
        good.replace('\n', "\r\n"),
        good.replacen("signature", "written", 1),
    ] {
        let signer = verify(&bytes, &same, &key.trusted()).unwrap();
        assert_eq!(signer.key, key.public);
    }
    fs::remove_file(signature_of(&file)).unwrap();
    let ran = verified(&sandbox, &file, &key.public);
    assert_eq!((ran.code, code(&ran).as_str()), (3, "not-signed"));
}

#[test]
fn every_byte_of_the_file_is_signed() {
    let sandbox = Sandbox::with(&["clio"]);
    let key = Key::new(&sandbox, "acme");
    let file = adapter(&sandbox, "clio");
    let good = key.sign(&sandbox, &file);
    let bytes = fs::read(&file).unwrap();
    let places = [0, bytes.len() / 2, bytes.len() - 1];
    for at in places {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let error = verify(&changed, &good, &key.trusted()).unwrap_err();
        assert_eq!(error, SignatureError::DoesNotFit(key.public.id()));
    }
    for other in [
        &bytes[..bytes.len() - 1],
        &[bytes.as_slice(), b"\0"].concat(),
    ] {
        assert!(verify(other, &good, &key.trusted()).is_err());
    }
}

/// The program `minisign`, in a folder where it finds nothing of the user's.
#[cfg(unix)]
fn minisign(program: &Path, sandbox: &Sandbox, arguments: &[&str]) -> bool {
    let ran = Command::new(program)
        .args(arguments)
        .env("HOME", sandbox.home())
        .output()
        .unwrap();
    ran.status.success()
}

#[cfg(unix)]
#[test]
fn minisign_and_callpop_verify_each_others_signatures() {
    let Some(program) = needed_program(&["minisign"]) else {
        return;
    };
    let sandbox = Sandbox::with(&["clio"]);
    let minisign = |arguments: &[&str]| minisign(&program, &sandbox, arguments);
    let file = adapter(&sandbox, "clio");
    let ours = Key::new(&sandbox, "ours");
    let theirs = sandbox.home().with_file_name("theirs.key");
    let public = theirs.with_extension("pub");
    assert!(minisign(&[
        "-G",
        "-W",
        "-p",
        path(&public),
        "-s",
        path(&theirs)
    ]));
    let theirs = Key::at(theirs);
    for key in [&ours, &theirs] {
        key.sign(&sandbox, &file);
        let public = key.file.with_extension("pub");
        assert!(minisign(&["-H", "-Vm", path(&file), "-p", path(&public)]));
        assert!(minisign(&[
            "-Sm",
            path(&file),
            "-s",
            path(&key.file),
            "-t",
            "by minisign"
        ]));
        let found = verified(&sandbox, &file, &key.public).json();
        assert_eq!(found["signer"]["comment"], "by minisign");
        // The form of before 0.10 is told apart, and refused.
        assert!(minisign(&["-l", "-Sm", path(&file), "-s", path(&key.file)]));
        let ran = verified(&sandbox, &file, &key.public);
        assert_eq!(code(&ran), "legacy-signature");
    }
}

#[test]
fn a_key_is_its_owners_alone_and_never_written_over() {
    let sandbox = Sandbox::new();
    let key = Key::new(&sandbox, "acme");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&key.file), 0o600);
        assert_eq!(mode(&key.file.with_extension("pub")), 0o644);
    }
    let before = fs::read(&key.file).unwrap();
    let keygen = ["keygen", path(&key.file), "--no-password", "--json"];
    assert_eq!(code(&run(&sandbox, &keygen)), "exists");
    // Half a pair is one too many.
    fs::remove_file(key.file.with_extension("pub")).unwrap();
    assert_eq!(code(&run(&sandbox, &keygen)), "exists");
    assert_eq!(fs::read(&key.file).unwrap(), before);
    let other = sandbox.home().with_file_name("other.key");
    fs::write(other.with_extension("pub"), "somebody's").unwrap();
    let keygen = ["keygen", path(&other), "--no-password", "--json"];
    assert_eq!(code(&run(&sandbox, &keygen)), "exists");
    assert!(!other.exists());
    let dry = sandbox.home().with_file_name("dry.key");
    let ran = run(&sandbox, &["keygen", path(&dry), "--dry-run"]);
    assert_eq!((ran.code, dry.exists()), (0, false));
}

#[test]
fn a_password_comes_from_a_file_or_a_variable_and_must_be_right() {
    let sandbox = Sandbox::with(&["clio"]);
    let file = adapter(&sandbox, "clio");
    let key = sandbox.home().with_file_name("acme.key");
    let words = sandbox.home().with_file_name("password.txt");
    fs::write(&words, "correct horse\nand more\n").unwrap();
    let asks = run(&sandbox, &["keygen", path(&key), "--json"]);
    assert_eq!(code(&asks), "no-password");
    let ran = run(
        &sandbox,
        &["keygen", path(&key), "--password-file", path(&words)],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let sign = ["sign", path(&file), "--key", path(&key), "--json"];
    assert_eq!(code(&run(&sandbox, &sign)), "no-password");
    let with = |password: &str| {
        let mut command = sandbox.command();
        command.args(sign).env("CALLPOP_KEY_PASSWORD", password);
        sandbox.finish(&mut command)
    };
    assert_eq!(code(&with("wrong")), "invalid-key");
    assert!(!signature_of(&file).exists());
    assert_eq!(with("correct horse").code, 0);
    assert_eq!(
        verified(&sandbox, &file, &Key::at(key.clone()).public).code,
        0
    );
    fs::remove_file(signature_of(&file)).unwrap();
    let from_file = [sign.as_slice(), &["--password-file", path(&words)]].concat();
    assert_eq!(run(&sandbox, &from_file).code, 0);
    assert!(signature_of(&file).exists());
}

#[test]
fn a_damaged_secret_key_signs_nothing() {
    let sandbox = Sandbox::with(&["clio"]);
    let file = adapter(&sandbox, "clio");
    let key = Key::new(&sandbox, "acme");
    let text = fs::read_to_string(&key.file).unwrap();
    // In the middle of the secret number itself.
    let middle = text.len() - 120;
    let letter = if &text[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    let damaged = format!("{}{letter}{}", &text[..middle], &text[middle + 1..]);
    for text in [damaged, text[..100].to_owned(), "no key".to_owned()] {
        fs::write(&key.file, text).unwrap();
        let ran = run(
            &sandbox,
            &["sign", path(&file), "--key", path(&key.file), "--json"],
        );
        assert_eq!((ran.code, code(&ran).as_str()), (2, "invalid-key"));
        assert!(!signature_of(&file).exists());
    }
}

#[test]
fn a_vendors_key_signs_that_vendors_adapters_alone() {
    let vendor: VendorId = "acme".parse().unwrap();
    for (adapter, is_covered) in [
        ("acme", true),
        ("acme-crm", true),
        ("acme-crm-2", true),
        ("acmes", false),
        ("ac", false),
        ("other-acme", false),
        ("", false),
    ] {
        assert_eq!(vendor.covers(adapter), is_covered, "{adapter}");
    }
    for none in ["", "Acme", "acme-", "-acme", "acme corp", "ac\u{0}me", "*"] {
        assert!(none.parse::<VendorId>().is_err(), "{none}");
    }
    let sandbox = Sandbox::with(&["clio", "redtail"]);
    let key = Key::new(&sandbox, "clio");
    let (own, other) = (adapter(&sandbox, "clio"), adapter(&sandbox, "redtail"));
    for file in [&own, &other] {
        key.sign(&sandbox, file);
    }
    let trusted = |arguments: &[&str]| run(&sandbox, &[&["trust"], arguments].concat());
    let verify = |file: &Path| run(&sandbox, &["verify", path(file), "--json"]);
    assert_eq!(code(&verify(&own)), "unknown-key");
    let public = key.file.with_extension("pub");
    assert_eq!(
        trusted(&["add", path(&public), "--vendor", "clio", "--dry-run"]).code,
        0
    );
    assert_eq!(code(&verify(&own)), "unknown-key");
    assert_eq!(trusted(&["add", path(&public), "--vendor", "clio"]).code, 0);
    assert_eq!(verify(&own).json()["id"], "clio");
    assert_eq!(code(&verify(&other)), "key-not-for-adapter");
    // The same key for another vendor besides.
    assert_eq!(
        trusted(&["add", key.public.as_str(), "--vendor", "redtail"]).code,
        0
    );
    assert_eq!(verify(&own).code, 0);
    assert_eq!(verify(&other).code, 0);
    assert_eq!(
        trusted(&["remove", key.public.as_str(), "--vendor", "clio"]).code,
        0
    );
    assert_eq!(code(&verify(&own)), "key-not-for-adapter");
    assert_eq!(verify(&other).code, 0);
    assert_eq!(trusted(&["remove", key.public.as_str()]).code, 0);
    assert_eq!(code(&verify(&other)), "unknown-key");
    assert_eq!(
        code(&trusted(&["remove", key.public.as_str(), "--json"])),
        "not-trusted"
    );
}

/// A package has its signature in it.
#[test]
fn a_package_is_verified_by_the_signature_in_it() {
    let sandbox = Sandbox::with(&["clio"]);
    let (key, other) = (Key::new(&sandbox, "acme"), Key::new(&sandbox, "other"));
    let package = sandbox.home().with_file_name("clio.callpop");
    let library = adapter(&sandbox, "clio");
    let make = |options: &[&str]| {
        let _ = fs::remove_file(&package);
        let arguments = ["package", path(&library), "-o", path(&package)];
        let ran = run(&sandbox, &[&arguments, options].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    make(&["--key", path(&key.file)]);
    let good = verified(&sandbox, &package, &key.public);
    assert_eq!((good.code, &good.json()["id"]), (0, &"clio".into()));
    let foreign = verified(&sandbox, &package, &other.public);
    assert_eq!(code(&foreign), "unknown-key");

    // A byte of the library in it, in the middle of the file.
    let mut bytes = fs::read(&package).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&package, bytes).unwrap();
    let damaged = code(&verified(&sandbox, &package, &key.public));
    assert!(
        ["damaged-package", "package-other-content"].contains(&damaged.as_str()),
        "{damaged}"
    );
    make(&[]);
    let unsigned = verified(&sandbox, &package, &key.public);
    assert_eq!(code(&unsigned), "not-signed");
}

/// A damaged file of trusted keys is none, and kept.
#[test]
fn damaged_trust_is_no_trust() {
    let sandbox = Sandbox::with(&["clio"]);
    let key = Key::new(&sandbox, "acme");
    let file = adapter(&sandbox, "clio");
    key.sign(&sandbox, &file);
    assert_eq!(
        run(&sandbox, &["trust", "add", key.public.as_str()]).code,
        0
    );
    let verify = || run(&sandbox, &["verify", path(&file), "--json"]);
    assert_eq!(verify().code, 0);
    let trust = sandbox.home().join("trust.json");
    let whole = fs::read_to_string(&trust).unwrap();
    for damaged in [&whole[..whole.len() / 2], &whole.replace("RW", "RX"), "[]"] {
        fs::write(&trust, damaged).unwrap();
        assert_eq!(code(&verify()), "unknown-key");
        let ran = run(&sandbox, &["trust", "list"]);
        assert!(ran.stdout.starts_with("No key is trusted."), "{ran:?}");
    }
    fs::write(&trust, whole).unwrap();
    assert_eq!(verify().code, 0);
}

#[test]
fn what_is_no_public_key_is_not_trusted() {
    let sandbox = Sandbox::new();
    let key = Key::new(&sandbox, "acme");
    let text = key.public.as_str();
    let secret = fs::read_to_string(&key.file).unwrap();
    let swapped = format!("RX{}", &text[2..]);
    for none in ["", "RW", &text[..54], &swapped, &secret, "no-such-file.pub"] {
        let ran = run(&sandbox, &["trust", "add", none, "--json"]);
        assert_eq!(
            (ran.code, code(&ran).as_str()),
            (2, "invalid-key"),
            "{none}"
        );
    }
    // The secret key's file, which a slip of the hand names.
    let ran = run(&sandbox, &["trust", "add", path(&key.file), "--json"]);
    assert_eq!(code(&ran), "invalid-key");
    assert!(
        !ran.stdout.contains(secret.lines().nth(1).unwrap()),
        "{ran:?}"
    );
    assert!(!sandbox.home().join("trust.json").exists());
}

#[test]
fn several_files_are_signed_at_once_or_none() {
    let sandbox = Sandbox::with(&["clio", "redtail"]);
    let key = Key::new(&sandbox, "acme");
    let (first, second) = (adapter(&sandbox, "clio"), adapter(&sandbox, "redtail"));
    let missing = sandbox.plugins().join("missing.so");
    let sign = |files: [&Path; 2]| {
        let [one, two] = files.map(path);
        run(
            &sandbox,
            &["sign", one, two, "--key", path(&key.file), "--json"],
        )
    };
    assert_eq!(code(&sign([&first, &missing])), "unreadable-file");
    assert!(!signature_of(&first).exists());
    assert_eq!(sign([&first, &second]).code, 0);
    assert!(signature_of(&first).exists() && signature_of(&second).exists());
    // Anything can be signed, not only adapters.
    let text = sandbox.plugins().join("index.json");
    fs::write(&text, "{}").unwrap();
    assert_eq!(sign([&text, &first]).code, 0);
    assert_eq!(verified(&sandbox, &text, &key.public).code, 0);
}

#[cfg(unix)]
#[test]
fn what_people_read() {
    let sandbox = Sandbox::with(&["clio"]);
    let key = Key::new(&sandbox, "acme");
    let file = adapter(&sandbox, "clio");
    let sign = ["sign", path(&file), "--key", path(&key.file)];
    let (text, id) = (key.public.to_string(), key.public.id().to_string());
    let said = |arguments: &[&str]| {
        let said = run(&sandbox, arguments).text();
        let said = said.replace(&text, "[key]").replace(&id, "[id]");
        let folder = sandbox.home().parent().unwrap().display().to_string();
        said.replace(&folder, "[folder]")
            .replace(&library_name("clio"), "clio.so")
    };
    let mut all = said(&["verify", path(&file)]);
    for arguments in [
        sign.as_slice(),
        &["verify", path(&file)],
        &["trust", "list"],
        &["trust", "add", &text, "--vendor", "clio", "--dry-run"],
        &["trust", "add", &text, "--vendor", "clio"],
        &["trust", "add", &text, "--vendor", "clio"],
        &["trust", "list"],
        &["trust", "remove", &text],
        &["trust", "add", &text],
        &["trust", "list"],
    ] {
        all += &said(arguments);
    }
    insta::assert_snapshot!(all, @r#"
    exit 3
    --- stderr
    error: [plugins]/clio.so: it is not signed: there is no [plugins]/clio.so.minisig
    exit 0
    --- stdout
    Signed [plugins]/clio.so (clio 0.1.0): [plugins]/clio.so.minisig
    The key is [id]: [key]
    exit 3
    --- stderr
    error: [plugins]/clio.so: it is signed with the key [id], which is not trusted here
      If it is the vendor's, which only the vendor can tell you: callpop trust add KEY --vendor ID
    exit 0
    --- stdout
    No key is trusted. Trust one with: callpop trust add KEY --vendor ID
    exit 0
    --- stdout
    Would trust the key [id] for the adapters `clio` and `clio-…`.
    exit 0
    --- stdout
    Trusted the key [id] for the adapters `clio` and `clio-…`.
    exit 0
    --- stdout
    The key [id] is trusted for the adapters `clio` and `clio-…` already.
    exit 0
    --- stdout
    KEY ID            FOR                  TRUSTED BY  KEY
    [id]  `clio` and `clio-…`  you         [key]
    exit 0
    --- stdout
    Removed the key [id].
    exit 0
    --- stdout
    Trusted the key [id] for every adapter.
    exit 0
    --- stdout
    KEY ID            FOR            TRUSTED BY  KEY
    [id]  every adapter  you         [key]
    "#);
}
