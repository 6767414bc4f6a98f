//! The Rust that opens a page: its template, written as calls of the SDK and laid out as `rustfmt`
//! does. A template that has more in it than a chain of calls can say stays a template.

mod layout;
mod names;

pub(super) use layout::{Argument, Call, call, chain, constant, import, opens};
pub(super) use names::{type_name, words};

use std::collections::BTreeSet;

use super::page::{Kind, Page};
use names::variable;

/// The body of a callback.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Callback {
    /// Lines, with their indentation.
    pub(super) body: Vec<String>,
    /// The constant that holds the template, where it stays one.
    pub(super) constant: Option<&'static str>,
    /// What the code uses of the SDK.
    pub(super) uses: BTreeSet<&'static str>,
}

/// The code that opens `page`, for a callback's body.
pub(super) fn callback(page: &Page) -> Callback {
    let mut code = Code::new(page.kind);
    match code.calls(page.template.as_str()) {
        Some(calls) => {
            let mut body = code.lines;
            body.extend(chain("context", &calls, 8));
            Callback {
                body,
                ..Callback::default()
            }
        }
        None => as_template(page.kind),
    }
}

fn as_template(kind: Kind) -> Callback {
    let (constant, values) = match kind {
        Kind::Contact => ("CONTACT_PAGE", "Some(contact), None"),
        Kind::Log => ("LOG_PAGE", "None, Some(log)"),
    };
    Callback {
        body: vec![
            format!("        let page = PageTemplate::parse({constant})?;"),
            format!("        let url = page.fill_from(context, {values})?;"),
            "        Ok(Actions::none().open_tab(url))".to_owned(),
        ],
        constant: Some(constant),
        uses: BTreeSet::from(["Actions", "PageTemplate"]),
    }
}

struct Code {
    kind: Kind,
    /// What must be known before the URL is built.
    lines: Vec<String>,
}

impl Code {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            lines: Vec::new(),
        }
    }

    /// The calls that build the URL and open it, if calls can say it.
    fn calls(&mut self, template: &str) -> Option<Vec<Call>> {
        let rest = template.strip_prefix("https://{hostname}")?;
        let (rest, fragment) = split(rest, '#');
        let (path, query) = split(rest, '?');
        let mut calls = vec![call("url", [])];
        if let Some(path) = path.strip_prefix('/') {
            let (path, ends_in_slash) = match path.strip_suffix('/') {
                Some(path) => (path, true),
                None => (path, path.is_empty()),
            };
            if !path.is_empty() {
                calls.push(call("path", [self.segments(path)?]));
            }
            if ends_in_slash {
                calls.push(call("slash", []));
            }
        } else if !path.is_empty() {
            return None;
        }
        for pair in query.into_iter().flat_map(|query| query.split('&')) {
            calls.push(self.query(pair)?);
        }
        if let Some(fragment) = fragment {
            calls.push(match fragment.strip_prefix('/') {
                Some(path) => call("fragment_path", [self.segments(path)?]),
                None => call("fragment", [Argument::Value(self.value(fragment)?)]),
            });
        }
        calls.push(call("open", []));
        Some(calls)
    }

    fn query(&mut self, pair: &str) -> Option<Call> {
        let (name, value) = pair.split_once('=')?;
        let name = literal(name)?;
        Some(match value.strip_prefix('/') {
            Some(path) if path.contains('{') => {
                call("query_path", [Argument::Value(name), self.segments(path)?])
            }
            _ => {
                let value = self.value(value)?;
                call("query", [Argument::Value(name), Argument::Value(value)])
            }
        })
    }

    /// A path, as the array of its segments.
    fn segments(&mut self, path: &str) -> Option<Argument> {
        let mut segments = Vec::new();
        for segment in path.split('/') {
            segments.push(self.value(segment)?);
        }
        // The first element says of what type all are; those of the call are no `&str` yet.
        if segments.len() > 1
            && let Some(field) = segments[0].strip_prefix('&')
        {
            segments[0] = format!("{field}.as_str()");
        }
        Some(Argument::Array(segments))
    }

    /// A token as a value, or text that stands for itself.
    fn value(&mut self, text: &str) -> Option<String> {
        match text.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some(token) if !token.contains(['{', '}', '|']) => self.token(token),
            _ => literal(text),
        }
    }

    fn token(&mut self, token: &str) -> Option<String> {
        let is_log = self.kind == Kind::Log;
        Some(match token {
            "contactId" if is_log => self.known("contact_id", "log.require_contact_id()?"),
            "contactType" if is_log => self.known("contact_type", "log.require_contact_type()?"),
            "contactType" => self.known("contact_type", "contact.require_type()?"),
            "contactId" => "&contact.id".to_owned(),
            "contactName" => "&contact.name".to_owned(),
            "contactPhone" => "&contact.phone".to_owned(),
            "logId" => "&log.log_id".to_owned(),
            built_in if callpop_adapter::BUILT_IN_TOKENS.contains(&built_in) => return None,
            account if account.contains('.') => return None,
            setting => {
                let value = format!("context.require_setting({setting:?})?");
                self.known(&variable(setting), &value)
            }
        })
    }

    /// A variable with this value, which is made once.
    fn known(&mut self, name: &str, value: &str) -> String {
        let line = format!("        let {name} = {value};");
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
        name.to_owned()
    }
}

