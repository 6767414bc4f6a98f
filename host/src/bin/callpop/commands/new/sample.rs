//! The account, the contact and the log of the generated tests: values for every token that the
//! pages have.

use std::collections::BTreeSet;

use callpop_adapter::EXTRA_PREFIX;
use serde::Serialize;

use super::page::{Kind, Page};
use super::questions::Answers;
use super::rust::{self, Argument, Call, call};

const CONTACT_ID: &str = "7";
const LOG_ID: &str = "42";
const OTHER: &str = "1234";

/// What the generated tests are made of.
#[derive(Debug, Serialize)]
pub(super) struct Sample {
    hostname: String,
    contact_type: String,
    /// What the tests use of the SDK.
    uses: String,
    /// The bodies of functions; an empty one is not needed.
    account: String,
    contact: String,
    log: String,
    #[serde(skip)]
    bases: Vec<String>,
}

impl Sample {
    pub(super) fn of(answers: &Answers) -> Self {
        let pattern = answers.hosts.first().map(ToString::to_string);
        let hostname = match &pattern {
            Some(pattern) => pattern.replace("*.", "demo."),
            None => "crm.example.com".to_owned(),
        };
        let mut sample = Self {
            contact_type: answers.contact_types.first().cloned().unwrap_or_default(),
            uses: String::new(),
            account: String::new(),
            contact: String::new(),
            log: String::new(),
            bases: answers.pages.iter().filter_map(base).collect(),
            hostname,
        };
        sample.account = sample.account_of(answers);
        sample.contact = sample.contact_of(answers);
        sample.log = sample.log_of(answers);
        sample.uses = sample.imports(answers);
        sample
    }

    /// The call of a page's callback.
    pub(super) fn open(&self, kind: Kind) -> String {
        match kind {
            Kind::Contact if self.contact.is_empty() => {
                format!("open_contact_page(&contact({CONTACT_ID:?}))")
            }
            Kind::Contact => format!("open_contact_page(&caller({CONTACT_ID:?}))"),
            Kind::Log => format!("open_log_page(&logged({LOG_ID:?}))"),
        }
    }

    /// The value of a token.
    pub(super) fn value(&self, token: &str) -> String {
        let value = match token {
            "hostname" => &self.hostname,
            "contactId" => CONTACT_ID,
            "contactType" => &self.contact_type,
            "contactName" => "Jo Doe",
            "contactPhone" | "phone" => "+12025550123",
            "logId" => LOG_ID,
            // An address, where the page begins with it.
            base if self.bases.iter().any(|it| it == base) => {
                return format!("https://{}", self.hostname);
            }
            _ => OTHER,
        };
        value.to_owned()
    }

    fn account_of(&self, answers: &Answers) -> String {
        let mut calls = Vec::new();
        let mut set = |name: &'static str, value: &str| {
            calls.push(with(name, &[value, &self.value(value)]));
        };
        for setting in answers.settings() {
            set("with_setting", setting);
        }
        let mut stored = BTreeSet::new();
        for page in &answers.pages {
            stored.extend(
                page.template
                    .account_values()
                    .into_iter()
                    .filter(|it| it.contains('.')),
            );
        }
        for value in stored {
            set("with_stored", value);
        }
        for fact in ["calledNumber", "direction"] {
            if answers.needs(fact) {
                set("with_extra", fact);
            }
        }
        let start = format!("Account::on({:?})", self.hostname);
        rust::chain(&start, &calls, 4).join("\n")
    }

    /// The contact, if the page needs more of it than an id.
    fn contact_of(&self, answers: &Answers) -> String {
        let Some(page) = answers.page(Kind::Contact) else {
            return String::new();
        };
        let mut calls = Vec::new();
        if page.needs("contactType") {
            calls.push(with("with_type", &[&self.contact_type]));
        }
        calls.extend(extras(page));
        if calls.is_empty() {
            return String::new();
        }
        rust::chain("contact(id)", &calls, 4).join("\n")
    }

    fn log_of(&self, answers: &Answers) -> String {
        let Some(page) = answers.page(Kind::Log) else {
            return String::new();
        };
        let mut calls = Vec::new();
        if page.needs("contactId") {
            calls.push(with("with_contact_id", &[CONTACT_ID]));
        }
        if page.needs("contactType") {
            calls.push(with("with_contact_type", &[&self.contact_type]));
        }
        calls.extend(extras(page));
        rust::chain("CallLog::new(id)", &calls, 4).join("\n")
    }

    fn imports(&self, answers: &Answers) -> String {
        let mut kit = BTreeSet::from(["Account", "HOSTILE_TEXTS"]);
        let mut sdk = BTreeSet::new();
        if answers.page(Kind::Contact).is_some() {
            kit.insert("contact");
        }
        if answers.page(Kind::Log).is_some() {
            sdk.insert("CallLog");
        }
        if !self.contact.is_empty() {
            sdk.insert("Contact");
        }
        if !answers.settings().is_empty() {
            sdk.insert("ErrorCode");
        }
        let kit = rust::import("callpop_adapter::testing", &kit);
        match sdk.len() {
            0 => kit,
            // Names come before modules, and braces last.
            1 => format!("{}\n{kit}", rust::import("callpop_adapter", &sdk)),
            _ => format!("{kit}\n{}", rust::import("callpop_adapter", &sdk)),
        }
    }
}

fn extras(page: &Page) -> impl Iterator<Item = Call> {
    let names = page.template.tokens().into_iter().filter_map(|token| {
        let appointment = (token == "thirdPartyAppointmentId").then_some(token);
        token.strip_prefix(EXTRA_PREFIX).or(appointment)
    });
    let names: BTreeSet<_> = names.collect();
    names
        .into_iter()
        .map(|name| with("with_extra", &[name, OTHER]))
}

fn with(name: &'static str, texts: &[&str]) -> Call {
    let literals = texts
        .iter()
        .map(|text| Argument::Value(format!("{text:?}")));
    call(name, literals)
}

/// The setting or stored value that a page's address begins with.
fn base(page: &Page) -> Option<String> {
    let rest = page.template.as_str().strip_prefix('{')?;
    Some(rest.split('}').next()?.to_owned())
}
