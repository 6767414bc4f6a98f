//! What a person types or pastes to connect, good and bad.

use callpop_host::{Hostname, HostnameError, Manifest};

fn pipedrive() -> Manifest {
    Manifest::parse(include_str!("../../adapters/pipedrive/adapter.json")).unwrap()
}

#[test]
fn the_host_is_taken_out_of_whatever_is_pasted() {
    for (given, hostname) in [
        ("acme.pipedrive.com", "acme.pipedrive.com"),
        ("  acme.pipedrive.com\n", "acme.pipedrive.com"),
        ("ACME.Pipedrive.Com", "acme.pipedrive.com"),
        ("acme.pipedrive.com.", "acme.pipedrive.com"),
        ("https://acme.pipedrive.com", "acme.pipedrive.com"),
        ("https://acme.pipedrive.com/", "acme.pipedrive.com"),
        (
            "HTTPS://acme.pipedrive.com/person/7?a=b@c#d",
            "acme.pipedrive.com",
        ),
        ("http://acme.pipedrive.com/person/7", "acme.pipedrive.com"),
        ("acme.pipedrive.com/person/7", "acme.pipedrive.com"),
        ("acme.pipedrive.com?x=1", "acme.pipedrive.com"),
        ("acme.pipedrive.com#x", "acme.pipedrive.com"),
        ("https://acme.pipedrive.com:443/", "acme.pipedrive.com"),
        ("acme.pipedrive.com:", "acme.pipedrive.com"),
        ("crm.example.com:8443", "crm.example.com:8443"),
        ("localhost", "localhost"),
        ("localhost:8080", "localhost:8080"),
        ("http://127.0.0.1:8080/?contactId=7", "127.0.0.1:8080"),
        ("http://127.0.0.1:80", "127.0.0.1"),
        ("[::1]:8080", "[::1]:8080"),
        ("http://[0:0::1]/", "[::1]"),
        ("192.168.7.9", "192.168.7.9"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("intranet", "intranet"),
    ] {
        let read = Hostname::parse(given).map(|hostname| hostname.to_string());
        assert_eq!(read.as_deref(), Ok(hostname), "{given:?}");
    }
}

#[test]
fn what_a_browser_would_read_differently_is_refused() {
    for given in [
        "",
        " ",
        ".",
        "..",
        "https://",
        "https:///person/7",
        "/person/7",
        "://acme.pipedrive.com",
        "javascript:alert(1)",
        "javascript://acme.pipedrive.com/%0aalert(1)",
        "file:///etc/passwd",
        "ftp://acme.pipedrive.com",
        "data:text/html,x",
        "mailto:jo@acme.pipedrive.com",
        "jo@acme.pipedrive.com",
        "https://jo:secret@acme.pipedrive.com/",
        "https://acme.pipedrive.com@evil.example/",
        "https://acme.pipedrive.com\\@evil.example/",
        "evil.example\\.pipedrive.com",
        "evil.example%2f.pipedrive.com",
        "acme%2epipedrive.com",
        "acme pipedrive.com",
        "acme.pipedrive.com evil.example",
        "acme.pipedrive.com\tevil",
        "acme.pipe\ndrive.com",
        "acme.pipedrive.com\u{0}",
        "acme..pipedrive.com",
        ".acme.pipedrive.com",
        "acme.pipedrive.com..",
        "-acme.pipedrive.com",
        "acme_corp.pipedrive.com",
        "acme,pipedrive.com",
        "acme.pipedrive.com:0",
        "acme.pipedrive.com:99999",
        "acme.pipedrive.com:80:80",
        "acme.pipedrive.com:x",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "[::1",
        "[::1]x",
        "::1",
        "[fe80::1%25eth0]",
        "*.pipedrive.com",
        "<script>",
        "acme.pipedrive.com;evil",
        "acme\u{200b}.pipedrive.com",
        "acme.pipedrive.com\u{202e}",
        "acme．pipedrive．com",
    ] {
        let read = Hostname::parse(given);
        assert!(read.is_err(), "{given:?} was read as {read:?}");
    }
    let long = format!("{}.example.com", "a".repeat(64));
    assert!(Hostname::parse(&long).is_err());
    let long = format!("{}example.com", "abcdefgh.".repeat(30));
    assert!(Hostname::parse(&long).is_err());
}

#[test]
fn a_hostname_must_fit_the_adapters_patterns() {
    for given in ["acme.pipedrive.com", "https://a.b.pipedrive.com/x"] {
        assert!(Hostname::parse_for(given, &pipedrive()).is_ok(), "{given}");
    }
    for given in [
        "pipedrive.com",
        "acme.pipedrive.com.evil.example",
        "acme-pipedrive.com",
        "xn--ipedrive-1fg.com",
        "аcme.pipedrivе.com",
        "127.0.0.1",
        "localhost",
        "acme.pipedrive.com:8443",
    ] {
        let error = Hostname::parse_for(given, &pipedrive()).unwrap_err();
        assert!(
            matches!(error, HostnameError::OtherHost { .. }),
            "{given}: {error}"
        );
    }
}

#[test]
fn the_errors_say_what_to_do() {
    let said: Vec<String> = [
        "acme corp",
        "2130706433",
        "jo@acme.pipedrive.com",
        "ftp://acme.pipedrive.com",
        "acme.example.com",
    ]
    .into_iter()
    .map(|given| {
        Hostname::parse_for(given, &pipedrive())
            .unwrap_err()
            .to_string()
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    "acme corp" is not a host name; paste the address of any page of the CRM, or its host
    "2130706433" would be read as `127.0.0.1`; write that if it is meant
    "jo@acme.pipedrive.com" has a user name before the host; leave everything up to the `@` out
    "ftp://acme.pipedrive.com" is not a web address
    `acme.example.com` is not a host of Pipedrive; its accounts live on *.pipedrive.com
    "#);
}
