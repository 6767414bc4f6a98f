//! The contact book: what is imported, what is left out and why, and who has a number.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use callpop_host::{
    ContactBook, ContactBookError, ContactSource, ImportError, ImportOptions, StateError,
};
use callpop_tests::{Ran, Sandbox};

fn file(sandbox: &Sandbox, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = sandbox.plugins().with_file_name(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn import(sandbox: &Sandbox, bytes: impl AsRef<[u8]>, options: &[&str]) -> Ran {
    let path = file(sandbox, "contacts.file", bytes);
    let command = ["contacts", "import", path.to_str().unwrap()];
    sandbox.run(command.iter().chain(options))
}

/// The ids of the contacts with this number, with their adapter.
fn found(sandbox: &Sandbox, number: &str) -> Vec<String> {
    let book = ContactBook::open(&sandbox.home(), None).unwrap();
    let matches = book.matches(number).unwrap();
    let ids = matches.iter().flat_map(|(adapter, contacts)| {
        contacts
            .iter()
            .map(move |contact| format!("{adapter}/{}", contact.id))
    });
    ids.collect()
}

const PIPEDRIVE: &[&str] = &["--adapter", "pipedrive"];

#[test]
fn a_csv_file_is_imported_and_each_contact_is_found_by_its_number() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone,type,city\n7,Jo Doe,+1 (202) 555-0123,Lead,Boston\n8,Al Roe,+49 171 1234567,,\n";
    insta::assert_snapshot!(import(&sandbox, csv, PIPEDRIVE).text(), @r"
    exit 0
    --- stdout
    Imported: 2 new, 0 updated, 0 skipped.
    ");
    insta::assert_snapshot!(sandbox.run(["contacts", "find", "+12025550123"]).text(), @r"
    exit 0
    --- stdout
    ADAPTER    ID  NAME    TYPE  NUMBER
    pipedrive  7   Jo Doe  Lead  +12025550123
    ");
    let ran = sandbox.run(["contacts", "find", "tel:+1-202-555-0123", "--json"]);
    insta::assert_snapshot!(ran.stdout, @r#"{"number":"tel:+1-202-555-0123","matches":{"pipedrive":[{"id":"7","name":"Jo Doe","phone":"+12025550123","type":"Lead","city":"Boston"}]}}"#);
    insta::assert_snapshot!(sandbox.run(["contacts", "find", "+12025550199"]).text(), @r"
    exit 0
    --- stdout
    Nobody in the contact book has the number +12025550199.
    ");
    insta::assert_snapshot!(sandbox.run(["contacts", "list"]).text(), @r"
    exit 0
    --- stdout
    ADAPTER    CONTACTS
    pipedrive  2
    ");
}

#[test]
fn what_cannot_be_used_is_told_by_its_line_and_the_rest_is_imported() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone,phone 2\n\
        7,Jo Doe,+12025550123,\n\
        ,No Id,+12025550124,\n\
        9,No Number,,\n\
        \n\
        10,Bad Number,call me,\n\
        11,Half,+12025550125,later\n\
        12\n\
        13,\"Two\nLines\",+12025550126,\n\
        14,After Them,none,\n";
    insta::assert_snapshot!(import(&sandbox, csv, PIPEDRIVE).text(), @r"
    exit 0
    --- stdout
    skipped line 3 (No Id): it has no id
    skipped line 4 (No Number): it has no telephone number
    skipped line 6 (Bad Number): its number `call me` cannot be read
    note line 7 (Half): its number `later` cannot be read and is left out
    skipped line 8 (12): it has no telephone number
    skipped line 11 (After Them): its number `none` cannot be read
    Imported: 3 new, 0 updated, 5 skipped.
    ");
    assert_eq!(found(&sandbox, "+12025550126"), ["pipedrive/13"]);
    let windows = csv.replace('\n', "\r\n");
    let json = import(&sandbox, windows, &["--adapter", "pipedrive", "--json"]).json();
    let remarks = json["remarks"].as_array().unwrap().iter();
    let lines: Vec<_> = remarks.map(|it| it["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 4, 6, 7, 8, 11]);
    assert_eq!(json["updated"], 3);
    assert_eq!(json["skipped"], 5);
    assert_eq!(json["remarks"][0]["line"], 3);
    assert_eq!(json["remarks"][0]["message"], "it has no id");
}

#[test]
fn an_import_again_updates_and_leaves_no_doubles() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    import(&sandbox, "id,name,phone\n7,Jo,+12025550123\n", PIPEDRIVE);
    // One row for each number, as some CRMs export.
    let again = import(
        &sandbox,
        "id,name,phone\n7,Jo Doe,+12025550124\n7,Jo Doe,+12025550125\n",
        PIPEDRIVE,
    );
    assert_eq!(again.stdout, "Imported: 0 new, 1 updated, 0 skipped.\n");
    assert!(found(&sandbox, "+12025550123").is_empty());
    assert_eq!(found(&sandbox, "+12025550124"), ["pipedrive/7"]);
    assert_eq!(found(&sandbox, "+12025550125"), ["pipedrive/7"]);
}

#[test]
fn all_contacts_with_a_number_match_in_an_order_that_stays() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone,adapter\n\
        3,Zoe,+12025550123,pipedrive\n\
        2,Al,+1 202 555 0123,pipedrive\n\
        1,Al,001 202 5550123,pipedrive\n\
        4,Jo,+12025550123,clio\n";
    let ran = import(&sandbox, csv, &[]);
    assert_eq!(ran.stdout, "Imported: 4 new, 0 updated, 0 skipped.\n");
    let expected = ["clio/4", "pipedrive/1", "pipedrive/2", "pipedrive/3"];
    assert_eq!(found(&sandbox, "+12025550123"), expected);
}

#[test]
fn nothing_changes_in_a_rehearsal() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone\n7,Jo,+12025550123\n";
    let options = ["--adapter", "pipedrive", "--dry-run"];
    let ran = import(&sandbox, csv, &options);
    assert_eq!(ran.stdout, "Would import: 1 new, 0 updated, 0 skipped.\n");
    assert!(!sandbox.home().join("contacts.sqlite").exists());
    import(&sandbox, csv, PIPEDRIVE);
    let changed = "id,name,phone\n7,Jo,+12025550199\n8,Al,+12025550123\n";
    let ran = import(&sandbox, changed, &options);
    assert_eq!(ran.stdout, "Would import: 1 new, 1 updated, 0 skipped.\n");
    let ran = sandbox.run(["contacts", "remove", "--all", "--dry-run"]);
    assert_eq!(ran.stdout, "Would remove: 1.\n");
    assert_eq!(found(&sandbox, "+12025550123"), ["pipedrive/7"]);
}

#[test]
fn contacts_are_removed_by_their_adapter_or_all() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone,adapter\n1,A,+12025550123,clio\n2,B,+12025550123,pipedrive\n";
    import(&sandbox, csv, &[]);
    let ran = sandbox.run(["contacts", "remove", "--adapter", "clio"]);
    assert_eq!(ran.stdout, "Removed: 1.\n");
    assert_eq!(found(&sandbox, "+12025550123"), ["pipedrive/2"]);
    assert_eq!(sandbox.run(["contacts", "remove"]).code, 2);
    sandbox.run(["contacts", "remove", "--all"]);
    insta::assert_snapshot!(sandbox.run(["contacts", "list"]).text(), @r"
    exit 0
    --- stdout
    The contact book is empty.
    Fill it with: callpop contacts import FILE --adapter ID
    ");
}

#[test]
fn csv_files_of_other_programs_are_understood() {
    let google = "First Name,Middle Name,Last Name,Organization Name,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Contact ID\r\n\
        Jo,,Doe,Acme,Work,+1 202-555-0123 ::: +1 202-555-0124,Mobile,+12025550125,7\r\n";
    let outlook = "First Name,Last Name,Company,Business Phone,Home Phone 2,Mobile Phone,Business Fax,ID\n\
        Jo,Doe,Acme,+12025550123,+12025550124,+12025550125,+12025550199,7\n";
    let semicolons = "\u{feff}Kontakt-ID;Vorname;Nachname;Firma;Telefon;Telefon 2;Handy\r\n\
        7;Jo;Doe;Acme;+12025550123;+12025550124;\"+1 (202) 5550125\"\r\n";
    let tabs =
        "ID\tName\tPhone\tPhone2\tCell\n7\tJo Doe\t+12025550123\t+12025550124\t+12025550125\n";
    for csv in [google, outlook, semicolons, tabs] {
        let sandbox = Sandbox::with(&["pipedrive"]);
        let ran = import(&sandbox, csv, PIPEDRIVE);
        assert_eq!(
            ran.stdout, "Imported: 1 new, 0 updated, 0 skipped.\n",
            "{csv}"
        );
        let book = ContactBook::open(&sandbox.home(), None).unwrap();
        for number in ["+12025550123", "+12025550124", "+12025550125"] {
            let contact = &book.find(number).unwrap()["pipedrive"][0];
            assert_eq!(
                (contact.id.as_str(), contact.name.as_str()),
                ("7", "Jo Doe")
            );
            assert_eq!(contact.phone, number);
        }
    }
}

#[test]
fn a_file_in_latin_1_is_decoded_and_that_is_said() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = b"id;name;phone\n7;J\xfcrgen M\xfcller;+491711234567\n8;Zo\xeb;+491711234568\n";
    insta::assert_snapshot!(import(&sandbox, csv, PIPEDRIVE).text(), @r"
    exit 0
    --- stdout
    note line 2 (Jürgen Müller): the file is not in UTF-8; it is read as Windows-1252 (Latin-1)
    Imported: 2 new, 0 updated, 0 skipped.
    ");
}

#[test]
fn cards_of_each_version_are_read() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let cards = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BCrgen\r\n\
        FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen =\r\nM=C3=BCller\r\nTEL;CELL:+49 171 1234567\r\nX-CALLPOP-ID:7\r\nX-CALLPOP-TYPE:Lead\r\nEND:VCARD\r\n\
        BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jo;;Dr.;\nORG:Acme;Sales\nTEL;TYPE=work,voice:+1-202-555-\n 0123\nitem1.TEL;TYPE=cell:(202) 555-0124\nPHOTO;ENCODING=b:AAAA\n AAAA\nUID:urn:uuid:8\nEND:VCARD\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zoe\\, the Third\r\nTEL;VALUE=uri;TYPE=\"voice,home\":tel:+1-202-555-0125;ext=5\r\nUID:9\r\nX-CALLPOP-ADAPTER:clio\r\nEND:VCARD\r\n";
    let options = ["--adapter", "pipedrive", "--country", "US"];
    assert_eq!(
        import(&sandbox, cards, &options).stdout,
        "Imported: 3 new, 0 updated, 0 skipped.\n"
    );
    let book = ContactBook::open(&sandbox.home(), None).unwrap();
    let named = |number: &str, adapter: &str| {
        let contact = book.find(number).unwrap()[adapter][0].clone();
        format!(
            "{} {} {:?} {:?}",
            contact.id, contact.name, contact.contact_type, contact.extras
        )
    };
    insta::assert_snapshot!(named("+491711234567", "pipedrive"), @r#"7 Jürgen Müller Some("Lead") {}"#);
    insta::assert_snapshot!(named("+12025550123", "pipedrive"), @r#"urn:uuid:8 Dr. Jo Doe None {"organization": "Acme, Sales"}"#);
    insta::assert_snapshot!(named("+12025550124", "pipedrive"), @r#"urn:uuid:8 Dr. Jo Doe None {"organization": "Acme, Sales"}"#);
    insta::assert_snapshot!(named("+12025550125", "clio"), @"9 Zoe, the Third None {}");
}

#[test]
fn a_card_that_cannot_be_used_does_not_take_others_with_it() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let long = "X".repeat(3 * 1024 * 1024);
    let cards = format!(
        "BEGIN:VCARD\nFN:No Id\nTEL:+12025550123\nEND:VCARD\n\
         BEGIN:VCARD\nFN:Not Ended\nUID:1\nTEL:+12025550123\n\
         BEGIN:VCARD\nFN:With Photo\nUID:2\nPHOTO:{long}\nTEL:+12025550124\nEND:VCARD\n\
         BEGIN:VCARD\nUID:3\nX-LONG:{long}\nTEL:+12025550125\nEND:VCARD\n\
         BEGIN:VCARD\nUID:4\nFN:Cut off\n"
    );
    insta::assert_snapshot!(import(&sandbox, cards, PIPEDRIVE).text(), @r"
    exit 0
    --- stdout
    skipped line 1 (No Id): it has no id
    skipped line 5 (Not Ended): the card has no END:VCARD
    skipped line 15: it is over 1 MiB
    skipped line 20 (Cut off): the card has no END:VCARD
    Imported: 1 new, 0 updated, 4 skipped.
    ");
    assert_eq!(found(&sandbox, "+12025550124"), ["pipedrive/2"]);
}

#[test]
fn numbers_without_a_country_are_those_of_the_one_that_is_set() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone\n7,Jo,0171 1234567\n";
    import(
        &sandbox,
        csv,
        &["--adapter", "pipedrive", "--country", "de"],
    );
    assert_eq!(found(&sandbox, "+491711234567"), ["pipedrive/7"]);
    assert!(found(&sandbox, "+441711234567").is_empty());
    let path = file(&sandbox, "gb.csv", "id,name,phone\n8,Al,020 7946 0958\n");
    let ran = sandbox.finish(
        sandbox
            .command()
            .env("CALLPOP_COUNTRY", "GB")
            .args(["contacts", "import", "--adapter", "pipedrive"])
            .arg(path),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(found(&sandbox, "+442079460958"), ["pipedrive/8"]);
    assert_eq!(
        sandbox.run(["contacts", "country", "us", "--dry-run"]).code,
        0
    );
    assert!(!sandbox.home().join("settings.json").exists());
    assert_eq!(sandbox.run(["contacts", "country", "us"]).code, 0);
    import(&sandbox, "id,name,phone\n9,Zoe,(202) 555-0123\n", PIPEDRIVE);
    assert_eq!(found(&sandbox, "+12025550123"), ["pipedrive/9"]);
    insta::assert_snapshot!(sandbox.run(["contacts", "list", "--country", "Germany"]).text(), @r"
    exit 2
    --- stderr
    error: invalid value 'Germany' for '--country <CC>': `Germany` is no country; write its two letters, such as US, GB or DE

    For more information, try '--help'.
    ");
}

#[test]
fn without_a_country_national_digits_match() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone\n1,A,(202) 555-0123\n2,B,+1 202 555 0124\n3,C,0171/1234567\n4,D,101\n";
    import(&sandbox, csv, PIPEDRIVE);
    for (number, expected) in [
        ("+12025550123", "pipedrive/1"),
        ("202-555-0123", "pipedrive/1"),
        ("2025550124", "pipedrive/2"),
        ("12025550124", "pipedrive/2"),
        ("sip:12025550124@pbx.example", "pipedrive/2"),
        ("+491711234567", "pipedrive/3"),
        ("01711234567", "pipedrive/3"),
        ("101", "pipedrive/4"),
    ] {
        assert_eq!(found(&sandbox, number), [expected], "{number}");
    }
    for number in ["+12025550101", "5550123", "anonymous", "", "+"] {
        assert!(found(&sandbox, number).is_empty(), "{number}");
    }
}

#[test]
fn a_contact_is_found_beside_one_whose_country_is_not_known() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = "id,name,phone\n1,A,(202) 555-0123\n2,B,+12025550123\n";
    import(&sandbox, csv, PIPEDRIVE);
    assert_eq!(
        found(&sandbox, "+12025550123"),
        ["pipedrive/1", "pipedrive/2"]
    );
}

#[test]
fn what_is_no_file_of_contacts_is_said() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "the file is empty"),
        (b" \r\n\r\n", "the file is empty"),
        (
            b"PK\x03\x04xlsx",
            "the file is an Excel file or a ZIP archive; save it as vCard (.vcf) or CSV in UTF-8",
        ),
        (
            b"\xff\xfei\0d\0",
            "the file is in UTF-16; save it as vCard (.vcf) or CSV in UTF-8",
        ),
        (
            b"\x7fELF\0\0\0",
            "the file is not a text; save it as vCard (.vcf) or CSV in UTF-8",
        ),
        (
            b"{\"id\":7}",
            "the file is JSON; save it as vCard (.vcf) or CSV in UTF-8",
        ),
        (
            b"name,phone\nJo,+1",
            "the first line names no column for the id; its columns are: name, phone; a CSV file begins with a line such as: id,name,phone",
        ),
        (
            b"id,name\n7,Jo",
            "the first line names no column for a telephone number; its columns are: id, name; a CSV file begins with a line such as: id,name,phone",
        ),
    ];
    for (bytes, expected) in cases {
        let sandbox = Sandbox::with(&["pipedrive"]);
        let ran = import(&sandbox, bytes, PIPEDRIVE);
        assert_eq!(ran.code, 2);
        assert_eq!(
            ran.stderr,
            format!("error: {expected}\n  Nothing was imported.\n")
        );
    }
    let sandbox = Sandbox::with(&["pipedrive"]);
    insta::assert_snapshot!(import(&sandbox, "id,phone\n7,+12025550123", &[]).text(), @r"
    exit 2
    --- stderr
    error: the file does not say which adapter its contacts belong to, and none was given
      Name it with --adapter ID, or in a column `adapter`; callpop adapters lists them
    ");
}

#[test]
fn a_row_that_does_not_end_imports_nothing() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let csv = format!(
        "id,name,phone\n1,A,+12025550123\n2,\"not closed,+12025550124\n{}",
        "3,C,+12025550125\n".repeat(200_000)
    );
    insta::assert_snapshot!(import(&sandbox, csv, PIPEDRIVE).text(), @r"
    exit 2
    --- stderr
    error: the row in line 3 is over 1 MiB; perhaps a quotation mark before it is not closed
      Nothing was imported.
    ");
    assert!(found(&sandbox, "+12025550123").is_empty());
}

#[test]
fn a_file_that_cannot_be_read_is_said() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let import = |path: &str| sandbox.run(["contacts", "import", path, "--adapter", "pipedrive"]);
    let missing = import("/nonexistent.csv");
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("/nonexistent.csv cannot be read: "),
        "{missing:?}"
    );
    let folder = import(sandbox.plugins().to_str().unwrap());
    assert_eq!(
        folder.stderr,
        "error: the file [plugins] cannot be read: it is a folder\n"
    );
}

#[test]
fn an_adapter_that_is_not_there_is_warned_of() {
    let sandbox = Sandbox::new();
    let ran = import(&sandbox, "id,phone\n7,+12025550123", PIPEDRIVE);
    insta::assert_snapshot!(ran.text(), @r"
    exit 0
    --- stdout
    Imported: 1 new, 0 updated, 0 skipped.
    --- stderr
    warning: there is no adapter `pipedrive` yet; its contacts match once there is
    ");
}

#[test]
fn a_damaged_book_is_kept_aside() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    fs::create_dir_all(sandbox.home()).unwrap();
    let path = sandbox.home().join("contacts.sqlite");
    fs::write(
        &path,
        "this is no database at all, but long enough to look at".repeat(100),
    )
    .unwrap();
    let ran = sandbox.run(["contacts", "find", "+12025550123"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stderr
            .starts_with("warning: [home]/contacts.sqlite is damaged (file is not a database"),
        "{ran:?}"
    );
    let kept = fs::read_dir(sandbox.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("contacts.damaged-") && name.ends_with(".sqlite"));
    assert_eq!(kept.count(), 1);
    import(&sandbox, "id,phone\n7,+12025550123", PIPEDRIVE);
    assert_eq!(found(&sandbox, "+12025550123"), ["pipedrive/7"]);
}

#[test]
fn a_book_damaged_inside_is_kept_aside_when_that_is_found() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    import(&sandbox, "id,phone\n7,+12025550123", PIPEDRIVE);
    let path = sandbox.home().join("contacts.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    // The first page has the schema; all that it names is overwritten.
    bytes[4096..].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let book = ContactBook::open(&sandbox.home(), None).unwrap();
    assert!(book.find("+12025550123").unwrap().is_empty());
    assert_eq!(book.take_kept_aside().len(), 1);
    assert!(!path.exists());
}

#[test]
fn a_book_of_a_newer_callpop_is_left_as_it_is() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    import(&sandbox, "id,phone\n7,+12025550123", PIPEDRIVE);
    let path = sandbox.home().join("contacts.sqlite");
    let mut bytes = fs::read(&path).unwrap();
    // `PRAGMA user_version` in the file's header (SQLite's file format, 1.3.14).
    bytes[60..64].copy_from_slice(&9_u32.to_be_bytes());
    fs::write(&path, &bytes).unwrap();
    let error = ContactBook::open(&sandbox.home(), None).unwrap_err();
    assert!(matches!(
        error,
        ContactBookError::State(StateError::Newer { format: 9, .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_home_that_cannot_be_written_is_said() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    fs::write(sandbox.home(), "a file").unwrap();
    let ran = import(&sandbox, "id,phone\n7,+12025550123", PIPEDRIVE);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("[home]"), "{ran:?}");
    let book = ContactBook::open(&sandbox.plugins(), None).unwrap();
    // A folder where the file should be.
    fs::create_dir(sandbox.plugins().join("contacts.sqlite")).unwrap();
    let options = ImportOptions {
        adapter: Some("pipedrive".to_owned()),
        ..ImportOptions::default()
    };
    let error = book
        .import(&b"id,phone\n7,+12025550123"[..], &options, |_| {})
        .unwrap_err();
    assert!(matches!(error, ImportError::Book(_)), "{error:?}");
    assert!(book.matches("+12025550123").is_err());
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_book() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::with(&["pipedrive"]);
    import(&sandbox, "id,phone\n7,+12025550123", PIPEDRIVE);
    let _open = ContactBook::open(&sandbox.home(), None).unwrap();
    for entry in fs::read_dir(sandbox.home()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{entry:?}");
    }
}

#[test]
fn several_books_on_one_file_import_and_match_at_once() {
    let sandbox = Arc::new(Sandbox::new());
    let options = ImportOptions {
        adapter: Some("pipedrive".to_owned()),
        ..ImportOptions::default()
    };
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (sandbox, options) = (Arc::clone(&sandbox), options.clone());
            scope.spawn(move || {
                let book = ContactBook::open(&sandbox.home(), None).unwrap();
                for round in 0..10 {
                    let id = thread * 100 + round;
                    let csv = format!("id,phone\n{id},+12025550123\n");
                    book.import(csv.as_bytes(), &options, |_| {}).unwrap();
                    let found = book.matches("+12025550123").unwrap();
                    assert!(found["pipedrive"].iter().any(|it| it.id == id.to_string()));
                }
            });
        }
    });
    assert_eq!(found(&sandbox, "+12025550123").len(), 40);
}

#[test]
fn a_ringing_phone_opens_the_page_of_whom_the_book_knows() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    sandbox.run(["connect", "pipedrive", "acme.pipedrive.com"]);
    import(
        &sandbox,
        "id,name,phone\n7,Jo Doe,+12025550123\n",
        PIPEDRIVE,
    );
    let ran = sandbox.run(["ring", "+1 202 555 0123", "--dry-run"]);
    assert!(
        ran.stdout.contains("https://acme.pipedrive.com/person/7"),
        "{ran:?}"
    );
}
