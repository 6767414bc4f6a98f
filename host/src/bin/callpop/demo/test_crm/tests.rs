//! TestCRM over a real connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::{TestCrm, demo_contact, demo_log_id};

fn get(site: &TestCrm, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(site.address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_demos_contact_and_log_have_pages() {
    let site = TestCrm::start().unwrap();
    let contact = demo_contact().unwrap();
    let page = get(
        &site,
        &format!("/?contactId={}", contact["id"].as_str().unwrap()),
        &site.hostname(),
    );
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("<h1>John Doe</h1>"), "{page}");
    let visit = site.next_visit(Duration::from_secs(10)).unwrap();
    assert_eq!(
        (visit.path.as_str(), visit.title.as_str()),
        ("/?contactId=1234829292", "John Doe · TestCRM")
    );
    let log = get(
        &site,
        &format!("/activities/{}", demo_log_id().unwrap()),
        &site.hostname(),
    );
    assert!(log.contains("Inbound call with"), "{log}");
}

#[test]
fn a_number_is_searched_for() {
    let site = TestCrm::start().unwrap();
    for (phone, shown) in [
        ("%2B12025550147", "<b>Noah Brandt</b>"),
        ("%2B12025550199", "<h1>Nobody has +12025550199</h1>"),
        ("%3Cscript%3E", "<h1>Nobody has &lt;script&gt;</h1>"),
    ] {
        let page = get(&site, &format!("/search?phone={phone}"), &site.hostname());
        assert!(page.contains(shown), "{page}");
    }
}

#[test]
fn a_hostile_id_is_shown_and_not_run() {
    let site = TestCrm::start().unwrap();
    for path in [
        "/?contactId=%3Cscript%3Ealert(1)%3C/script%3E",
        "/activities/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ] {
        let page = get(&site, path, &site.hostname());
        assert!(page.starts_with("HTTP/1.1 404"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
        assert!(!page.contains("<script"), "{page}");
    }
}

#[test]
fn another_name_for_this_machine_is_refused() {
    let site = TestCrm::start().unwrap();
    assert!(get(&site, "/", "evil.example").starts_with("HTTP/1.1 421"));
    assert!(site.next_visit(Duration::ZERO).is_none());
}
