//! Each callback with what it gets on an ordinary day: every host, every contact type, every option
//! of a setting, with nothing set and with everything.

use callpop_adapter::Context;

use super::codes::Code;
use super::inputs::{HOSTILE, Part, context_mut, spoken};
use super::learning::{Learnt, learn, possible_texts};
use super::report::Check;
use super::{Examination, Mercy, judging};
use crate::runner::{Answer, Request};
use crate::{Callback, SettingType, template_adapter};

/// A callback's check, and with what the callback opens its page.
pub(super) fn page(examination: &mut Examination<'_>, callback: Callback) -> (Check, Learnt) {
    let manifest = examination.manifest;
    let (mut check, is_declared) = match callback {
        Callback::OpenLogPage => (
            Check::new("log-page", "the log page opens"),
            manifest.can_open_log_page,
        ),
        _ => (
            Check::new("contact-page", "the contact page opens"),
            manifest.can_open_contact_page,
        ),
    };
    let learnt = learn(examination, callback, &mut check);
    let what = spoken(callback);
    match &learnt {
        Learnt::Answers(request) if is_declared => ordinary(examination, request, &mut check),
        Learnt::Answers(request) => {
            let pages = examination.judged(&mut check, request, "ordinary input", Mercy::None);
            if pages.is_some_and(|pages| !pages.is_empty()) {
                let found = format!("{what} opens, and the manifest says that there is none");
                check.find_with(Code::PageNotDeclared, found, callback, "ordinary input");
            }
        }
        Learnt::NotSupported if is_declared => {
            let found = format!("the manifest says that {what} opens, and the callback refuses");
            check.find_with(Code::PageNotSupported, found, callback, "ordinary input");
        }
        Learnt::Never(error) if is_declared => {
            let found = format!("nothing was found with which {what} opens; it says: {error}");
            check.find_with(Code::PageNeverOpens, found, callback, "ordinary input");
        }
        Learnt::Never(_) | Learnt::NotSupported | Learnt::Broken => {}
    }
    if !is_declared && check.findings.is_empty() {
        check = check.skipped("the manifest says that there is none");
    }
    (check, learnt)
}

/// Everything that an account and a contact may ordinarily be.
fn ordinary(examination: &mut Examination<'_>, request: &Request<'static>, check: &mut Check) {
    let manifest = examination.manifest;
    let callback = request.callback();
    let pages = examination.judged(check, request, "ordinary input", Mercy::None);
    if pages.is_some_and(|pages| pages.is_empty()) {
        let found = format!("{} opens nothing, and gives no error", spoken(callback));
        check.find_with(Code::OpensNothing, found, callback, "ordinary input");
    }
    for hostname in examination.hostnames.clone() {
        let mut request = request.clone();
        context_mut(&mut request).hostname = hostname.to_string().into();
        examination.judged(
            check,
            &request,
            &format!("the host {hostname}"),
            Mercy::None,
        );
    }
    for contact_type in &manifest.contact_types {
        let value = &contact_type.value;
        let request = Part::Type.put(request, value);
        let said = examination.said(check, &request, &format!("the type {value}"), Mercy::None);
        if let Some(Ok(Answer::Failed(error))) = said {
            let found = format!(
                "the manifest names the contact type {value:?}, and {} refuses it: {}",
                spoken(callback),
                error.message()
            );
            check.find_with(Code::ContactTypeRefused, found, callback, value);
        }
    }
    for (part, text) in settings(examination) {
        let request = part.put(request, &text);
        examination.judged(check, &request, &format!("{part}: {text}"), Mercy::None);
    }
    for (request, input) in crowded_and_bare(examination, request) {
        examination.judged(check, &request, input, Mercy::None);
    }
}

/// Every value that the settings may have, where there are few.
fn settings(examination: &Examination<'_>) -> Vec<(Part, String)> {
    let settings = examination.manifest.settings_with_values();
    settings
        .filter(|it| matches!(it.kind, SettingType::Choice | SettingType::Boolean))
        .flat_map(|it| {
            let texts = possible_texts(examination.manifest, &it.id, "");
            texts
                .into_iter()
                .map(|text| (Part::Setting(it.id.clone()), text))
        })
        .collect()
}