/// The parts before and behind the first of these characters outside of braces, which cannot have
/// one in them.
fn split(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}

/// A literal in Rust, of text that no encoding would change.
fn literal(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let stays = !text.is_empty() && ![".", ".."].contains(&text) && text.bytes().all(is_plain);
    stays.then(|| format!("{text:?}"))
}

#[cfg(test)]
mod tests {
    use super::callback;
    use crate::commands::new::page::{Kind, Page};

    fn code(kind: Kind, template: &str) -> String {
        callback(&Page::read(kind, template).unwrap())
            .body
            .join("\n")
    }

    #[test]
    fn a_page_becomes_calls_of_the_sdk() {
        let bodies = [
            code(Kind::Contact, "https://{hostname}/person/{contactId}"),
            code(Kind::Contact, "https://{hostname}/{contactId}/view"),
            code(Kind::Contact, "https://{hostname}?contactId={contactId}"),
            code(
                Kind::Contact,
                "https://{hostname}/v2/location/{locationId}/contacts/detail/{contactId}",
            ),
            code(
                Kind::Contact,
                "https://{hostname}/list/{contactType}/?blade=/details/{contactType}/{contactId}",
            ),
            code(
                Kind::Log,
                "https://{hostname}/nc/#/contacts/{contactId}/{logId}",
            ),
        ];
        insta::assert_snapshot!(bodies.join("\n\n"), @r#"
        context.url().path(["person", &contact.id]).open()

        context.url().path([contact.id.as_str(), "view"]).open()

        context.url().query("contactId", &contact.id).open()

        let location_id = context.require_setting("locationId")?;
        context
            .url()
            .path([
                "v2",
                "location",
                location_id,
                "contacts",
                "detail",
                &contact.id,
            ])
            .open()

        let contact_type = contact.require_type()?;
        context
            .url()
            .path(["list", contact_type])
            .slash()
            .query_path("blade", ["details", contact_type, &contact.id])
            .open()

        let contact_id = log.require_contact_id()?;
        context
            .url()
            .path(["nc"])
            .slash()
            .fragment_path(["contacts", contact_id, &log.log_id])
            .open()
        "#);
    }

    #[test]
    fn what_calls_cannot_say_stays_a_template() {
        for template in [
            "https://{hostname}/app/{contactType}.nl?id={contactId}",
            "https://{hostname}/{contactType|lower}/{contactId}",
            "https://{hostname}/a%20b/{contactId}",
            "https://{hostname}/a//{contactId}",
            "https://{hostname}/{extra.board}/{contactId}",
            "https://{hostname}/?to=https://{hostname}/{contactId}",
            "{urls.app}/person/{contactId}",
            "https://{hostname}/?{contactId}",
        ] {
            let page = Page::read(Kind::Contact, template).unwrap();
            assert_eq!(callback(&page).constant, Some("CONTACT_PAGE"), "{template}");
        }
    }
}
