//! Each place with its encoding, and what cannot be a template.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use url::Url;

use super::PageTemplate;
use crate::{CallLog, Contact, Context, ErrorCode};

fn filled(template: &str, value: &str) -> String {
    try_filled(template, value).unwrap()
}

fn try_filled(template: &str, value: &str) -> Result<String, crate::AdapterError> {
    let template = PageTemplate::parse(template).unwrap();
    template.fill(|name| {
        Some(match name {
            "hostname" => "acme.example.com".to_owned(),
            _ => value.to_owned(),
        })
    })
}

fn fault(template: &str) -> String {
    PageTemplate::parse(template).unwrap_err().to_string()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_place_has_its_encoding() {
    // The places of the CRMs that are known; see `docs/url-templates.md`.
    let hostile = "a/b?c&d#e+{f} ü";
    let all: Vec<String> = [
        "https://{hostname}/person/{contactId}",
        "https://{hostname}/entity/{contactType}.nl",
        "https://{hostname}/c/contact_{contactType}.nl?id=1",
        "https://{hostname}?contactId={contactId}",
        "https://{hostname}/x?{contactId}",
        "https://{hostname}/x?a=1&b=x{contactId}y&c",
        "https://{hostname}/x#{contactId}",
        "https://{hostname}/nc/#/contacts/{contactId}/communications",
        "https://{hostname}/#/x?id={contactId}&y=1",
        "https://{hostname}/list/?blade=/details/{contactType}/{contactId}",
        "https://{hostname}/nav_to.do?uri=customer_contact.do?sys_id={contactId}",
        "https://{hostname}/nav_to.do?uri=customer_contact.do%3Fsys_id%3D{contactId}%26v=1",
        "https://{hostname}/go?to=https://{hostname}/x/{contactId}",
        "https://{hostname}/main.aspx?id={{{contactId}}}&x=%7B{contactId}%7D",
        "https://{hostname}/x/{{a}}/%7Bb%7D",
        "{value.url}/x?y={contactId}",
    ]
    .into_iter()
    .map(|template| {
        let value = if template.starts_with("{value") {
            "https://cls42.example.com/app/"
        } else {
            hostile
        };
        format!("{template}\n  {}\n", filled(template, value))
    })
    .collect();
    insta::assert_snapshot!(all.concat(), @"
    https://{hostname}/person/{contactId}
      https://acme.example.com/person/a%2Fb%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC
    https://{hostname}/entity/{contactType}.nl
      https://acme.example.com/entity/a%2Fb%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC.nl
    https://{hostname}/c/contact_{contactType}.nl?id=1
      https://acme.example.com/c/contact_a%2Fb%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC.nl?id=1
    https://{hostname}?contactId={contactId}
      https://acme.example.com?contactId=a/b%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC
    https://{hostname}/x?{contactId}
      https://acme.example.com/x?a/b%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC
    https://{hostname}/x?a=1&b=x{contactId}y&c
      https://acme.example.com/x?a=1&b=xa/b%3Fc%26d%23e%2B%7Bf%7D%20%C3%BCy&c
    https://{hostname}/x#{contactId}
      https://acme.example.com/x#a/b%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC
    https://{hostname}/nc/#/contacts/{contactId}/communications
      https://acme.example.com/nc/#/contacts/a%2Fb%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC/communications
    https://{hostname}/#/x?id={contactId}&y=1
      https://acme.example.com/#/x?id=a/b%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC&y=1
    https://{hostname}/list/?blade=/details/{contactType}/{contactId}
      https://acme.example.com/list/?blade=/details/a%252Fb%253Fc%2526d%2523e%252B%257Bf%257D%2520%25C3%25BC/a%252Fb%253Fc%2526d%2523e%252B%257Bf%257D%2520%25C3%25BC
    https://{hostname}/nav_to.do?uri=customer_contact.do?sys_id={contactId}
      https://acme.example.com/nav_to.do?uri=customer_contact.do%3Fsys_id%3Da/b%253Fc%2526d%2523e%252B%257Bf%257D%2520%25C3%25BC
    https://{hostname}/nav_to.do?uri=customer_contact.do%3Fsys_id%3D{contactId}%26v=1
      https://acme.example.com/nav_to.do?uri=customer_contact.do%3Fsys_id%3Da/b%253Fc%2526d%2523e%252B%257Bf%257D%2520%25C3%25BC%26v%3D1
    https://{hostname}/go?to=https://{hostname}/x/{contactId}
      https://acme.example.com/go?to=https%3A//acme.example.com/x/a%252Fb%253Fc%2526d%2523e%252B%257Bf%257D%2520%25C3%25BC
    https://{hostname}/main.aspx?id={{{contactId}}}&x=%7B{contactId}%7D
      https://acme.example.com/main.aspx?id=%7Ba/b%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC%7D&x=%7Ba/b%3Fc%26d%23e%2B%7Bf%7D%20%C3%BC%7D
    https://{hostname}/x/{{a}}/%7Bb%7D
      https://acme.example.com/x/%7Ba%7D/%7Bb%7D
    {value.url}/x?y={contactId}
      https://cls42.example.com/app/x?y=https%3A//cls42.example.com/app/
    ");
}

#[test]
fn a_host_on_this_machine_gets_http() {
    let template = PageTemplate::parse("https://{hostname}/x").unwrap();
    for (hostname, url) in [
        ("127.0.0.1:8080", "http://127.0.0.1:8080/x"),
        ("acme.example.com:8443", "https://acme.example.com:8443/x"),
    ] {
        let context = Context::new(hostname);
        assert_eq!(template.fill_from(&context, None, None).unwrap(), url);
    }
    for hostname in ["a/b", "a@b", "a%2fb", "a b"] {
        let context = Context::new(hostname);
        assert!(template.fill_from(&context, None, None).is_err());
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn each_token_has_its_value() {
    let mut context = Context::new("acme.example.com")
        .with_setting("board", "B 1")
        .with_setting("hostname", "evil.example")
        .with_setting("empty", "")
        .with_stored("empty", "stored")
        .with_stored("user", r#"{"cluster":{"id":42}}"#);
    let facts = [
        ("phone", "+12025550123"),
        ("calledNumber", "+12025550199"),
        ("direction", "inbound"),
    ];
    context.extras = facts
        .map(|(name, value)| (name.into(), value.into()))
        .into();
    let contact = Contact::new("7", "Jo Doe", "+1")
        .with_type("Lead")
        .with_extra("location", "L1");
    let log = CallLog::new("9")
        .with_contact_id("8")
        .with_contact_type("Contact")
        .with_extra("thirdPartyAppointmentId", "A3");
    let value = |token: &str, contact: Option<&Contact<'_>>, log: Option<&CallLog<'_>>| {
        let template = PageTemplate::parse(&format!("https://{{hostname}}/?v={{{token}}}"));
        match template.unwrap().fill_from(&context, contact, log) {
            Ok(url) => url.replace("https://acme.example.com/?v=", ""),
            Err(error) => format!("({error})"),
        }
    };
    let mut said = String::new();
    for token in super::BUILT_IN_TOKENS.iter().chain(&[
        "contactType|lower",
        "extra.location",
        "extra.direction",
        "board",
        "empty",
        "user.cluster.id",
        "user.none",
    ]) {
        said += &format!(
            "{token}: {}; {}; {}\n",
            value(token, Some(&contact), None),
            value(token, None, Some(&log)),
            value(token, None, None),
        );
    }
    insta::assert_snapshot!(said, @"
    hostname: acme.example.com; acme.example.com; acme.example.com
    contactId: 7; 8; (the value `contact.id` is missing)
    contactType: Lead; Contact; (the value `contact.type` is missing)
    contactName: Jo%20Doe; (the value `contact.name` is missing); (the value `contact.name` is missing)
    contactPhone: %2B1; (the value `contact.phone` is missing); (the value `contact.phone` is missing)
    phone: %2B12025550123; %2B12025550123; %2B12025550123
    calledNumber: %2B12025550199; %2B12025550199; %2B12025550199
    direction: inbound; inbound; inbound
    logId: (the value `log.id` is missing); 9; (the value `log.id` is missing)
    thirdPartyAppointmentId: (the value `log.thirdPartyAppointmentId` is missing); A3; (the value `log.thirdPartyAppointmentId` is missing)
    contactType|lower: lead; contact; (the value `contact.type` is missing)
    extra.location: L1; (the value `contact.location` is missing); (the value `contact.location` is missing)
    extra.direction: inbound; inbound; inbound
    board: B%201; B%201; B%201
    empty: stored; stored; stored
    user.cluster.id: 42; 42; 42
    user.none: (the value `user.none` is missing); (the value `user.none` is missing); (the value `user.none` is missing)
    ");
}

#[test]
fn dots_and_nothing_are_no_segment() {
    for (template, value) in [
        ("https://{hostname}/a/{x}/b", "."),
        ("https://{hostname}/a/{x}", ".."),
        ("https://{hostname}/a/.{x}", "."),
        ("https://{hostname}/a/%2e{x}", "."),
        ("https://{hostname}/#/a/{x}", ".."),
        ("https://{hostname}/?blade=/a/{x}/b", ".."),
        ("https://{hostname}/?uri={x}/b?c", ".."),
    ] {
        let error = try_filled(template, value).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidInput, "{template}");
    }
    let error = try_filled("https://{hostname}/a/{x}", "").unwrap_err();
    assert_eq!(error.code(), ErrorCode::MissingValue);
    assert_eq!(
        filled("https://{hostname}/{x}.nl?y={x}#{x}", ".."),
        "https://acme.example.com/...nl?y=..#.."
    );
}

#[test]
fn a_base_must_be_an_address() {
    for value in ["acme.example.com", "javascript:alert(1)", "https://a?b", ""] {
        assert!(
            try_filled("{user_urls.atsUrl}/x", value).is_err(),
            "{value}"
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn errors_say_where_what_and_what_to_do() {
    let said: Vec<String> = [
        "/person/{contactId}",
        "",
        "{hostname}/person/{contactId}",
        "{contactId}/x",
        "{extra.url}/x",
        "{base}x",
        "javascript:alert({contactId})",
        "ftp://{hostname}/x",
        "HTTPS://{hostname}/x",
        "https://{contactId}/x",
        "https://{hostname}.example.com/x",
        "https://{hostname}:8080/x",
        "https://acme.example@evil.example/{contactId}",
        "https:///x",
        "https://{hostname}/{contactId",
        "https://{hostname}/contactId}",
        "https://{hostname}/{}",
        "https://{hostname}/{ contactId }",
        "https://{hostname}/{contactId|upper}",
        "https://{hostname}/a b",
        "https://{hostname}/ü",
        "https://{hostname}/100%",
        "https://{hostname}/a/../{contactId}",
        "https://{hostname}/a/%2E/{contactId}",
        "https://{hostname}/?to=//{contactId}/x",
        "https://{hostname}/?to=ftp://{contactId}/x",
        "https://{hostname}/?to=https://{contactId}/x",
        "https://{hostname}/?to=javascript:/{contactId}",
        "https://{hostname}/?a=/?b=/?c=/?d=/?e=/{contactId}",
    ]
    .into_iter()
    .map(|template| format!("{template}\n  {}\n", fault(template)))
    .collect();
    insta::assert_snapshot!(said.concat(), @r#"
    /person/{contactId}
      at character 1: it does not begin as a page's address; begin with `https://{hostname}`, with `https://` and a host, or with a setting or stored value that holds a base address

      at character 1: it does not begin as a page's address; begin with `https://{hostname}`, with `https://` and a host, or with a setting or stored value that holds a base address
    {hostname}/person/{contactId}
      at character 1: `{hostname}` cannot say which host to open; begin with `https://{hostname}`
    {contactId}/x
      at character 1: `{contactId}` cannot say which host to open; begin with `https://{hostname}`
    {extra.url}/x
      at character 1: `{extra.url}` cannot say which host to open; begin with `https://{hostname}`
    {base}x
      at character 7: `{base}` is a base address, so `/`, `?` or `#` must follow
    javascript:alert({contactId})
      at character 1: the scheme is `javascript`; only https is opened, so begin with `https://{hostname}`
    ftp://{hostname}/x
      at character 1: the scheme is `ftp`; only https is opened, so begin with `https://{hostname}`
    HTTPS://{hostname}/x
      at character 1: the scheme is `HTTPS`; only https is opened, so begin with `https://{hostname}`
    https://{contactId}/x
      at character 9: a token can be in the host only as the whole of it, and only `{hostname}`; where a setting or stored value holds a base address, begin with it instead of with `https://`
    https://{hostname}.example.com/x
      at character 9: a token can be in the host only as the whole of it, and only `{hostname}`; where a setting or stored value holds a base address, begin with it instead of with `https://`
    https://{hostname}:8080/x
      at character 9: a token can be in the host only as the whole of it, and only `{hostname}`; where a setting or stored value holds a base address, begin with it instead of with `https://`
    https://acme.example@evil.example/{contactId}
      at character 9: "acme.example@evil.example" is not a host; write one such as `app.acme.example`, or `{hostname}`
    https:///x
      at character 9: "" is not a host; write one such as `app.acme.example`, or `{hostname}`
    https://{hostname}/{contactId
      at character 20: this brace is not closed; write `}` after the token, or `{{` for a brace itself
    https://{hostname}/contactId}
      at character 29: this brace closes nothing; write `}}` for a brace itself
    https://{hostname}/{}
      at character 20: "" is not a token; a token is a name such as `contactId`, `extra.NAME` or `value.member`, and `|lower` behind it if small letters are needed
    https://{hostname}/{ contactId }
      at character 20: " contactId " is not a token; a token is a name such as `contactId`, `extra.NAME` or `value.member`, and `|lower` behind it if small letters are needed
    https://{hostname}/{contactId|upper}
      at character 20: "contactId|upper" is not a token; a token is a name such as `contactId`, `extra.NAME` or `value.member`, and `|lower` behind it if small letters are needed
    https://{hostname}/a b
      at character 21: the character ' ' cannot stand in a URL; write it percent-encoded
    https://{hostname}/ü
      at character 20: the character 'ü' cannot stand in a URL; write it percent-encoded
    https://{hostname}/100%
      at character 23: `%` is not followed by two hexadecimal digits; write `%25` for a percent sign itself
    https://{hostname}/a/../{contactId}
      at character 22: `..` as a part of a path opens another page than is written; leave it out
    https://{hostname}/a/%2E/{contactId}
      at character 22: `.` as a part of a path opens another page than is written; leave it out
    https://{hostname}/?to=//{contactId}/x
      at character 24: a token can be in the host only as the whole of it, and only `{hostname}`; where a setting or stored value holds a base address, begin with it instead of with `https://`
    https://{hostname}/?to=ftp://{contactId}/x
      at character 24: the scheme is `ftp`; only https is opened, so begin with `https://{hostname}`
    https://{hostname}/?to=https://{contactId}/x
      at character 32: a token can be in the host only as the whole of it, and only `{hostname}`; where a setting or stored value holds a base address, begin with it instead of with `https://`
    https://{hostname}/?to=javascript:/{contactId}
      at character 24: the scheme is `javascript`; only https is opened, so begin with `https://{hostname}`
    https://{hostname}/?a=/?b=/?c=/?d=/?e=/{contactId}
      at character 35: a URL stands in a URL in a URL, and so on; at most 4 are taken apart
    "#);
    assert!(PageTemplate::parse(&format!("https://a.example/{}", "x".repeat(2048))).is_err());
}

#[test]
fn the_names_of_tokens() {
    let template =
        "{user_urls.atsUrl}/{contactType|lower}/{extra.kind}?a=/{contactID}/{contactId}&b={board}";
    let template = PageTemplate::parse(template).unwrap();
    assert_eq!(
        template.tokens(),
        [
            "user_urls.atsUrl",
            "contactType",
            "extra.kind",
            "contactID",
            "contactId",
            "board"
        ]
    );
    assert_eq!(
        template.account_values(),
        ["user_urls.atsUrl", "contactID", "board"]
    );
    let text = serde_json::to_string(&template).unwrap();
    assert_eq!(
        serde_json::from_str::<PageTemplate>(&text).unwrap(),
        template
    );
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

fn query_value(url: &Url, name: &str) -> String {
    let mut pairs = url.query_pairs();
    pairs.find(|(it, _)| it == name).unwrap().1.into_owned()
}

/// Gets a value out of a URL again.
type Place = fn(&Url) -> String;

proptest! {
    /// What is put in comes out at its place, by a parser that is not ours, and the host stays.
    #[test]
    fn what_is_put_in_comes_out_again(value in ".+") {
        prop_assume!(value != "." && value != "..");
        let places: [(&str, Place); 9] = [
            ("https://{hostname}/a/{x}/b", |url| decode(url.path_segments().unwrap().nth(1).unwrap())),
            ("https://{hostname}/a/k_{x}.nl", |url| {
                let name = decode(url.path_segments().unwrap().nth(1).unwrap());
                name.strip_prefix("k_").unwrap().strip_suffix(".nl").unwrap().to_owned()
            }),
            ("https://{hostname}/?p=1&q={x}&r=2", |url| query_value(url, "q")),
            ("https://{hostname}/#{x}", |url| decode(url.fragment().unwrap())),
            ("https://{hostname}/#/a/{x}/b", |url| {
                decode(url.fragment().unwrap().split('/').nth(2).unwrap())
            }),
            ("https://{hostname}/#/a?q={x}&r=2", |url| {
                let inner = format!("https://inner.example{}", url.fragment().unwrap());
                query_value(&Url::parse(&inner).unwrap(), "q")
            }),
            ("https://{hostname}/?p=/a/{x}/b", |url| {
                decode(query_value(url, "p").split('/').nth(2).unwrap())
            }),
            ("https://{hostname}/?uri=a.do?q={x}&r=1", |url| {
                let inner = format!("https://inner.example/{}", query_value(url, "uri"));
                query_value(&Url::parse(&inner).unwrap(), "q")
            }),
            ("https://{hostname}/?uri=https://{hostname}/a%23{x}", |url| {
                let inner = Url::parse(&query_value(url, "uri")).unwrap();
                assert_eq!(inner.host_str(), Some("acme.example.com"));
                decode(inner.fragment().unwrap())
            }),
        ];
        for (template, place) in places {
            let text = filled(template, &value);
            let url = Url::parse(&text).unwrap();
            prop_assert_eq!(url.as_str(), &text);
            prop_assert_eq!(url.host_str(), Some("acme.example.com"));
            prop_assert_eq!(url.port(), None);
            prop_assert_eq!(place(&url), value.clone(), "{}", template);
        }
    }

    /// Whatever the template and the values are, the page is on the host that it begins with.
    #[test]
    fn the_host_never_changes(
        path in "([a-z/?&=#%:@.{}!]|%2[F5E]|\\{x\\}|//){0,30}",
        value in ".*",
    ) {
        let Ok(template) = PageTemplate::parse(&format!("https://{{hostname}}/{path}")) else {
            return Ok(());
        };
        let values = |name: &str| Some(match name {
            "hostname" => "acme.example.com".to_owned(),
            _ => value.clone(),
        });
        if let Ok(text) = template.fill(values) {
            let url = Url::parse(&text).unwrap();
            prop_assert_eq!(url.host_str(), Some("acme.example.com"));
            prop_assert!(text.is_ascii());
        }
    }

    #[test]
    fn any_text_is_a_template_or_has_an_error(text in ".*") {
        let _either = PageTemplate::parse(&text);
    }
}
