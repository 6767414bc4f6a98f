//! The test kit: what it says of a good adapter, and of one that does everything wrong.

#![expect(clippy::too_many_lines, reason = "a table of messages is long")]

use callpop_adapter::testing::{Account, Answer, HOSTILE_TEXTS, contact};
use callpop_adapter::{
    Actions, Adapter, AdapterError, CallLog, CallbackResult, Contact, Context, ErrorCode, OpenAs,
};

const MANIFEST: &str = r#"{
    "id": "acme", "name": "Acme", "version": "1.0.0", "vendor": "Acme",
    "hosts": ["*.acme.example", "app.acme.test"],
    "canOpenLogPage": true,
    "settings": [
        { "id": "workspace", "name": "Workspace" },
        { "id": "looks", "name": "Looks", "type": "section", "items": [
            { "id": "openIn", "name": "Open in", "type": "choice", "default": "tab",
              "options": [{ "value": "tab" }, { "value": "popup" }] },
            { "id": "quiet", "name": "Quiet", "type": "boolean", "default": true }
        ] }
    ],
    "storedValues": [{ "name": "urls" }]
}"#;

/// Does what the contact's name says.
#[derive(Default)]
struct Acme;

impl Adapter for Acme {
    fn open_contact_page(&self, context: &Context<'_>, contact: &Contact<'_>) -> CallbackResult {
        match contact.name.as_str() {
            "panics" => panic!("no such person"),
            "fails" => Err(AdapterError::not_supported("Acme has no such page")),
            "opens elsewhere" => Ok(Actions::none().open_tab("https://evil.example/7")),
            "opens six" => Ok((0..6).fold(Actions::none(), |all, n| {
                all.open_tab(format!("https://jo.acme.example/{n}"))
            })),
            "opens it raw" => Ok(
                Actions::none().open_tab(format!("https://{}/{}", context.hostname, contact.id))
            ),
            "stores" => Ok(Actions::none()
                .open_popup("https://app.acme.test/7")
                .set_stored("last", contact.id.as_str())
                .remove_stored("first")
                .notice("Seen.")),
            "stores under no name" => Ok(Actions::none().set_stored("7 up", "")),
            "acts too much" => Ok((0..65).fold(Actions::none(), |all, _| all.notice("x"))),
            "tells" => Ok(Actions::none().notice(format!(
                "{:?} {:?} {:?} {:?}",
                context.setting("openIn"),
                context.setting("quiet"),
                context.setting("workspace"),
                context.extras.get("phone")
            ))),
            _ => context.url().path(["person", &contact.id]).open(),
        }
    }

    fn open_log_page(&self, context: &Context<'_>, log: &CallLog<'_>) -> CallbackResult {
        let base = context.require_stored("urls.app")?;
        callpop_adapter::PageUrl::of_base(&base)
            .path(["calls", &log.log_id])
            .open()
    }
}

callpop_adapter::export_adapter!(Acme, manifest = MANIFEST);

fn account() -> Account<Acme> {
    Account::on("jo.acme.example")
}

fn named(name: &str) -> Answer {
    account().open_contact_page(&Contact::new("7", name, ""))
}

/// What a test says that does not hold, without a word on standard error.
fn said(test: impl FnOnce()) -> String {
    let test = std::panic::AssertUnwindSafe(test);
    let said = std::panic::catch_unwind(test).expect_err("it does not hold");
    match said.downcast::<String>() {
        Ok(text) => *text,
        Err(said) => (*said.downcast::<&str>().expect("it is a text")).to_owned(),
    }
}

#[test]
fn what_holds_is_passed_over() {
    account()
        .open_contact_page(&contact("a/b"))
        .assert_opens("https://jo.acme.example/person/a%2Fb")
        .assert_actions(&Actions::none().open_tab("https://jo.acme.example/person/a%2Fb"))
        .assert_harmless();
    named("stores")
        .assert_opens_popup("https://app.acme.test/7")
        .assert_pages([(OpenAs::Popup, "https://app.acme.test/7")])
        .assert_stores("last", "7")
        .assert_removes("first")
        .assert_notice("Seen.");
    account().on_unauthorize().assert_nothing();
    named("fails").assert_fails(ErrorCode::NotSupported, "no such page");
    named("panics").assert_fails(ErrorCode::Panicked, "no such person (");
    named("opens elsewhere").assert_refused("its host `evil.example`");
    named("opens six").assert_refused("6 pages at once");
    named("stores under no name").assert_refused("\"7 up\" cannot be the name");
    named("acts too much").assert_refused("65 actions");
    for id in HOSTILE_TEXTS {
        account().open_contact_page(&contact(id)).assert_carries(id);
    }
}

