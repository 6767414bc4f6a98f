//! Calls: their events, the user's choice, and pages that open whatever the rules say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call_event::CallEvent;
use crate::host::{self, AccountOutcome, CallOptions, Host, OnCallError, PopResult};
use crate::json_form::{AccountOutcomeForm, CallEventForm, ContactForm, LogForm, PopResultForm};
use crate::json_interface::method::{Method, Params};
use crate::json_interface::{Asked, CallOutcome, Failure, JsonInterface, Lane, Notification};
use crate::outcome::Outcome;
use crate::{CallLog, Contact};

pub(super) fn methods() -> Vec<Method> {
    vec![
        Method::new(
            "callEvent",
            "Something happened to a call: each connected account pops by its own settings, and \
             each page opens once for a call.",
            call_event,
        ),
        Method::new(
            "rehearseCall",
            "What `callEvent` would do at this moment; no page opens, and nothing is remembered.",
            rehearse_call,
        ),
        Method::new(
            "choose",
            "The user selected this contact, of those that `callpop/ask` named.",
            choose,
        ),
        Method::new(
            "contactCreated",
            "The user has created this contact for a call: its page opens, if the settings say so.",
            contact_created,
        ),
        Method::new(
            "openContactPage",
            "Opens a contact's page, whatever the rules say.",
            open_contact_page,
        ),
        Method::new(
            "openLogPage",
            "\"Open call log\": opens a logged call's page, else the contact's.",
            open_log_page,
        ),
        Method::new(
            "logMenu",
            "What the menu of a logged call offers.",
            log_menu,
        ),
    ]
}

/// An event of a call.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TellOfCall {
    /// What happened.
    event: CallEventForm,
    /// Tell also what was looked at, and how long it took.
    #[serde(default)]
    explain: bool,
}

impl Params for TellOfCall {
    fn lane(&self, _: &'static str) -> Lane {
        Lane::Call(self.event.call_id.clone())
    }
}

/// What an event led to.
#[derive(Debug, Serialize, JsonSchema)]
struct CallResult {
    /// In each connected account.
    accounts: Vec<AccountOutcomeForm>,
}

fn call_event(interface: &JsonInterface, asked: TellOfCall) -> Result<CallResult, Failure> {
    let event = event(asked.event)?;
    let outcomes = interface.host.on_call(&event)?;
    for outcome in &outcomes {
        interface.tell_of_outcome(&event, &outcome.adapter, &outcome.result);
    }
    Ok(CallResult::of(&outcomes, asked.explain))
}

fn rehearse_call(interface: &JsonInterface, asked: TellOfCall) -> Result<CallResult, Failure> {
    let outcomes = interface.host.rehearse_call(&event(asked.event)?)?;
    Ok(CallResult::of(&outcomes, asked.explain))
}

impl CallResult {
    fn of(outcomes: &[AccountOutcome], explain: bool) -> Self {
        let outcomes = outcomes.iter();
        Self {
            accounts: outcomes
                .map(|outcome| AccountOutcomeForm::of(outcome, explain))
                .collect(),
        }
    }
}

/// A contact for the call of an event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContactOfCall {
    /// The call's event.
    event: CallEventForm,
    /// The account's adapter.
    adapter: String,
    /// The contact.
    contact: ContactForm,
}

impl Params for ContactOfCall {
    fn lane(&self, _: &'static str) -> Lane {
        Lane::Call(self.event.call_id.clone())
    }
}

fn choose(interface: &JsonInterface, asked: ContactOfCall) -> Result<AccountOutcomeForm, Failure> {
    interface.about_contact(asked, Host::choose)
}

fn contact_created(
    interface: &JsonInterface,
    asked: ContactOfCall,
) -> Result<AccountOutcomeForm, Failure> {
    interface.about_contact(asked, Host::contact_created)
}

impl JsonInterface {
    fn about_contact(
        &self,
        asked: ContactOfCall,
        carry_out: fn(&Host, &CallEvent, &str, &Contact) -> Result<PopResult, OnCallError>,
    ) -> Result<AccountOutcomeForm, Failure> {
        let event = event(asked.event)?;
        let result = carry_out(&self.host, &event, &asked.adapter, &asked.contact.0)?;
        self.tell_of_outcome(&event, &asked.adapter, &result);
        Ok(plain(&asked.adapter, &result))
    }

