//! A corpus of hostile URLs against the policy, and the good ones that must pass.

use std::fmt::Write;

use callpop_adapter::testing::Account;
use callpop_adapter::{Actions, CallbackResult, Contact, Context};
use callpop_host::{Hostname, Manifest, UrlPolicy, UrlRejection};

const ACCOUNT: &str = "acme.pipedrive.com";

/// URLs that must not open for an account on `acme.pipedrive.com`, whose manifest has the pattern
/// `*.pipedrive.com`.
const HOSTILE: &[&str] = &[
    // Other schemes.
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://acme.pipedrive.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "file://acme.pipedrive.com/share",
    "ftp://acme.pipedrive.com/",
    "ws://acme.pipedrive.com/",
    "wss://acme.pipedrive.com/",
    "blob:https://acme.pipedrive.com/1",
    "view-source:https://acme.pipedrive.com/",
    "about:blank",
    "chrome://settings",
    "tel:+12025550123",
    "mailto:jo@acme.pipedrive.com",
    "ms-msdt:/id",
    "search-ms:query=x",
    "intent://acme.pipedrive.com/#Intent;end",
    "http://acme.pipedrive.com/person/7",
    "http://acme.pipedrive.com:443/",
    "http://127.0.0.1/",
    "http://localhost/",
    // No URL, or not a whole one.
    "",
    " ",
    "person/7",
    "/person/7",
    "//acme.pipedrive.com/person/7",
    "acme.pipedrive.com/person/7",
    "https:",
    "https:/",
    "https://",
    "https:///",
    "https:acme.pipedrive.com/person/7",
    "https:/acme.pipedrive.com/person/7",
    "https:///acme.pipedrive.com/person/7",
    "https:////acme.pipedrive.com/person/7",
    "https://?x",
    "https://#x",
    "-https://acme.pipedrive.com/",
    "--help",
    // User names and passwords.
    "https://jo@acme.pipedrive.com/",
    "https://jo:secret@acme.pipedrive.com/",
    "https://:secret@acme.pipedrive.com/",
    "https://@acme.pipedrive.com/",
    "https://:@acme.pipedrive.com/",
    "https://acme.pipedrive.com@evil.example/",
    "https://acme.pipedrive.com:443@evil.example/",
    "https://acme.pipedrive.com%40evil.example/",
    "https://evil.example@acme.pipedrive.com/",
    "https:acme.pipedrive.com@evil.example",
    "https:/jo@acme.pipedrive.com/",
    // Other hosts, and those that look alike.
    "https://evil.example/",
    "https://evil.example/acme.pipedrive.com",
    "https://evil.example/?https://acme.pipedrive.com/",
    "https://evil.example#acme.pipedrive.com",
    "https://evil.example?.pipedrive.com",
    "https://acme.pipedrive.com.evil.example/",
    "https://acmepipedrive.com/",
    "https://evil-pipedrive.com/",
    "https://pipedrive.com.evil.example/",
    "https://pipedrive.com/",
    "https://pipedrive.co/",
    "https://acme.pipedrive.corn/",
    "https://acme.p1pedrive.com/",
    "https://acme.pipedrive.com./person/7",
    "https://acme.pipedrive.com../person/7",
    "https://.pipedrive.com/",
    "https://..pipedrive.com/",
    // Names in other scripts.
    "https://аcme.pipedrive.com/",
    "https://acme.pipedrivе.com/",
    "https://acme.pipedrive.com。evil.example/",
    "https://acme．pipedrive．com/",
    "https://ⓐcme.pipedrive.com/",
    "https://acme.pipedrive.com／evil.example/",
    "https://acme.pipedrive.com\u{2044}evil.example/",
    "https://xn--pipedrve-q2a.com/",
    "https://xn--a/",
    "https://acme.pipedrive.com\u{200b}/",
    "https://acme.pipedrive.com/\u{202e}moc.live",
    // Encoded and reversed slashes.
    "https://evil.example%2f.pipedrive.com/",
    "https://evil.example%5c.pipedrive.com/",
    "https://evil.example%00.pipedrive.com/",
    "https://evil.example%23.pipedrive.com/",
    "https://evil.example%3f.pipedrive.com/",
    "https://%61cme.pipedrive.com/",
    "https://acme%2epipedrive.com/",
    "https://evil.example\\.pipedrive.com/",
    "https:\\\\acme.pipedrive.com\\person",
    "https://acme.pipedrive.com\\@evil.example/",
    "https:/\\evil.example/",
    "\\\\evil.example\\share",
    // Control characters, and what a shell or a browser treats specially.
    "https://acme.pipedrive.com/\u{0}",
    "https://acme.pipedrive.com/\n",
    "https://acme.pipedrive.com/\r\nX: y",
    "https://acme.pipe\tdrive.com/",
    "java\nscript:alert(1)",
    "\u{1}https://acme.pipedrive.com/",
    " https://acme.pipedrive.com/",
    "https://acme.pipedrive.com/ ",
    "https://acme.pipedrive.com/a b",
    "https://acme.pipedrive.com/\u{7f}",
    "https://acme.pipedrive.com/\u{85}",
    "https://acme.pipedrive.com/\"&calc",
    "https://acme.pipedrive.com/<x>",
    "https://acme.pipedrive.com/`id`",
    "https://acme.pipedrive.com/{x}",
    "https://acme.pipedrive.com/x|y",
    "https://acme.pipedrive.com/x^y",
    "https://acme.pipedrive.com/zürich",
    "https://acme.pipedrive.com/🎉",
    "\u{feff}https://acme.pipedrive.com/",
    // Ports.
    "https://acme.pipedrive.com:8443/",
    "https://acme.pipedrive.com:80/",
    "https://acme.pipedrive.com:0/",
    "https://acme.pipedrive.com:99999/",
    "https://acme.pipedrive.com:-1/",
    "https://acme.pipedrive.com:x/",
    "https://acme.pipedrive.com:443:443/",
    "https://other.pipedrive.com:8443/",
    // Addresses.
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::1%25eth0]/",
    "https://[acme.pipedrive.com]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0/",
    // Dots that lead elsewhere than is written.
    "https://acme.pipedrive.com/person/../admin",
    "https://acme.pipedrive.com/person/./7",
    "https://acme.pipedrive.com/person/%2e%2e/admin",
    "https://acme.pipedrive.com/person/.%2E/admin",
    "https://acme.pipedrive.com/person/%2e/7",
    "https://acme.pipedrive.com/..",
    "https://acme.pipedrive.com/..?x",
    "https://acme.pipedrive.com/..#x",
];