/// The same call with as little as a dialer may know, and with as much as it may.
pub(super) fn crowded_and_bare(
    examination: &Examination<'_>,
    request: &Request<'static>,
) -> Vec<(Request<'static>, &'static str)> {
    let manifest = examination.manifest;
    let mut everything = request.clone();
    let hostname = examination.hostnames[0].to_string();
    for setting in manifest.settings_with_values() {
        if let Some(text) = possible_texts(manifest, &setting.id, &hostname).first() {
            let settings = &mut context_mut(&mut everything).settings;
            settings
                .entry(setting.id.clone().into())
                .or_insert_with(|| text.clone().into());
        }
    }
    for value in &manifest.stored_values {
        let stored = &mut context_mut(&mut everything).stored;
        stored
            .entry(value.name.clone().into())
            .or_insert_with(|| "stored".into());
    }
    let mut crowded = everything.clone();
    for number in 0..500 {
        let name = format!("extra{number}");
        crowded = Part::Extra(name).put(&crowded, "more than anybody needs");
    }
    let mut nothing_set = request.clone();
    let context: &mut Context<'_> = context_mut(&mut nothing_set);
    context.settings.clear();
    context.stored.clear();
    let mut bare = nothing_set.clone();
    context_mut(&mut bare).extras.clear();
    match &mut bare {
        Request::OpenContactPage(_, contact) => {
            *contact = crate::Contact::new(contact.id.to_string(), "", "");
        }
        Request::OpenLogPage(_, log) => *log = crate::CallLog::new(log.log_id.to_string()),
        Request::OnUnauthorize(_) => {}
    }
    vec![
        (everything, "everything set"),
        (crowded, "500 extras"),
        (nothing_set, "nothing set"),
        (bare, "nothing known but the id"),
    ]
}

/// The page that the manifest has for a number that nobody has, if it has one.
pub(super) fn fallback(examination: &mut Examination<'_>) -> Option<Check> {
    let manifest = examination.manifest;
    manifest.fallback_contact_page_url.as_ref()?;
    let mut check = Check::new("fallback-page", "the page for an unknown number opens");
    let phone = Part::Fact("phone".to_owned());
    let usual = examination.first_request(Callback::OpenContactPage);
    let numbers = HOSTILE.iter().copied().filter(|text| !text.is_empty());
    for number in ["+12025550123"].into_iter().chain(numbers) {
        let request = phone.put(&usual, number);
        let context = super::inputs::context(&request);
        let answer = template_adapter::fallback_page(manifest, context)?;
        let input = format!("the number {number:?}");
        let said = Ok(answer.into());
        judging::pages(&mut check, manifest, &request, &said, &input, Mercy::None);
    }
    Some(check)
}

/// Logging out: with nothing stored, and with everything.
pub(super) fn log_out(
    examination: &mut Examination<'_>,
    learnt: [&Learnt; 2],
) -> (Check, Request<'static>) {
    let mut check = Check::new("log-out", "logging out cleans up");
    let mut request = examination.first_request(Callback::OnUnauthorize);
    // What the pages need is what an account has.
    for known in learnt.into_iter().filter_map(Learnt::request) {
        let known = super::inputs::context(known);
        let context = context_mut(&mut request);
        context.settings.extend(known.settings.clone());
        context.stored.extend(known.stored.clone());
    }
    examination.judged(&mut check, &request, "ordinary input", Mercy::None);
    for (request, input) in crowded_and_bare(examination, &request) {
        examination.judged(&mut check, &request, input, Mercy::None);
    }
    for hostname in examination.hostnames.clone() {
        let mut request = request.clone();
        context_mut(&mut request).hostname = hostname.to_string().into();
        examination.judged(
            &mut check,
            &request,
            &format!("the host {hostname}"),
            Mercy::None,
        );
    }
    (check, request)
}
