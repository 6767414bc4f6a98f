//! How one callback goes, in one direction: adapter, account, callback, check, doing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{MutexGuard, PoisonError};
use std::time::Instant;

use callpop_adapter::{Context, NamedTexts};

use super::seen::Seen;
use super::side_by_side::Turn;
use super::version::Placed;
use super::{CallOptions, Host};
use crate::account_store::Account;
use crate::adapter_settings;
use crate::contact_json::leave_out_reserved;
use crate::discovery::Description;
use crate::error::{CallError, FindError};
use crate::outcome::Outcome;
use crate::plan::{ActionRejection, Plan, Planning};
use crate::runner::{Callback, Request, RunnerError};
use crate::template_adapter;
use crate::url_policy::UrlPolicy;
use crate::{CallLog, Contact, Hostname};

/// An adapter that is to be called, and the account that it is called for.
pub(super) struct Callee {
    pub(super) description: Description,
    /// The version that the call begins with, and ends with.
    placed: Placed,
    account: Account,
    /// Whether the account is a connected one, whose stored values can change.
    is_connected: bool,
    /// What is told of the call that a page is opened for, by name.
    pub(super) facts: BTreeMap<String, String>,
    /// When and where its pages open.
    pub(super) turn: Turn,
    pub(super) seen: Seen,
}

impl Callee {
    /// Passes on what came of it, once what was seen of it is told.
    pub(super) fn told<T>(&self, seen: &Seen, came: T) -> T {
        let version = self.description.manifest.version.to_string();
        seen.take_over(version, &self.seen);
        came
    }

    fn id(&self) -> &str {
        &self.description.manifest.id
    }

    pub(super) fn context(&self) -> Context<'_> {
        let mut context = Context::new(self.account.hostname.to_string());
        context.stored = lent(&self.account.stored);
        context.settings = lent(&self.account.settings);
        context.extras = lent(&self.facts);
        context
    }
}

fn lent(texts: &BTreeMap<String, String>) -> NamedTexts<'_> {
    let texts = texts.iter();
    texts
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

impl Host {
    /// The ready adapter with this id.
    pub(super) fn find(&self, id: &str) -> Result<(PathBuf, Description), FindError> {
        let placed = self.find_version(id)?;
        Ok((placed.path, placed.version.description.clone()))
    }

    /// The version of the adapter that is in use.
    fn find_version(&self, id: &str) -> Result<Placed, FindError> {
        let in_use = self.in_use();
        if let Some(placed) = in_use.versions.get(id) {
            return Ok(placed.clone());
        }
        Err(match in_use.catalog.refused(id) {
            Some((file, refusal)) => FindError::refused(id, file.path.clone(), refusal),
            None => FindError::NoSuchAdapter {
                id: id.to_owned(),
                folders: self.folders.clone(),
                known: in_use
                    .catalog
                    .all_ready()
                    .map(|(_, description)| description.manifest.id.clone())
                    .collect(),
            },
        })
    }

    pub(super) fn callee(&self, id: &str, options: &CallOptions) -> Result<Callee, CallError> {
        let placed = self.find_version(id)?;
        let description = placed.version.description.clone();
        let connected = self.accounts.of(id)?;
        let (mut account, is_connected) = match (connected, &options.hostname) {
            (Some(account), _) if is_for(options, &account) => (account, true),
            (_, None) => return Err(CallError::NotConnected(id.to_owned())),
            (_, Some(given)) => {
                let hostname = Hostname::parse_for(given, &description.manifest)?;
                (Account::new(id, hostname), false)
            }
        };
        // Callbacks get the values that hold, not only those that the user set.
        account.settings = adapter_settings::effective_values(
            &description.manifest,
            &account.settings,
            &self.policy,
        )?;
        Ok(Callee {
            description,
            placed,
            account,
            is_connected,
            facts: BTreeMap::new(),
            turn: Turn::Alone,
            seen: Seen::default(),
        })
    }

    pub(super) fn contact_page(
        &self,
        callee: &Callee,
        contact: &Contact,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        let manifest = &callee.description.manifest;
        if !manifest.can_open_contact_page {
            return Err(CallError::NoContactPage(manifest.name.clone()));
        }
        let mut contact = contact.clone();
        leave_out_reserved(&mut contact.extras);
        let request = Request::OpenContactPage(callee.context(), contact);
        self.call(callee, &request, options)
    }

    /// Opens the page that the manifest has for a number that nobody knows.
    pub(super) fn fallback_page(
        &self,
        callee: &Callee,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        let manifest = &callee.description.manifest;
        let actions = template_adapter::fallback_page(manifest, &callee.context())
            .ok_or_else(|| CallError::NoContactPage(manifest.name.clone()))?
            .map_err(|error| CallError::Run {
                adapter: callee.id().to_owned(),
                callback: Callback::OpenContactPage,
                source: error.into(),
            })?;
        let mut planning = planning(callee);
        planning.add_all(&actions);
        self.settle(callee, planning, Callback::OpenContactPage, options)
    }