#[test]
fn the_callbacks_get_what_a_host_gives_them() {
    let known = account()
        .with_setting("workspace", "north")
        .with_extra("phone", "+1");
    known
        .open_contact_page(&Contact::new("7", "tells", ""))
        .assert_notice(r#"Some("tab") Some("true") Some("north") Some("+1")"#);
    let account = account()
        .with_setting("openIn", "popup")
        .with_stored("urls.app", "https://app.acme.test")
        .with_stored("urls.other.deep", "x");
    assert_eq!(account.context().setting("openIn"), Some("popup"));
    assert_eq!(
        account.context().stored("urls.other.deep").as_deref(),
        Some("x")
    );
    account
        .open_log_page(&CallLog::new("42"))
        .assert_opens("https://app.acme.test/calls/42");
}

#[test]
fn what_does_not_hold_is_told_with_what_came() {
    let said = [
        said(|| {
            named("").assert_opens("https://jo.acme.example/people/7");
        }),
        said(|| {
            named("").assert_opens_popup("https://jo.acme.example/person/7");
        }),
        said(|| {
            named("stores").assert_actions(&Actions::none().open_popup("https://app.acme.test/7"));
        }),
        said(|| {
            named("stores").assert_stores("last", "8");
        }),
        said(|| {
            named("").assert_nothing();
        }),
        said(|| {
            named("").assert_fails(ErrorCode::MissingValue, "workspace");
        }),
        said(|| {
            named("fails").assert_opens("https://jo.acme.example/person/7");
        }),
        said(|| {
            named("panics").assert_harmless();
        }),
        said(|| {
            named("opens elsewhere").assert_opens("https://evil.example/7");
        }),
        said(|| {
            named("").assert_refused("its host");
        }),
        said(|| {
            let contact = Contact::new("a/b", "opens it raw", "");
            account().open_contact_page(&contact).assert_carries("a/b");
        }),
    ];
    // The line of a panic in this file.
    let said = said.join("\n").replace('\\', "/");
    let (before, after) = said.split_once("testing.rs:").unwrap();
    let after = after.trim_start_matches(|it: char| it.is_ascii_digit());
    insta::assert_snapshot!(format!("{before}testing.rs:LINE{after}"), @r#"
    open_contact_page on jo.acme.example
      expected: opens https://jo.acme.example/people/7
      answered: opens https://jo.acme.example/person/7
    open_contact_page on jo.acme.example
      expected: opens https://jo.acme.example/person/7 in a window of its own
      answered: opens https://jo.acme.example/person/7
    open_contact_page on jo.acme.example
      expected: opens https://app.acme.test/7 in a window of its own
      answered: opens https://app.acme.test/7 in a window of its own
                stores `last`: "7"
                removes the stored value `first`
                tells the user "Seen."
    open_contact_page on jo.acme.example
      expected: among others, stores `last`: "8"
      answered: opens https://app.acme.test/7 in a window of its own
                stores `last`: "7"
                removes the stored value `first`
                tells the user "Seen."
    open_contact_page on jo.acme.example
      expected: does nothing
      answered: opens https://jo.acme.example/person/7
    open_contact_page on jo.acme.example
      expected: fails (MissingValue) with a message that contains "workspace"
      answered: opens https://jo.acme.example/person/7
    open_contact_page on jo.acme.example
      expected: opens https://jo.acme.example/person/7
      answered: fails (NotSupported): Acme has no such page
    open_contact_page on jo.acme.example
      expected: does what a host accepts, or fails without a panic
      answered: panics: no such person (adapter-api/tests/testing.rs:LINE)
    open_contact_page on jo.acme.example
      expected: opens https://evil.example/7
      answered: opens https://evil.example/7
                which a host refuses: the page https://evil.example/7: its host `evil.example` is neither the account's, jo.acme.example, nor one of the adapter's
    open_contact_page on jo.acme.example
      expected: a host refuses it, for a reason that contains "its host"
      answered: opens https://jo.acme.example/person/7
    open_contact_page on jo.acme.example
      expected: opens a page whose address carries "a/b" in one place
      answered: opens https://jo.acme.example/a/b
    "#);
}

#[test]
fn an_account_that_no_host_connects_cannot_be_made() {
    let no_log = MANIFEST.replace(
        r#""canOpenLogPage": true"#,
        r#""canOpenContactPage": false"#,
    );
    let said = [
        said(|| drop(Account::<Acme>::on("acme.example"))),
        said(|| drop(Account::<Acme>::on("jo.acme.example:8443"))),
        said(|| drop(account().with_setting("workspaces", "north"))),
        said(|| drop(account().with_setting("openIn", "tabs"))),
        said(|| drop(account().with_setting("quiet", "yes"))),
        said(|| drop(account().with_setting("looks", "x"))),
        said(|| drop(account().with_stored("7 up", "x"))),
        said(|| drop(Account::<Acme>::by_manifest("{", "jo.acme.example"))),
        said(|| {
            let account = Account::<Acme>::by_manifest(&no_log, "jo.acme.example");
            drop(account.open_contact_page(&contact("7")));
        }),
        said(|| {
            let account = Account::<Acme>::by_manifest(&no_log, "jo.acme.example");
            drop(account.open_log_page(&CallLog::new("7")));
        }),
    ];
    insta::assert_snapshot!(said.join("\n"), @r#"
    no account can live on `acme.example`: adapter.json has the hosts *.acme.example, app.acme.test
    no account can live on `jo.acme.example:8443`: adapter.json has the hosts *.acme.example, app.acme.test
    adapter.json has no setting `workspaces`; it has: workspace, openIn, quiet
    the setting `openIn` cannot be "tabs"; it is one of: tab, popup
    the setting `quiet` cannot be "yes"; it is one of: true, false
    adapter.json has no setting `looks`; it has: workspace, openIn, quiet
    "7 up" cannot be the name of a stored value
    adapter.json cannot be read: EOF while parsing an object at line 1 column 1
    no host calls open_contact_page: adapter.json says "canOpenContactPage": false
    no host calls open_log_page: adapter.json does not say "canOpenLogPage": true
    "#);
}

#[test]
fn what_is_put_into_a_url_by_hand_is_caught() {
    let passes = |id: &&&str| {
        let contact = Contact::new(**id, "opens it raw", "");
        let answer = account().open_contact_page(&contact);
        std::panic::catch_unwind(|| {
            answer.assert_carries(id);
        })
        .is_ok()
    };
    let passed: Vec<_> = HOSTILE_TEXTS.iter().filter(passes).collect();
    // What needs no encoding in a path, and the id that is none.
    assert_eq!(
        passed,
        [
            &"",
            &"a%b",
            &"a+b",
            &"@evil.example",
            &"javascript:alert(1)"
        ]
    );
}