const GOOD: &[&str] = &[
    "https://acme.pipedrive.com",
    "https://acme.pipedrive.com/",
    "HTTPS://ACME.pipedrive.com/person/7",
    "https://acme.pipedrive.com:443/person/7",
    "https://other.pipedrive.com/person/7",
    "https://a.b.pipedrive.com/",
    "https://acme.pipedrive.com/person/..%2F..%2Fadmin%3Fx%3D1%23y",
    "https://acme.pipedrive.com/person/...",
    "https://acme.pipedrive.com/a//b",
    "https://acme.pipedrive.com/?q=https://evil.example/",
    "https://acme.pipedrive.com/?q=../x&r=jo@acme.example",
    "https://acme.pipedrive.com/#/contacts/../7",
    "https://acme.pipedrive.com/list/Contact/?blade=/details/contact/7",
    "https://acme.pipedrive.com/x;y=1,2(3)!$'*+~_-.",
    "https://acme.pipedrive.com/%F0%9F%8E%89%00%0A",
];

fn check(account: &str, url: &str) -> Result<String, UrlRejection> {
    let manifest = Manifest::parse(include_str!("../../adapters/pipedrive/adapter.json")).unwrap();
    let policy = UrlPolicy {
        hostname: &Hostname::parse(account).unwrap(),
        hosts: &manifest.hosts,
    };
    policy
        .check(url)
        .map(|accepted| accepted.as_str().to_owned())
}

