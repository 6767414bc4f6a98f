//! Finds out with what a callback opens its page: it is called, and given what it says that it
//! misses, until it opens one.

use std::collections::BTreeMap;

use callpop_adapter::{AdapterError, Context, ErrorCode, Text};

use super::Examination;
use super::codes::Code;
use super::inputs::{ID, Part, TEXT, context, context_mut};
use super::judging;
use super::report::Check;
use crate::connecting::with_member;
use crate::runner::{Answer, Request};
use crate::{CallLog, Callback, Contact, Manifest, SettingType};

/// The most calls that are made to find it out.
const MAX_STEPS: usize = 80;

/// What was found out of a callback.
#[derive(Debug, Clone)]
pub(super) enum Learnt {
    /// It answers this call without an error.
    Answers(Box<Request<'static>>),
    /// It says that there is no such page.
    NotSupported,
    /// It always gives an error; the last one.
    Never(String),
    /// It does not even answer, or not as it must; that is a finding by now.
    Broken,
}

impl Learnt {
    /// A call that it answers.
    pub(super) fn request(&self) -> Option<&Request<'static>> {
        match self {
            Self::Answers(request) => Some(request),
            _ => None,
        }
    }
}

/// The call in the making.
struct Attempt<'validation> {
    manifest: &'validation Manifest,
    request: Request<'static>,
    /// Which of its possible texts each value has that was asked for.
    tried: BTreeMap<String, usize>,
    /// The value that was given last.
    last: Option<String>,
    /// How many of the manifest's contact types were tried.
    types: usize,
    /// How many kinds of ids were tried.
    ids: usize,
}

/// Finds out with what `callback` opens its page.
pub(super) fn learn(
    examination: &mut Examination<'_>,
    callback: Callback,
    check: &mut Check,
) -> Learnt {
    let manifest = examination.manifest;
    let mut attempt = Attempt {
        manifest,
        request: examination.first_request(callback),
        tried: BTreeMap::new(),
        last: None,
        types: 1,
        ids: 0,
    };
    let mut last = String::new();
    for _ in 0..MAX_STEPS {
        let said = examination.subject.call(&attempt.request);
        let error = match &said {
            Ok(Answer::Done(_)) => return Learnt::Answers(Box::new(attempt.request)),
            Ok(Answer::Failed(error)) if error.code() != ErrorCode::Panicked => error.clone(),
            _ => {
                let input = "ordinary input";
                judging::pages(
                    check,
                    manifest,
                    &attempt.request,
                    &said,
                    input,
                    super::Mercy::None,
                );
                return Learnt::Broken;
            }
        };
        last = error.message().to_owned();
        let goes_on = match error.code() {
            ErrorCode::MissingValue => attempt.give(&error, check),
            ErrorCode::InvalidInput => attempt.change(),
            ErrorCode::NotSupported => attempt.next_type(),
            _ => false,
        };
        if !goes_on {
            return match error.code() {
                ErrorCode::NotSupported => Learnt::NotSupported,
                _ => Learnt::Never(last),
            };
        }
    }
    Learnt::Never(last)
}

