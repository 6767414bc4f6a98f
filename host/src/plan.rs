//! A callback's actions, checked as a whole: either all of them can be performed, or none is.

use std::collections::BTreeMap;

use callpop_adapter::Actions;
use callpop_adapter::abi::LentAction;
use serde::Serialize;

use crate::browser::Page;
use crate::manifest::is_value_name;
use crate::plain_text::plain_line;
use crate::url_policy::{UrlPolicy, UrlRejection};

/// The most pages that one callback may open.
pub const MAX_PAGES: usize = 5;
/// The longest stored value, in bytes.
pub(crate) const MAX_STORED_VALUE: usize = 64 * 1024;
/// The most stored values of an account.
pub(crate) const MAX_STORED_VALUES: usize = 64;
const MAX_NOTICE: usize = 300;

/// Why a callback's actions are not performed, none of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActionRejection {
    /// A page that the URL policy refuses.
    #[error("the page {url:?} is not opened")]
    Url {
        /// The URL as the adapter gave it, shortened.
        url: String,
        /// Why.
        source: UrlRejection,
    },
    /// More than [`MAX_PAGES`].
    #[error("the adapter wants to open {0} pages at once; at most {MAX_PAGES} are opened")]
    TooManyPages(usize),
    /// A stored value with a name that cannot be one.
    #[error("{0:?} cannot be the name of a stored value")]
    StoredName(String),
    /// A stored value over 64 KiB, or more than 64 of them.
    #[error(
        "the stored value `{0}` is too much: at most {MAX_STORED_VALUES} are kept, of {MAX_STORED_VALUE} bytes each"
    )]
    StoredTooMuch(String),
    /// An action that a later ABI brought and this host does not know.
    #[error("the adapter asks for something that this host does not know")]
    Unknown,
}

/// A change to a stored value. Its text may be secret, so it is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
pub struct StoredChange {
    /// The value's name.
    pub name: String,
    /// Whether it was set or removed.
    pub change: StoredChangeKind,
    #[serde(skip)]
    pub(crate) value: Option<String>,
}

/// What was done to a stored value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum StoredChangeKind {
    /// It has a new text.
    Set,
    /// It is not there any more.
    Removed,
}

/// Actions that have all been checked.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) pages: Vec<Page>,
    pub(crate) stored: Vec<StoredChange>,
    pub(crate) notices: Vec<String>,
}

/// A plan in the making: checks one action after the other.
pub(crate) struct Planning<'account> {
    policy: UrlPolicy<'account>,
    plan: Plan,
    pages: usize,
    rejection: Option<ActionRejection>,
}

impl<'account> Planning<'account> {
    pub(crate) fn new(policy: UrlPolicy<'account>) -> Self {
        Self {
            policy,
            plan: Plan::default(),
            pages: 0,
            rejection: None,
        }
    }

    /// Checks one more action, unless one was rejected before it.
    pub(crate) fn add(&mut self, action: LentAction<'_>) {
        self.pages += usize::from(matches!(action, LentAction::OpenPage { .. }));
        if self.rejection.is_none()
            && self.pages <= MAX_PAGES
            && let Err(rejection) = self.plan.add(action, self.policy)
        {
            self.rejection = Some(rejection);
        }
    }

    /// Checks all of these as well.
    pub(crate) fn add_all(&mut self, actions: &Actions) {
        for action in actions {
            self.add(action.into());
        }
    }

    /// The plan, if none of the actions was rejected.
    pub(crate) fn finish(self) -> Result<Plan, ActionRejection> {
        if self.pages > MAX_PAGES {
            return Err(ActionRejection::TooManyPages(self.pages));
        }
        match self.rejection {
            Some(rejection) => Err(rejection),
            None => Ok(self.plan),
        }
    }
}

impl Plan {
    fn add(
        &mut self,
        action: LentAction<'_>,
        policy: UrlPolicy<'_>,
    ) -> Result<(), ActionRejection> {
        match action {
            LentAction::OpenPage { url, open_as } => {
                let url = policy.check(url).map_err(|source| ActionRejection::Url {
                    url: plain_line(url, 200),
                    source,
                })?;
                // As a rule it stays the only one.
                self.pages.reserve_exact(1);
                self.pages.push(Page { url, open_as });
            }
            LentAction::SetStored { name, value } => {
                check_name(name)?;
                if value.len() > MAX_STORED_VALUE {
                    return Err(ActionRejection::StoredTooMuch(name.to_owned()));
                }
                self.stored.push(StoredChange {
                    name: name.to_owned(),
                    change: StoredChangeKind::Set,
                    value: Some(value.to_owned()),
                });
            }
            LentAction::RemoveStored { name } => {
                check_name(name)?;
                self.stored.push(StoredChange {
                    name: name.to_owned(),
                    change: StoredChangeKind::Removed,
                    value: None,
                });
            }
            LentAction::Notice { text } => self.notices.push(plain_line(text, MAX_NOTICE)),
        }
        Ok(())
    }

    /// The stored values as they are after this plan.
    pub(crate) fn applied_to(
        &self,
        mut stored: BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, ActionRejection> {
        for change in &self.stored {
            match &change.value {
                Some(value) => stored.insert(change.name.clone(), value.clone()),
                None => stored.remove(&change.name),
            };
            if stored.len() > MAX_STORED_VALUES {
                return Err(ActionRejection::StoredTooMuch(change.name.clone()));
            }
        }
        Ok(stored)
    }
}

fn check_name(name: &str) -> Result<(), ActionRejection> {
    if is_value_name(name) {
        return Ok(());
    }
    Err(ActionRejection::StoredName(plain_line(name, 80)))
}
