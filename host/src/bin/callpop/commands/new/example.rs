//! A template from an example: the address of a page, as it was copied from the browser.

/// What separates the parts of an address that could be an id.
const SEPARATORS: [char; 5] = ['/', '?', '&', '=', '#'];

/// The places of what looks like an id in `address`, from its path on.
pub(super) fn ids(address: &str) -> Vec<std::ops::Range<usize>> {
    let host = address.find("://").map_or(0, |at| at + 3);
    let mut start = address[host..]
        .find(SEPARATORS)
        .map_or(address.len(), |at| host + at);
    let mut ids = Vec::new();
    while start < address.len() {
        start += 1;
        let end = address[start..]
            .find(SEPARATORS)
            .map_or(address.len(), |at| start + at);
        if looks_like_an_id(&address[start..end]) {
            ids.push(start..end);
        }
        start = end;
    }
    ids
}

/// A number, or at least six letters and digits, as UUIDs and the ids of many CRMs are.
fn looks_like_an_id(part: &str) -> bool {
    let has_digit = part.contains(|it: char| it.is_ascii_digit());
    let is_number = part.bytes().all(|it| it.is_ascii_digit());
    let is_plain = part
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    has_digit && (is_number || (is_plain && part.len() >= 6))
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn numbers_and_long_mixtures_are_ids_and_words_are_not() {
        for (address, found) in [
            ("https://jo2.acme.example", vec![]),
            ("https://jo.acme.example/person/7", vec!["7"]),
            ("https://jo.acme.example/v2/person/7/", vec!["7"]),
            (
                "https://a.example/r/Contact/003Dn00000AbCdEIAV/view",
                vec!["003Dn00000AbCdEIAV"],
            ),
            (
                "https://a.example/main.aspx?etn=contact&id=91330924-802a",
                vec!["91330924-802a"],
            ),
            ("https://a.example/nc/#/contacts/12", vec!["12"]),
            (
                "https://a.example/contacts/1234/record/0-1/301",
                vec!["1234", "301"],
            ),
            ("https://a.example/contacts/all", vec![]),
        ] {
            let ids: Vec<_> = ids(address).into_iter().map(|at| &address[at]).collect();
            assert_eq!(ids, found, "{address}");
        }
    }
}
