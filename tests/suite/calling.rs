//! The three callbacks through the facade: all of a callback's actions are performed, or none.

use std::sync::{Arc, Barrier};
use std::thread;

use callpop_host::{
    ActionRejection, Browser, BrowserError, CallError, CallLog, CallOptions, Callback,
    ConnectRequest, Contact, ErrorCode, Host, Outcome, Page, RecordingBrowser, RunError,
};
use callpop_tests::Sandbox;

const HOSTNAME: &str = "acme.obedient.example";

struct Called {
    sandbox: Sandbox,
    browser: Arc<RecordingBrowser>,
    host: Host,
}

impl Called {
    fn new(adapters: &[&str]) -> Self {
        let sandbox = Sandbox::with(adapters);
        let browser = Arc::new(RecordingBrowser::default());
        let host = sandbox.host_with(browser.clone());
        Self {
            sandbox,
            browser,
            host,
        }
    }

    /// One with the fixture that does as it is told, connected.
    fn obedient() -> Self {
        let called = Self::new(&["obedient"]);
        called.connect(&[("token", "secret")]);
        called
    }

    fn connect(&self, values: &[(&str, &str)]) {
        let request = values.iter().fold(
            ConnectRequest::new("obedient", HOSTNAME),
            |request, (key, value)| request.set(*key, *value),
        );
        self.host.connect(&request).unwrap();
    }

    fn pop(&self, orders: &[(&str, &str)]) -> Result<Outcome, CallError> {
        let contact = orders.iter().fold(
            Contact::new("7", "Jo", "+12025550123"),
            |contact, (order, value)| contact.with_extra(*order, *value),
        );
        self.host
            .open_contact_page("obedient", &contact, &CallOptions::default())
    }

    fn pages(&self) -> Vec<String> {
        let pages = self.browser.pages();
        pages
            .iter()
            .map(|page| page.url.as_str().to_owned())
            .collect()
    }

    fn stored(&self) -> Vec<(String, String)> {
        let accounts = self.host.accounts().unwrap();
        accounts
            .into_iter()
            .flat_map(|account| account.stored)
            .collect()
    }
}

fn secret() -> Vec<(String, String)> {
    vec![("token".to_owned(), "secret".to_owned())]
}

#[test]
fn every_kind_of_action_is_performed_in_order() {
    let called = Called::obedient();
    let outcome = called
        .pop(&[
            ("1 tab", "https://acme.obedient.example/one"),
            ("2 popup", "https://pages.example.com/two"),
            ("3 set seen", "yes"),
            ("4 remove token", ""),
            ("5 notice", "done\u{1b}[31m"),
        ])
        .unwrap();
    assert_eq!(
        called.pages(),
        [
            "https://acme.obedient.example/one",
            "https://pages.example.com/two"
        ]
    );
    assert_eq!(called.stored(), [("seen".to_owned(), "yes".to_owned())]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&outcome).unwrap(), @r#"
    {
      "adapter": "obedient",
      "callback": "openContactPage",
      "opened": [
        {
          "url": "https://acme.obedient.example/one",
          "as": "tab"
        },
        {
          "url": "https://pages.example.com/two",
          "as": "popup"
        }
      ],
      "stored": [
        {
          "name": "seen",
          "change": "set"
        },
        {
          "name": "token",
          "change": "removed"
        }
      ],
      "notices": [
        "done�[31m"
      ],
      "dryRun": false
    }
    "#);
}

#[test]
fn a_dry_run_performs_nothing_and_tells_the_same() {
    let called = Called::obedient();
    let contact = Contact::new("7", "", "")
        .with_extra("1 tab", "https://acme.obedient.example/one")
        .with_extra("2 set seen", "yes");
    let options = CallOptions {
        hostname: None,
        dry_run: true,
    };
    let outcome = called
        .host
        .open_contact_page("obedient", &contact, &options)
        .unwrap();
    assert!(outcome.dry_run && outcome.opened.len() == 1 && outcome.stored.len() == 1);
    assert!(called.pages().is_empty());
    assert_eq!(called.stored(), secret());
}