    /// The log's page, or the contact's if the CRM has none for a log.
    pub(super) fn log_page(
        &self,
        callee: &Callee,
        log: &CallLog,
        contact: Option<&Contact>,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        let manifest = &callee.description.manifest;
        if manifest.can_open_log_page {
            let mut log = with_contact(log.clone(), contact);
            leave_out_reserved(&mut log.extras);
            let request = Request::OpenLogPage(callee.context(), log);
            return self.call(callee, &request, options);
        }
        let Some(contact) = contact_of(log, contact) else {
            return Err(CallError::NoLogPage(manifest.name.clone()));
        };
        self.contact_page(callee, &contact, options)
    }

    /// Runs a callback, checks all of its actions, and then performs them.
    pub(super) fn call(
        &self,
        callee: &Callee,
        request: &Request<'_>,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        let mut planning = planning(callee);
        self.run(callee, request, &mut planning)?;
        self.settle(callee, planning, request.callback(), options)
    }

    /// Performs what is planned, all of it or nothing.
    pub(super) fn settle(
        &self,
        callee: &Callee,
        planning: Planning<'_>,
        callback: Callback,
        options: &CallOptions,
    ) -> Result<Outcome, CallError> {
        let mut plan = checked(planning, callee)?;
        if !callee.is_connected && !options.dry_run {
            plan.stored.clear();
        }
        if !options.dry_run {
            self.perform(callee, &plan)?;
        }
        Ok(Outcome {
            adapter: callee.id().to_owned(),
            callback,
            opened: plan.pages,
            stored: plan.stored,
            notices: plan.notices,
            dry_run: options.dry_run,
        })
    }

    fn run(
        &self,
        callee: &Callee,
        request: &Request<'_>,
        planning: &mut Planning<'_>,
    ) -> Result<(), CallError> {
        let load_failed = |source| CallError::Load {
            adapter: callee.id().to_owned(),
            source: Box::new(source),
        };
        let runner = self.runner(callee.id(), &callee.placed)?;
        callee.seen.library(runner.sha256());
        let _span = tracing::debug_span!("run").entered();
        let start = Instant::now();
        let result = runner.run(request, planning);
        let failure = result.as_ref().err().map(RunnerError::class);
        self.stats.call(callee.id(), start.elapsed(), failure);
        result.map_err(|error| match error {
            RunnerError::Load(source) => load_failed(source),
            RunnerError::Run(source) => CallError::Run {
                adapter: callee.id().to_owned(),
                callback: request.callback(),
                source,
            },
        })
    }

    pub(super) fn lock_looking(&self) -> MutexGuard<'_, ()> {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the pages, then keeps the stored values: a page that cannot be opened leaves the
    /// values as they were.
    fn perform(&self, callee: &Callee, plan: &Plan) -> Result<(), CallError> {
        for page in &plan.pages {
            let _span = tracing::debug_span!("browser", host = page.url.host()).entered();
            callee.turn.open(&*self.browser, page)?;
            callee.seen.opened(&page.url);
        }
        if plan.stored.is_empty() {
            return Ok(());
        }
        // If it was logged out or moved meanwhile, there is nothing left to change.
        self.accounts.change(callee.id(), |account| {
            if account.hostname == callee.account.hostname {
                let stored = std::mem::take(&mut account.stored);
                account.stored = plan.applied_to(stored).map_err(|it| rejected(callee, it))?;
            }
            Ok(())
        })
    }
}

fn planning(callee: &Callee) -> Planning<'_> {
    Planning::new(UrlPolicy {
        hostname: &callee.account.hostname,
        hosts: &callee.description.manifest.hosts,
    })
}

/// What the checks found, and what only shows when all of the actions are known.
fn checked(planning: Planning<'_>, callee: &Callee) -> Result<Plan, CallError> {
    let _span = tracing::debug_span!("policy").entered();
    let plan = planning.finish().map_err(|it| rejected(callee, it))?;
    plan.applied_to(callee.account.stored.clone())
        .map_err(|it| rejected(callee, it))?;
    Ok(plan)
}

fn rejected(callee: &Callee, source: ActionRejection) -> CallError {
    CallError::Rejected {
        adapter: callee.id().to_owned(),
        source,
    }
}

/// Whether a call with these options is for this account, and not for another hostname.
pub(super) fn is_for(options: &CallOptions, account: &Account) -> bool {
    options.hostname.as_deref().is_none_or(|given| {
        Hostname::parse(given).is_ok_and(|hostname| hostname == account.hostname)
    })
}

/// The log, with what the contact knows and the log does not say.
pub(super) fn with_contact(mut log: CallLog, contact: Option<&Contact>) -> CallLog {
    let Some(contact) = contact else {
        return log;
    };
    log.contact_id = log.contact_id.or_else(|| Some(contact.id.clone()));
    log.contact_type = log.contact_type.or_else(|| contact.contact_type.clone());
    for (name, value) in &contact.extras {
        log.extras
            .entry(name.clone())
            .or_insert_with(|| value.clone());
    }
    log
}

/// The contact that the dialer names, else the one that the log names.
pub(super) fn contact_of(log: &CallLog, named: Option<&Contact>) -> Option<Contact> {
    if named.is_some() {
        return named.cloned();
    }
    let mut contact = Contact::new(log.contact_id.clone()?, "", "");
    contact.contact_type.clone_from(&log.contact_type);
    contact.extras.clone_from(&log.extras);
    Some(contact)
}