#[test]
fn no_hostile_url_opens_and_each_is_refused_for_its_own_reason() {
    assert!(HOSTILE.len() >= 100);
    let mut reasons = String::new();
    for url in HOSTILE {
        match check(ACCOUNT, url) {
            Ok(opened) => panic!("{url:?} would open {opened}"),
            Err(reason) => writeln!(reasons, "{url:?}: {reason}").unwrap(),
        }
    }
    insta::assert_snapshot!(reasons);
}

#[test]
fn the_good_ones_open_as_they_are_written() {
    for url in GOOD {
        let opened = check(ACCOUNT, url).unwrap_or_else(|reason| panic!("{url}: {reason}"));
        let plain = url.to_lowercase().replace(":443", "");
        let plain = plain.trim_end_matches('/');
        assert_eq!(opened.to_lowercase().trim_end_matches('/'), plain);
    }
}

#[test]
fn http_is_for_this_machine_itself_and_only_on_the_accounts_port() {
    for (account, url, opens) in [
        ("127.0.0.1:8080", "http://127.0.0.1:8080/x", true),
        ("127.0.0.1:8080", "https://127.0.0.1:8080/x", true),
        ("localhost:8080", "http://localhost:8080/x", true),
        ("[::1]:8080", "http://[::1]:8080/x", true),
        ("127.0.0.1:8080", "http://127.0.0.1/x", false),
        ("127.0.0.1:8080", "http://127.0.0.1:8081/x", false),
        ("127.0.0.1:8080", "http://127.0.0.2:8080/x", false),
        ("127.0.0.1:8080", "http://localhost:8080/x", false),
        ("127.0.0.1:8080", "http://127.1:8080/x", false),
        ("127.0.0.1:8080", "http://2130706433:8080/x", false),
        ("127.0.0.1:8080", "http://jo@127.0.0.1:8080/x", false),
        ("192.168.7.9", "http://192.168.7.9/x", false),
        ("192.168.7.9", "https://192.168.7.9/x", true),
        (
            "crm.example.com:8443",
            "https://crm.example.com:8443/x",
            true,
        ),
        ("crm.example.com:8443", "https://crm.example.com/x", false),
    ] {
        let result = check(account, url);
        assert_eq!(result.is_ok(), opens, "{account} {url}: {result:?}");
    }
}

#[test]
fn a_url_may_be_long_but_not_over_long() {
    let start = "https://acme.pipedrive.com/";
    let longest = format!("{start}{}", "a".repeat(2048 - start.len()));
    assert!(check(ACCOUNT, &longest).is_ok());
    assert_eq!(
        check(ACCOUNT, &format!("{longest}a")),
        Err(UrlRejection::TooLong(2049))
    );
    let huge = format!("{start}{}", "a".repeat(10_000_000));
    assert!(check(ACCOUNT, &huge).is_err());
}

/// Opens what the contact's id says.
#[derive(Default)]
struct Opens;

impl callpop_adapter::Adapter for Opens {
    fn open_contact_page(&self, _: &Context<'_>, contact: &Contact<'_>) -> CallbackResult {
        Ok(Actions::none().open_tab(contact.id.as_str()))
    }
}

#[test]
fn the_vendors_test_kit_refuses_what_the_host_does() {
    let manifest = include_str!("../../adapters/pipedrive/adapter.json");
    let account = Account::<Opens>::by_manifest(manifest, ACCOUNT);
    let long = format!("https://{ACCOUNT}/{}", "a".repeat(2048));
    for url in HOSTILE.iter().chain(GOOD).copied().chain([long.as_str()]) {
        let answer = account.open_contact_page(&Contact::new(url, "", ""));
        let accepted = check(ACCOUNT, url).is_ok();
        assert_eq!(answer.actions().is_some(), accepted, "{url:?}");
    }
}