#[test]
fn one_bad_action_and_none_is_performed() {
    let called = Called::obedient();
    let good = ("1 tab", "https://acme.obedient.example/one");
    let too_much = "x".repeat(64 * 1024 + 1);
    for bad in [
        ("2 tab", "https://evil.example/"),
        ("2 popup", "javascript:alert(1)"),
        ("2 set a b", "a name with a space is read as two orders"),
        ("2 set ä", "x"),
        ("2 set", "x"),
        ("2 set ../../token", "x"),
        ("2 set big", too_much.as_str()),
        ("2 remove ../x", ""),
    ] {
        let result = called.pop(&[good, bad, ("3 set seen", "yes")]);
        assert!(result.is_err(), "{} gave {result:?}", bad.0);
        assert!(called.pages().is_empty(), "{}", bad.0);
        assert_eq!(called.stored(), secret(), "{}", bad.0);
    }
}

#[test]
fn no_more_than_five_pages_open_at_once() {
    let called = Called::obedient();
    let orders = ["1 tab", "2 tab", "3 tab", "4 tab", "5 tab", "6 tab"];
    let pages = orders.map(|order| (order, "https://acme.obedient.example/"));
    assert!(matches!(
        called.pop(&pages),
        Err(CallError::Rejected {
            source: ActionRejection::TooManyPages(6),
            ..
        })
    ));
    assert!(called.pop(&pages[..5]).is_ok());
    assert_eq!(called.pages().len(), 5);
}

#[test]
fn a_browser_that_fails_leaves_the_stored_values() {
    struct NoBrowser;
    impl Browser for NoBrowser {
        fn open(&self, page: &Page) -> Result<(), BrowserError> {
            Err(BrowserError {
                url: page.url.as_str().to_owned(),
                source: std::io::Error::other("none"),
            })
        }
    }
    let called = Called::obedient();
    let host = called.sandbox.host_with(Arc::new(NoBrowser));
    let contact = Contact::new("7", "", "")
        .with_extra("1 tab", "https://acme.obedient.example/one")
        .with_extra("2 remove token", "");
    let error = host
        .open_contact_page("obedient", &contact, &CallOptions::default())
        .unwrap_err();
    let CallError::Browser(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.url, "https://acme.obedient.example/one");
    assert_eq!(called.stored(), secret());
}

