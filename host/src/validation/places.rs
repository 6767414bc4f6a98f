//! Where in a page's URL a value stands, and whether another value stands there as well, whole and
//! alone.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

/// A part of a URL that stands for one text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Leaf {
    place: String,
    text: String,
}

/// A URL in which a value was found.
#[derive(Debug, Clone)]
pub(super) struct Places {
    leaves: Vec<Leaf>,
    shape: Shape,
    marker: String,
}

/// Which parts of a URL are read as paths of their own.
#[derive(Debug, Clone, Default)]
struct Shape {
    /// The names of query parameters whose values are.
    queries: Vec<String>,
    /// Whether the fragment is.
    fragment: bool,
}

impl Places {
    /// Where `marker` stands in the URL, if it does.
    pub(super) fn of(url: &str, marker: &str) -> Option<Self> {
        let parsed = Url::parse(url).ok()?;
        let shape = Shape::of(&parsed);
        let leaves = leaves(&parsed, &shape);
        let is_there = leaves.iter().any(|leaf| leaf.text.contains(marker));
        is_there.then(|| Self {
            leaves,
            shape,
            marker: marker.to_owned(),
        })
    }

    /// What is wrong with a URL that should be the same but for `value` in the marker's places. A
    /// value that need not be exact may be written in another form, such as a telephone number
    /// without its `+`.
    pub(super) fn fault(&self, url: &str, value: &str, is_exact: bool) -> Option<String> {
        let parsed = Url::parse(url).ok()?;
        let found = leaves(&parsed, &self.shape);
        let places = |leaves: &[Leaf]| leaves.iter().map(|it| it.place.clone()).collect::<Vec<_>>();
        let (expected, is) = (places(&self.leaves), places(&found));
        if expected != is {
            return Some(format!(
                "it makes another page of {url}: {}",
                difference(&expected, &is)
            ));
        }
        self.leaves.iter().zip(&found).find_map(|(marked, found)| {
            let Some((before, after)) = marked.text.split_once(&self.marker) else {
                let is_same = marked.text == found.text;
                return (!is_same)
                    .then(|| format!("the {} of {url} is {:?}", found.place, found.text));
            };
            let inner = found.text.strip_prefix(before);
            let inner = inner.and_then(|text| text.strip_suffix(after));
            let is_value = inner.is_some_and(|inner| {
                // A URL within the URL is encoded once more.
                let is_nested = before.contains("://");
                inner == value || (is_nested && decoded(inner) == value)
            });
            (is_exact && !is_value).then(|| {
                format!(
                    "the {} of {url} is {:?}, and should hold {value:?}",
                    found.place, found.text
                )
            })
        })
    }
}

impl Shape {
    fn of(url: &Url) -> Self {
        Self {
            queries: url
                .query_pairs()
                .filter(|(_, value)| value.starts_with('/'))
                .map(|(name, _)| name.into_owned())
                .collect(),
            fragment: url.fragment().is_some_and(|it| it.starts_with(['/', '!'])),
        }
    }
}

/// The URL's parts, each decoded once more than it is encoded.
fn leaves(url: &Url, shape: &Shape) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let mut add = |place: String, text: Cow<'_, str>| {
        leaves.push(Leaf {
            place,
            text: text.into_owned(),
        });
    };
    let host = format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port().unwrap_or(0)
    );
    add("host".to_owned(), host.into());
    for (at, segment) in url.path().split('/').enumerate() {
        add(format!("path segment {at}"), decoded(segment));
    }
    for (at, (name, value)) in url.query_pairs().enumerate() {
        if shape.queries.contains(&name.as_ref().to_owned()) {
            for (piece, text) in value.split('/').enumerate() {
                add(format!("query {at}, piece {piece}"), decoded(text));
            }
        } else {
            add(format!("query {at}"), value);
        }
        add(format!("name of query {at}"), name);
    }
    let fragment = url.fragment().unwrap_or_default();
    if shape.fragment {
        for (at, piece) in fragment.split(['/', '?', '&']).enumerate() {
            add(format!("fragment piece {at}"), decoded(piece));
        }
    } else {
        add("fragment".to_owned(), decoded(fragment));
    }
    leaves
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn difference(expected: &[String], is: &[String]) -> String {
    let more = is.iter().find(|place| !expected.contains(place));
    let less = expected.iter().find(|place| !is.contains(place));
    match (more, less) {
        (Some(place), _) => format!("it has one more part, {place}"),
        (None, Some(place)) => format!("it has no {place} any more"),
        (None, None) => "its parts stand in another order".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    fn fault(with_marker: &str, url: &str, value: &str) -> Option<String> {
        Places::of(with_marker, "MARK")
            .unwrap()
            .fault(url, value, true)
    }

    #[test]
    fn a_value_that_comes_out_as_it_was_put_in_is_no_fault() {
        for (with_marker, url, value) in [
            (
                "https://h.example/p/MARK",
                "https://h.example/p/a%2Fb",
                "a/b",
            ),
            (
                "https://h.example/p/x-MARK.nl",
                "https://h.example/p/x-%25.nl",
                "%",
            ),
            (
                "https://h.example/?id=MARK&v=1",
                "https://h.example/?id=a%2Bb+c&v=1",
                "a+b c",
            ),
            (
                "https://h.example/?b=/d/MARK",
                "https://h.example/?b=/d/a%252Fb",
                "a/b",
            ),
            (
                "https://h.example/#/c/MARK/x",
                "https://h.example/#/c/a%2Fb/x",
                "a/b",
            ),
            ("https://h.example/#MARK", "https://h.example/#a/b", "a/b"),
            (
                "https://h.example/?to=https://h.example/MARK",
                "https://h.example/?to=https://h.example/a%252Fb",
                "a/b",
            ),
        ] {
            assert_eq!(fault(with_marker, url, value), None, "{url}");
        }
    }

    #[test]
    fn a_value_that_leaves_its_place_or_changes_is_a_fault() {
        for (with_marker, url, value) in [
            ("https://h.example/p/MARK", "https://h.example/p/a/b", "a/b"),
            (
                "https://h.example/p/MARK",
                "https://h.example/p/a%252Fb",
                "a/b",
            ),
            (
                "https://h.example/p/MARK",
                "https://h.example/p/?x=1",
                "?x=1",
            ),
            ("https://h.example/p/MARK", "https://h.example/p/%41", "%41"),
            (
                "https://h.example/?id=MARK",
                "https://h.example/?id=a+b",
                "a+b",
            ),
            (
                "https://h.example/?id=MARK",
                "https://h.example/?id=a&b=c",
                "a&b=c",
            ),
            (
                "https://h.example/?b=/d/MARK",
                "https://h.example/?b=/d/a%2Fb",
                "a/b",
            ),
            (
                "https://h.example/#/c/MARK",
                "https://h.example/#/c/a/b",
                "a/b",
            ),
            ("https://h.example/p/MARK", "https://h.example/q/a", "a"),
        ] {
            assert!(fault(with_marker, url, value).is_some(), "{url}");
        }
    }
}
