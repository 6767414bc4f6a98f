//! A page as it was typed, a template or an example, and the template that it means.

use callpop_adapter::PageTemplate;

use super::example;

/// Which of the two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Contact,
    Log,
}

/// A page that can be opened.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) kind: Kind,
    pub(super) template: PageTemplate,
    /// The host that stood where the account's is now.
    pub(super) host: Option<String>,
}

/// What is wrong with a page as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// In words.
    Page(String),
    /// An example in which several parts could be the id: the templates that it could mean, and the
    /// host that stood in it.
    Several(Vec<String>, Option<String>),
}

impl Kind {
    /// The token for the id that the page is about.
    fn id(self) -> &'static str {
        match self {
            Self::Contact => "contactId",
            Self::Log => "logId",
        }
    }

    pub(super) fn option(self) -> &'static str {
        match self {
            Self::Contact => "--contact-page",
            Self::Log => "--log-page",
        }
    }

    /// Tokens that have no value on this page, and why.
    fn unknown(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Contact => (
                &["logId", "thirdPartyAppointmentId"],
                "there is no log when a contact's page opens",
            ),
            Self::Log => (
                &["contactName", "contactPhone", "phone"],
                "a log names its contact's id and type alone",
            ),
        }
    }
}

impl Page {
    /// Reads a template, or makes one of an example.
    pub(super) fn read(kind: Kind, text: &str) -> Result<Self, Unfit> {
        let (text, host) = with_account_for_host(text)?;
        let has_id = text.contains(&format!("{{{}", kind.id()));
        let is_example = !text.replace("{hostname}", "").contains(['{', '}']);
        let text = match (has_id, is_example) {
            (false, true) => from_example(kind, &text, host.as_ref())?,
            _ => text,
        };
        let template = PageTemplate::parse(&text)
            .map_err(|error| Unfit::Page(format!("{text} is no template of a page: {error}")))?;
        let (unknown, why) = kind.unknown();
        if let Some(token) = template.tokens().iter().find(|it| unknown.contains(it)) {
            return Err(Unfit::Page(format!(
                "`{{{token}}}` has no value here: {why}"
            )));
        }
        Ok(Self {
            kind,
            template,
            host,
        })
    }

    /// The settings that it needs.
    pub(super) fn settings(&self) -> Vec<&str> {
        let mut settings = self.template.account_values();
        settings.retain(|name| !name.contains('.'));
        settings
    }

    /// The stored values that it needs, by their outer names.
    pub(super) fn stored_values(&self) -> Vec<&str> {
        let values = self.template.account_values().into_iter();
        values
            .filter_map(|name| Some(name.split_once('.')?.0))
            .collect()
    }

    /// Whether it needs a value of this name.
    pub(super) fn needs(&self, token: &str) -> bool {
        self.template.tokens().contains(&token)
    }

    /// Whether the id that the page is about stands in its address as it is.
    pub(super) fn carries_id(&self) -> bool {
        let text = self.template.as_str();
        let token = format!("{{{}}}", self.kind.id());
        let is_whole = |(at, _): (usize, &str)| {
            let before = text[..at].ends_with(['/', '=']);
            let behind = &text[at + token.len()..];
            before && (behind.is_empty() || behind.starts_with(['/', '?', '&', '#']))
        };
        text.match_indices(&token).any(is_whole)
    }
}

/// The address with `{hostname}` for its host, and that host.
fn with_account_for_host(text: &str) -> Result<(String, Option<String>), Unfit> {
    let after_scheme = ["https://", "http://"].map(|scheme| text.strip_prefix(scheme));
    let Some(rest) = after_scheme.into_iter().flatten().next() else {
        return Ok((text.to_owned(), None));
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, behind) = rest.split_at(end);
    if host.contains('{') {
        return Ok((text.to_owned(), None));
    }
    let hostname = callpop_host::Hostname::parse(host)
        .map_err(|error| Unfit::Page(callpop_host::with_causes(&error)))?;
    let text = format!("https://{{hostname}}{behind}");
    // A CRM that runs here, or on a port of its own, stands for no host of the manifest.
    let is_usual = !hostname.is_loopback() && hostname.port().is_none();
    Ok((text, is_usual.then(|| hostname.host().to_owned())))
}

fn from_example(kind: Kind, text: &str, host: Option<&String>) -> Result<String, Unfit> {
    let token = format!("{{{}}}", kind.id());
    let made = |at: &std::ops::Range<usize>| {
        let mut made = text.to_owned();
        made.replace_range(at.clone(), &token);
        made
    };
    match example::ids(text).as_slice() {
        [] => Err(Unfit::Page(format!(
            "nothing in {text} looks like an id; write {token} where it stands"
        ))),
        [id] => Ok(made(id)),
        several => {
            let templates = several.iter().map(made).collect();
            Err(Unfit::Several(templates, host.cloned()))
        }
    }
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Page(what) => f.write_str(what),
            Self::Several(templates, _) => write!(
                f,
                "more than one part looks like an id; write the template that is meant: {}",
                templates.join(" or ")
            ),
        }
    }
}