    fn tell_of_outcome(&self, event: &CallEvent, adapter: &str, result: &PopResult) {
        if let PopResult::Ask(contacts) = result {
            self.tell(Notification::Ask(Asked {
                event: event.into(),
                adapter: adapter.to_owned(),
                contacts: contacts.iter().cloned().map(ContactForm).collect(),
            }));
        }
        self.tell(Notification::Outcome(CallOutcome {
            call_id: event.call_id.clone(),
            outcome: plain(adapter, result),
        }));
    }
}

fn plain(adapter: &str, result: &PopResult) -> AccountOutcomeForm {
    AccountOutcomeForm {
        result: PopResultForm::from(result),
        adapter: adapter.to_owned(),
        steps: None,
        micros: None,
    }
}

fn event(form: CallEventForm) -> Result<CallEvent, Failure> {
    form.into_event().map_err(Failure::params)
}

/// A contact's page to be opened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpenContactPage {
    /// The adapter's id.
    adapter: String,
    /// The contact.
    contact: ContactForm,
    /// A hostname to use without connecting.
    #[serde(default)]
    hostname: Option<String>,
    /// Perform nothing; say what would be done.
    #[serde(default)]
    dry_run: bool,
}

impl Params for OpenContactPage {
    fn lane(&self, _: &'static str) -> Lane {
        Lane::Adapter(self.adapter.clone())
    }
}

fn open_contact_page(
    interface: &JsonInterface,
    asked: OpenContactPage,
) -> Result<Outcome, Failure> {
    let options = CallOptions {
        hostname: asked.hostname,
        dry_run: asked.dry_run,
    };
    let contact = &asked.contact.0;
    Ok(interface
        .host
        .open_contact_page(&asked.adapter, contact, &options)?)
}

/// A logged call's page to be opened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpenLogPage {
    /// The adapter's id.
    adapter: String,
    /// The logged call.
    log: LogForm,
    /// The contact that it was logged with, if the log does not name it.
    #[serde(default)]
    contact: Option<ContactForm>,
    /// A hostname to use without connecting.
    #[serde(default)]
    hostname: Option<String>,
    /// Perform nothing; say what would be done.
    #[serde(default)]
    dry_run: bool,
}

impl Params for OpenLogPage {
    fn lane(&self, _: &'static str) -> Lane {
        Lane::Adapter(self.adapter.clone())
    }
}

fn open_log_page(interface: &JsonInterface, asked: OpenLogPage) -> Result<Outcome, Failure> {
    let options = CallOptions {
        hostname: asked.hostname,
        dry_run: asked.dry_run,
    };
    let (log, contact): (&CallLog, _) = (&asked.log.0, asked.contact.map(|it| it.0));
    Ok(interface
        .host
        .open_log_page(&asked.adapter, log, contact.as_ref(), &options)?)
}

/// A logged call whose menu is shown.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfLog {
    /// The adapter's id.
    adapter: String,
    /// The logged call.
    log: LogForm,
    /// The contact that it was logged with, if the log does not name it.
    #[serde(default)]
    contact: Option<ContactForm>,
}

impl Params for OfLog {}

/// What "Open call log" in the menu of a logged call opens.
#[derive(Debug, Serialize, JsonSchema)]
struct LogMenu {
    /// What `openLogPage` opens.
    opens: Opens,
}

/// What `openLogPage` opens.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Opens {
    /// The log's own page.
    LogPage,
    /// The contact's page, as the CRM has none for a log.
    ContactPage,
    /// Nothing: the entry is not to be offered.
    Nothing,
}

fn log_menu(interface: &JsonInterface, asked: OfLog) -> Result<LogMenu, Failure> {
    let contact = asked.contact.map(|it| it.0);
    let menu = interface
        .host
        .log_menu(&asked.adapter, &asked.log.0, contact.as_ref())?;
    let opens = match menu {
        host::LogMenu::LogPage => Opens::LogPage,
        host::LogMenu::ContactPage => Opens::ContactPage,
        host::LogMenu::Nothing => Opens::Nothing,
    };
    Ok(LogMenu { opens })
}
