//! Telephone numbers as telephone systems and people write them, brought into one form.

use std::str::FromStr;

use phonenumber::country::Id;

/// The country whose numbers are written without saying so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(Id);

/// A text is no country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no country; write its two letters, such as US, GB or DE")]
pub struct CountryError(String);

impl FromStr for Country {
    type Err = CountryError;

    /// Two letters by ISO 3166, in upper or lower case: `US`, `de`.
    fn from_str(text: &str) -> Result<Self, CountryError> {
        let id = text.trim().to_ascii_uppercase().parse();
        id.map(Self).map_err(|_| CountryError(text.to_owned()))
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_ref())
    }
}

/// Up to so many digits, a number is an extension or a short code and belongs to no country.
const LONGEST_SHORT: usize = 6;
/// More than any number has, with all that is written around it.
const LONGEST_TEXT: usize = 250;
/// E.164 has at most 15 digits; some countries' numbers have more.
const MOST_DIGITS: usize = 20;

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PhoneNumber {
    /// Its country is known.
    Placed {
        /// `+12025550123`
        e164: String,
        /// `2025550123`
        national: String,
    },
    /// Its country is not known, or it has none.
    Unplaced {
        /// The digits without the zeros that a long number is dialled with.
        digits: String,
    },
}

impl PhoneNumber {
    /// Reads a number in any usual form; `None` if it is none, such as `anonymous`.
    pub(crate) fn parse(text: &str, country: Option<Country>) -> Option<Self> {
        let (mut has_plus, mut digits) = digits_of(text)?;
        if !has_plus && digits.len() <= LONGEST_SHORT {
            return Some(Self::Unplaced { digits });
        }
        if !has_plus && country.is_none() {
            // The prefix of international calls nearly everywhere.
            if let Some(rest) = digits.strip_prefix("00").filter(|it| !it.starts_with('0')) {
                (has_plus, digits) = (true, rest.to_owned());
            }
        }
        if has_plus {
            return placed(&digits);
        }
        let Some(country) = country else {
            let digits = digits.trim_start_matches('0').to_owned();
            return (!digits.is_empty()).then_some(Self::Unplaced { digits });
        };
        let number = phonenumber::parse(Some(country.0), &digits).ok()?;
        if let Some(digits) = after_exit_code(&digits, &number, country) {
            return placed(digits);
        }
        if !phonenumber::is_valid(&number) {
            // Some telephone systems write E.164 without its plus.
            if let Some(other) = valid(&digits) {
                return placed(&other);
            }
        }
        placed(&e164_digits(&number))
    }

    /// The number in E.164, were the plus left out.
    pub(crate) fn with_plus(&self) -> Option<String> {
        match self {
            Self::Placed { .. } => None,
            Self::Unplaced { digits } => Some(format!("+{}", valid(digits)?)),
        }
    }
}

/// The international digits of a number that is dialled from `country` to another one. The crate
/// finds the other country, and then takes the trunk prefix of `country` from its numbers.
fn after_exit_code<'a>(
    digits: &'a str,
    number: &phonenumber::PhoneNumber,
    country: Country,
) -> Option<&'a str> {
    let own = phonenumber::metadata::DATABASE.by_id(country.0.as_ref());
    let code = number.code().value();
    if own.is_some_and(|own| own.country_code() == code) {
        return None;
    }
    let code = code.to_string();
    let rests = || (1..6).filter_map(|length| digits.get(length..));
    let is_of = |rest: &&str| rest.starts_with(&code);
    let valid = rests().find(|rest| is_of(rest) && valid(rest).is_some());
    valid.or_else(|| rests().find(is_of))
}

/// The number with a plus that the text has, as it is written there: `+12025550123`.
pub(crate) fn as_written(text: &str) -> Option<String> {
    let (has_plus, digits) = digits_of(text)?;
    has_plus.then(|| format!("+{digits}"))
}

/// The number with these international digits. What it becomes stays so when it is read again.
fn placed(digits: &str) -> Option<PhoneNumber> {
    let mut digits = digits.to_owned();
    // The trunk prefix in `+49 0171 ...` goes at the first reading; what is left is stable.
    for _ in 0..4 {
        let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
        let again = e164_digits(&number);
        if again == digits {
            return Some(PhoneNumber::Placed {
                e164: format!("+{digits}"),
                national: number
                    .national()
                    .to_string()
                    .trim_start_matches('0')
                    .to_owned(),
            });
        }
        digits = again;
    }
    None
}

/// The international digits, if they are those of a number that can exist.
fn valid(digits: &str) -> Option<String> {
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    phonenumber::is_valid(&number).then(|| e164_digits(&number))
}

fn e164_digits(number: &phonenumber::PhoneNumber) -> String {
    format!("{}{}", number.code().value(), number.national())
}

/// Whether there is a plus, and the digits, without addresses, extensions and what is written
/// between them.
fn digits_of(text: &str) -> Option<(bool, String)> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let text = without_address(text.trim());
    let text = without_extension(&text);
    let mut digits = String::new();
    let mut has_plus = false;
    for c in text.chars() {
        match c {
            '+' | '\u{ff0b}' if digits.is_empty() && !has_plus => has_plus = true,
            _ if c.is_alphabetic() || matches!(c, '+' | '*' | '#' | '@' | '=') => return None,
            _ => digits.extend(digit(c)),
        }
    }
    let is_number = (1..=MOST_DIGITS).contains(&digits.len());
    is_number.then_some((has_plus, digits))
}

/// ASCII digits, and those of full width, Arabic and Persian.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10)
}

/// The number in `"Jo" <sip:+12025550123@pbx;user=phone>`, `tel:...;ext=5` and the like.
fn without_address(text: &str) -> String {
    let inner = text.rsplit_once('<').map_or(text, |(_, inner)| inner);
    let inner = inner.split('>').next().unwrap_or_default().trim();
    let lower = inner.to_ascii_lowercase();
    let scheme = ["tel:", "sips:", "sip:", "callto:"]
        .into_iter()
        .find(|scheme| lower.starts_with(scheme));
    let rest = &inner[scheme.map_or(0, str::len)..];
    let rest = rest
        .trim_start_matches('/')
        .replace("%2B", "+")
        .replace("%2b", "+");
    let user = rest.split('@').next().unwrap_or_default();
    // RFC 3966: a local number names what is to stand before it.
    let mut parts = user.split(';');
    let number = parts.next().unwrap_or_default();
    let context = parts
        .filter_map(|part| part.strip_prefix("phone-context="))
        .find(|context| context.starts_with('+'));
    match context {
        Some(context) if !number.contains('+') => {
            format!("{context}{}", number.trim_start_matches('0'))
        }
        _ => number.to_owned(),
    }
}

/// What a number's extension, or the tones after a pause, begin with.
const EXTENSION_MARKS: &[&str] = &["ext", "x", "durchwahl", ",", "~", "\u{ff58}"];

fn without_extension(text: &str) -> &str {
    let is_mark = |at: usize| {
        EXTENSION_MARKS.iter().any(|mark| {
            let there = text.get(at..at + mark.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(mark))
        })
    };
    let after_digit = |at: usize| text[..at].chars().any(|c| digit(c).is_some());
    let mark = text
        .char_indices()
        .map(|(at, _)| at)
        .find(|at| is_mark(*at) && after_digit(*at));
    let text = &text[..mark.unwrap_or(text.len())];
    // `#45` is an extension as well, and so is a slash before few digits none.
    match text.split_once('#') {
        Some((number, _)) if number.chars().any(|c| digit(c).is_some()) => number,
        _ => text,
    }
}

#[cfg(test)]
mod tests;
