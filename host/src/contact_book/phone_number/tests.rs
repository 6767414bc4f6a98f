//! Numbers in the forms that telephone systems and people write them in.

use proptest::prelude::*;

use super::{Country, PhoneNumber};

fn form(text: &str, country: &str) -> String {
    let country = (!country.is_empty()).then(|| country.parse().unwrap());
    match PhoneNumber::parse(text, country) {
        None => "none".to_owned(),
        Some(PhoneNumber::Placed { e164, .. }) => e164,
        Some(PhoneNumber::Unplaced { digits }) => digits,
    }
}

#[test]
fn usual_forms_become_one() {
    for (text, country, expected) in [
        ("+12025550123", "", "+12025550123"),
        ("+1 (202) 555-0123", "", "+12025550123"),
        ("+1.202.555.0123 ext. 45", "", "+12025550123"),
        ("+1 202 555 0123 x45", "", "+12025550123"),
        ("+12025550123,,45#", "", "+12025550123"),
        ("tel:+1-202-555-0123;ext=45", "", "+12025550123"),
        ("tel:555-0123;phone-context=+1202", "", "+12025550123"),
        (
            "sip:+12025550123@pbx.example;user=phone",
            "",
            "+12025550123",
        ),
        ("sips:%2B12025550123@pbx.example:5061", "DE", "+12025550123"),
        ("\"Jo Doe\" <sip:+12025550123@10.0.0.1>", "", "+12025550123"),
        ("callto://+12025550123", "", "+12025550123"),
        ("\u{ff0b}\u{ff11}2025550123", "", "+12025550123"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("1-202-555-0123", "us", "+12025550123"),
        ("12025550123", "DE", "+12025550123"),
        ("011 49 171 1234567", "US", "+491711234567"),
        ("0171 1234567", "DE", "+491711234567"),
        ("0049 171 1234567", "DE", "+491711234567"),
        ("0049 171 1234567", "", "+491711234567"),
        ("491711234567", "DE", "+491711234567"),
        ("+49 (0)171 1234567", "", "+491711234567"),
        ("+49 0171 1234567", "", "+491711234567"),
        ("+44 (0)20 7946 0958", "US", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("06 6982 1234", "IT", "+390669821234"),
        ("+39 06 6982 1234", "", "+390669821234"),
        ("(202) 555-0123", "", "2025550123"),
        ("0171/1234567", "", "1711234567"),
        ("101", "US", "101"),
        ("sip:101@pbx.example", "DE", "101"),
        ("anonymous", "US", "none"),
        ("sip:anonymous@anonymous.invalid", "US", "none"),
        ("sip:jo2025550123@example.com", "US", "none"),
        ("*43", "US", "none"),
        ("", "US", "none"),
        ("+", "US", "none"),
        ("+999123456789", "", "none"),
        ("123456789012345678901", "", "none"),
    ] {
        assert_eq!(form(text, country), expected, "{text} in {country:?}");
    }
}

#[test]
fn what_is_no_country_is_said() {
    assert_eq!("de".parse::<Country>().unwrap().to_string(), "DE");
    let error = "Germany".parse::<Country>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Germany` is no country; write its two letters, such as US, GB or DE"
    );
}

fn country() -> impl Strategy<Value = Option<Country>> {
    prop_oneof![
        Just(None),
        prop::sample::select(vec![
            "US", "DE", "GB", "IT", "MX", "RU", "HU", "CN", "AR", "BR"
        ])
        .prop_map(|text| Some(text.parse().unwrap())),
    ]
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), country in country()) {
        let _ = PhoneNumber::parse(&text, country);
    }

    #[test]
    fn nothing_like_a_number_makes_it_panic(
        text in r"(tel:|sip:|<sip:|)[+0-9 ()/.\-x;,@#*ä]{0,30}(ext|;ext=|@h)?[0-9]{0,5}>?",
        country in country(),
    ) {
        let _ = PhoneNumber::parse(&text, country);
    }

    /// The book looks for a number in E.164 as it stands, so what it keeps must stay as it is.
    #[test]
    fn what_is_kept_is_read_as_itself(text in r"\+?[0-9]{3,18}", country in country()) {
        if let Some(number @ PhoneNumber::Placed { .. }) = PhoneNumber::parse(&text, country) {
            let PhoneNumber::Placed { e164, .. } = &number else { unreachable!() };
            prop_assert_eq!(PhoneNumber::parse(e164, country), Some(number.clone()));
        }
    }
}
