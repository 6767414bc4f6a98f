//! A callback's actions, checked as a whole: either all of them can be performed, or none is.

use std::collections::BTreeMap;

use callpop_adapter::{Action, Actions};
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

impl Plan {
    /// Checks every action.
    pub(crate) fn of(actions: Actions, policy: UrlPolicy<'_>) -> Result<Self, ActionRejection> {
        let is_page = |action: &&Action| matches!(action, Action::OpenPage { .. });
        let pages = actions.iter().filter(is_page).count();
        if pages > MAX_PAGES {
            return Err(ActionRejection::TooManyPages(pages));
        }
        let mut plan = Self {
            pages: Vec::with_capacity(pages),
            ..Self::default()
        };
        for action in actions {
            plan.add(action, policy)?;
        }
        Ok(plan)
    }

    fn add(&mut self, action: Action, policy: UrlPolicy<'_>) -> Result<(), ActionRejection> {
        match action {
            Action::OpenPage { url, open_as } => match policy.check(&url) {
                Ok(url) => self.pages.push(Page { url, open_as }),
                Err(source) => {
                    let url = plain_line(&url, 200);
                    return Err(ActionRejection::Url { url, source });
                }
            },
            Action::SetStored { name, value } => {
                check_name(&name)?;
                if value.len() > MAX_STORED_VALUE {
                    return Err(ActionRejection::StoredTooMuch(name));
                }
                self.stored.push(StoredChange {
                    name,
                    change: StoredChangeKind::Set,
                    value: Some(value),
                });
            }
            Action::RemoveStored { name } => {
                check_name(&name)?;
                self.stored.push(StoredChange {
                    name,
                    change: StoredChangeKind::Removed,
                    value: None,
                });
            }
            Action::Notice { text } => self.notices.push(plain_line(&text, MAX_NOTICE)),
            _ => return Err(ActionRejection::Unknown),
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