#[test]
fn an_adapter_gets_the_accounts_settings_and_stored_values() {
    let called = Called::obedient();
    called.connect(&[("colour", "blue")]);
    let outcome = called.pop(&[("echo", "")]).unwrap();
    assert_eq!(
        outcome.notices,
        [r#"acme.obedient.example {"colour": "blue"} {"token": "secret"}"#]
    );
}

#[test]
fn another_hostname_does_not_get_the_accounts_secrets() {
    let called = Called::obedient();
    let contact = Contact::new("7", "", "")
        .with_extra("echo", "")
        .with_extra("z set token", "stolen");
    let notices = |hostname: &str| {
        let options = CallOptions {
            hostname: Some(hostname.to_owned()),
            dry_run: false,
        };
        let contact = if hostname == HOSTNAME {
            Contact::new("7", "", "").with_extra("echo", "")
        } else {
            contact.clone()
        };
        called
            .host
            .open_contact_page("obedient", &contact, &options)
            .unwrap()
            .notices
    };
    assert_eq!(
        notices("other.obedient.example"),
        ["other.obedient.example {} {}"]
    );
    assert_eq!(
        notices(HOSTNAME),
        [r#"acme.obedient.example {} {"token": "secret"}"#]
    );
    assert_eq!(called.stored(), secret());
}

#[test]
fn a_panicking_adapter_leaves_the_host_working() {
    let called = Called::new(&["panics", "pipedrive"]);
    let options = CallOptions {
        hostname: Some("crm.example.com".to_owned()),
        dry_run: false,
    };
    let mut said = String::new();
    for _ in 0..2 {
        for id in ["7", "spiteful"] {
            let error = called
                .host
                .open_contact_page("panics", &Contact::new(id, "", ""), &options)
                .unwrap_err();
            said += &format!("{error}\n");
        }
    }
    let log = called
        .host
        .open_log_page("panics", &CallLog::new("8"), None, &options);
    said += &format!("{}\n", log.unwrap_err());
    let log_out = called.host.log_out("panics", &options);
    said += &format!("{}\n", log_out.unwrap_err());
    insta::assert_snapshot!(said, @r#"
    the adapter `panics` failed: no page for "7"�[31m (tests/fixtures/panics.rs:21)
    the adapter `panics` failed: a panic without a message (tests/fixtures/panics.rs:20)
    the adapter `panics` failed: no page for "7"�[31m (tests/fixtures/panics.rs:21)
    the adapter `panics` failed: a panic without a message (tests/fixtures/panics.rs:20)
    the adapter `panics` failed: plain text (tests/fixtures/panics.rs:26)
    the adapter `panics` failed: index out of bounds: the len is 0 but the index is 0 (tests/fixtures/panics.rs:31)
    "#);

    let options = CallOptions {
        hostname: Some("a.pipedrive.com".to_owned()),
        dry_run: false,
    };
    let contact = Contact::new("7", "", "");
    assert!(
        called
            .host
            .open_contact_page("pipedrive", &contact, &options)
            .is_ok()
    );
    assert_eq!(called.pages(), ["https://a.pipedrive.com/person/7"]);
}

#[test]
fn a_reply_that_breaks_the_abis_rules_is_an_error() {
    let called = Called::new(&["bad_replies"]);
    let options = CallOptions {
        hostname: Some("a.example".to_owned()),
        dry_run: false,
    };
    let mut said = String::new();
    for id in [
        "not UTF-8",
        "message not UTF-8",
        "unknown action",
        "too many actions",
        "no reply",
        "two replies",
        "else",
    ] {
        let contact = Contact::new(id, "", "");
        let error = called
            .host
            .open_contact_page("bad-replies", &contact, &options)
            .unwrap_err();
        said += &format!("{id}: {error}\n");
        let CallError::Run { source, .. } = error else {
            panic!("{error:?}")
        };
        match source {
            RunError::Adapter(error) => assert_eq!(error.code(), ErrorCode::Internal),
            other => assert!(matches!(other, RunError::BadReply(_))),
        }
    }
    insta::assert_snapshot!(said, @"
    not UTF-8: the adapter `bad-replies` failed: a text in its reply is not UTF-8
    message not UTF-8: the adapter `bad-replies` failed: a text in its reply is not UTF-8
    unknown action: the adapter `bad-replies` failed: its reply has an action of the unknown kind 99
    too many actions: the adapter `bad-replies` failed: its reply has 65 actions; at most 64 are read
    no reply: the adapter `bad-replies` failed: it did not reply exactly once
    two replies: the adapter `bad-replies` failed: it did not reply exactly once
    else: the adapter `bad-replies` failed: an unknown code
    ");
    assert!(called.pages().is_empty());
}

/// So can an adapter of a later version ask for something of it, and still work in this host.
#[test]
fn an_action_of_an_unknown_kind_is_left_out_if_the_adapter_says_that_it_may_be() {
    let called = Called::new(&["bad_replies"]);
    let options = CallOptions {
        hostname: Some("a.example".to_owned()),
        dry_run: false,
    };
    let contact = Contact::new("unknown action that may be left out", "", "");
    called
        .host
        .open_contact_page("bad-replies", &contact, &options)
        .unwrap();
    assert_eq!(called.pages(), ["https://a.example/left"]);
}

/// They are kept for what a host of a later version tells.
#[test]
fn a_dialers_extras_with_the_abis_own_names_do_not_reach_the_adapter() {
    let called = Called::obedient();
    let contact = Contact::new("7", "", "")
        .with_extra("callpop.deadline", "x")
        .with_extra("1 notice", "hello");
    let outcome = called
        .host
        .open_contact_page("obedient", &contact, &CallOptions::default())
        .unwrap();
    assert_eq!(outcome.notices, ["hello"]);
    let log = CallLog::new("7")
        .with_extra("callpop.deadline", "x")
        .with_extra("1 notice", "hello");
    let outcome = called
        .host
        .open_log_page("obedient", &log, Some(&contact), &CallOptions::default())
        .unwrap();
    assert_eq!(outcome.notices, ["hello"]);
}

#[test]
fn ids_and_names_of_every_kind_stay_where_they_are_put() {
    let called = Called::new(&["pipedrive"]);
    let options = CallOptions {
        hostname: Some("a.pipedrive.com".to_owned()),
        dry_run: false,
    };
    for id in [
        "a b",
        "\"quoted\"",
        "it's",
        "100%",
        "%2e%2e",
        "a/b",
        "../../admin?x=1#y",
        "#",
        "?",
        "\\",
        "🎉",
        "שלום",
        "\u{202e}gnp.exe",
        "\u{0}",
        "line\nbreak",
        "<script>",
        "a&b=c",
        "a+b",
        "ＡＢ",
    ] {
        let contact = Contact::new(id, id, id);
        called
            .host
            .open_contact_page("pipedrive", &contact, &options)
            .unwrap_or_else(|error| panic!("{id:?}: {error}"));
        let url = url::Url::parse(called.pages().last().unwrap()).unwrap();
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        assert_eq!(segments.len(), 2, "{url}");
        assert_eq!(segments[0], "person");
        assert_eq!((url.query(), url.fragment()), (None, None), "{url}");
        let decoded = url::form_urlencoded::parse(format!("x={}", segments[1]).as_bytes())
            .next()
            .unwrap()
            .1
            .into_owned();
        assert_eq!(decoded, id);
    }
    for id in [".", ".."] {
        let contact = Contact::new(id, "", "");
        let error = called
            .host
            .open_contact_page("pipedrive", &contact, &options)
            .unwrap_err();
        assert!(matches!(error, CallError::Run { .. }), "{error}");
    }
}

#[test]
fn where_there_is_no_log_page_the_contacts_page_opens() {
    let called = Called::new(&["freshdesk", "google-sheets"]);
    let options = CallOptions {
        hostname: Some("a.freshdesk.com".to_owned()),
        dry_run: false,
    };
    let host = &called.host;
    let contact = Contact::new("7", "", "");
    let by_contact = host
        .open_log_page("freshdesk", &CallLog::new("9"), Some(&contact), &options)
        .unwrap();
    assert_eq!(by_contact.callback, Callback::OpenContactPage);
    let by_log = CallLog::new("9").with_contact_id("8");
    host.open_log_page("freshdesk", &by_log, None, &options)
        .unwrap();
    assert_eq!(
        called.pages(),
        [
            "https://a.freshdesk.com/a/contacts/7",
            "https://a.freshdesk.com/a/contacts/8"
        ]
    );
    let neither = host.open_log_page("freshdesk", &CallLog::new("9"), None, &options);
    assert!(matches!(neither, Err(CallError::NoLogPage(_))));

    let options = CallOptions {
        hostname: Some("docs.google.com".to_owned()),
        dry_run: false,
    };
    let no_contact_page = host.open_contact_page("google-sheets", &contact, &options);
    assert!(matches!(no_contact_page, Err(CallError::NoContactPage(_))));
}

#[test]
fn many_threads_may_call_at_once() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Host>();

    let called = Called::new(&["pipedrive", "obedient"]);
    called.connect(&[]);
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for number in 0..8 {
            let (called, start) = (&called, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..25 {
                    let name = format!("1 set n{number}-{round}");
                    let removed = format!("2 remove n{number}-{round}");
                    called.pop(&[(&name, "x")]).unwrap();
                    called
                        .pop(&[(&removed, ""), ("3 tab", "https://acme.obedient.example/")])
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(called.pages().len(), 8 * 25);
    assert!(
        called.stored().is_empty(),
        "no change was lost: {:?}",
        called.stored()
    );
}