impl Attempt<'_> {
    /// Gives the value that it says is missing; whether there is anything to give.
    fn give(&mut self, error: &AdapterError, check: &mut Check) -> bool {
        let Some(name) = self.missing(error) else {
            return false;
        };
        if self.tried.contains_key(&name) {
            // It was given, and is asked for once more: it should be another.
            self.last = Some(name);
            return self.change();
        }
        if name == "contact.type" {
            check_declared_types(self.manifest, &self.request, check);
        } else if !self.is_known(&name) {
            let what = format!("it asks for `{name}`, which the manifest does not name");
            check.find_with(Code::UndeclaredValue, what, self.request.callback(), &name);
        }
        self.tried.insert(name.clone(), 0);
        self.last = Some(name.clone());
        self.set(&name, 0)
    }

    /// The name in the SDK's words (``the value `x` is missing``), or one of the manifest's in
    /// others.
    fn missing(&self, error: &AdapterError) -> Option<String> {
        let message = error.message();
        if let Some(name) = message.split('`').nth(1) {
            return Some(name.to_owned());
        }
        let settings = self.manifest.settings_with_values().map(|it| &it.id);
        let stored = self.manifest.stored_values.iter().map(|it| &it.name);
        let mut names = settings.chain(stored);
        names.find(|name| message.contains(*name)).cloned()
    }

    fn is_known(&self, name: &str) -> bool {
        let root = name.split('.').next().unwrap_or_default();
        ["contact", "log", "call", "extra"].contains(&root)
            || self.manifest.setting(name).is_some()
            || self.manifest.stored_values.iter().any(|it| it.name == root)
    }

    /// Gives another text for the value that was given last, or another kind of id.
    fn change(&mut self) -> bool {
        if let Some(name) = self.last.clone() {
            let next = self.tried.get(&name).map_or(0, |at| at + 1);
            if self.set(&name, next) {
                self.tried.insert(name, next);
                return true;
            }
        }
        let ids = ["7", TEXT, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"];
        let Some(id) = ids.get(self.ids) else {
            return false;
        };
        self.ids += 1;
        for part in [Part::Id, Part::LogId] {
            self.request = part.put(&self.request, id);
        }
        true
    }

    fn next_type(&mut self) -> bool {
        let Some(next) = self.manifest.contact_types.get(self.types) else {
            return false;
        };
        self.types += 1;
        self.request = Part::Type.put(&self.request, &next.value);
        true
    }

    /// Sets the value to the text that is tried at this turn; whether there is one.
    fn set(&mut self, name: &str, turn: usize) -> bool {
        let texts = possible_texts(self.manifest, name, &context(&self.request).hostname);
        let Some(text) = texts.get(turn) else {
            return false;
        };
        let setting = self.manifest.setting(name).map(|it| it.id.clone());
        let part = match name.split_once('.') {
            _ if name == "contact.type" => Part::Type,
            _ if name == "contact.id" => Part::Id,
            Some(("contact" | "log" | "extra", extra)) => Part::Extra(extra.to_owned()),
            Some(("call", fact)) => Part::Fact(fact.to_owned()),
            Some((root, member)) => return self.set_member(root, member, text),
            None => setting.map_or_else(|| Part::Stored(name.to_owned()), Part::Setting),
        };
        self.request = part.put(&self.request, text);
        if self.manifest.setting(name).is_none() && matches!(part, Part::Stored(_)) {
            // A value that the manifest does not name may be looked for under settings as well.
            let is_stored = self.manifest.stored_values.iter().any(|it| it.name == name);
            if !is_stored {
                self.request = Part::Setting(name.to_owned()).put(&self.request, text);
            }
        }
        true
    }

    fn set_member(&mut self, root: &str, member: &str, text: &str) -> bool {
        let context = context_mut(&mut self.request);
        let before = context.stored.get(root).map_or("{}", Text::as_str);
        let before = if before.starts_with('{') {
            before
        } else {
            "{}"
        };
        let Some(object) = with_member(before, member, text) else {
            return false;
        };
        context.stored.insert(root.to_owned().into(), object.into());
        true
    }
}

fn check_declared_types(manifest: &Manifest, request: &Request<'_>, check: &mut Check) {
    if manifest.contact_types.is_empty() {
        let what = "it asks for the contact's type, and the manifest names no types";
        check.find_with(
            Code::UndeclaredContactType,
            what,
            request.callback(),
            "no type",
        );
    }
}

/// The texts that a value of this name may have, the likeliest first.
pub(super) fn possible_texts(manifest: &Manifest, name: &str, hostname: &str) -> Vec<String> {
    if name == "contact.type" && !manifest.contact_types.is_empty() {
        let types = manifest.contact_types.iter();
        return types.map(|it| it.value.clone()).collect();
    }
    if let Some(setting) = manifest.setting(name) {
        let default = setting.default.iter().map(ToString::to_string);
        match setting.kind {
            SettingType::Boolean => return vec!["true".to_owned(), "false".to_owned()],
            SettingType::Choice => {
                let options = setting.options.iter().map(|it| it.value.clone());
                return default.chain(options).collect();
            }
            _ => {}
        }
    }
    let address = format!("https://{hostname}");
    let lower = name.to_ascii_lowercase();
    let is_address = ["url", "uri", "address", "server", "instance", "base"]
        .iter()
        .any(|word| lower.contains(word));
    let mut texts = vec![TEXT.to_owned(), ID.to_owned(), hostname.to_owned()];
    texts.insert(if is_address { 0 } else { 2 }, address);
    texts
}

/// An ordinary call, before anything is known of the adapter.
pub(super) fn ordinary(
    manifest: &Manifest,
    context: Context<'static>,
    callback: Callback,
) -> Request<'static> {
    let first_type = manifest.contact_types.first();
    let first_type = first_type.map(|it| it.value.clone()).unwrap_or_default();
    match callback {
        Callback::OpenContactPage => {
            let contact = Contact::new(ID, "Jo Doe", "+12025550123").with_type(first_type);
            Request::OpenContactPage(context, contact)
        }
        Callback::OpenLogPage => {
            let log = CallLog::new(ID);
            let request = Request::OpenLogPage(context, log);
            let request = Part::Id.put(&request, "42");
            Part::Type.put(&request, &first_type)
        }
        Callback::OnUnauthorize => Request::OnUnauthorize(context),
    }
}
