//! What can go wrong when a dialer asks the host for something.
//!
//! "The adapter said no", "the adapter is broken" and "the host refused" stay apart, and each
//! error keeps its cause.

use std::path::PathBuf;

use crate::admin_policy::PolicyError;
use crate::browser::BrowserError;
use crate::causes::with_causes;
use crate::hostname::HostnameError;
use crate::loading::LoadError;
use crate::plan::ActionRejection;
use crate::refusal::Refusal;
use crate::runner::RunError;
use crate::state_file::StateError;
use crate::{Callback, Hostname};

/// There is no ready adapter with the id.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// No file in the plugins folders has it.
    #[error(
        "there is no adapter `{id}` in {}; {}",
        listed(folders),
        known_adapters(known)
    )]
    NoSuchAdapter {
        /// The id.
        id: String,
        /// The plugins folders.
        folders: Vec<PathBuf>,
        /// The ids that there are.
        known: Vec<String>,
    },
    /// A file has it and is refused.
    #[error("the adapter `{id}` is refused: {}: {reason}", path.display())]
    Refused {
        /// The id.
        id: String,
        /// The file.
        path: PathBuf,
        /// Why, with its cause.
        reason: String,
        /// The name of the reason, see [`Refusal::code`].
        code: &'static str,
    },
}

impl FindError {
    pub(crate) fn refused(id: &str, path: PathBuf, refusal: &Refusal) -> Self {
        let mut reason = with_causes(refusal);
        // Reasons that name the file itself do so once.
        if let Some(rest) = reason.strip_prefix(&path.display().to_string()) {
            reason = format!("it{rest}");
        }
        Self::Refused {
            id: id.to_owned(),
            path,
            reason,
            code: refusal.code(),
        }
    }
}

/// A callback could not be carried out. Nothing was changed, unless the variant says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// There is no ready adapter with the id.
    #[error(transparent)]
    Find(#[from] FindError),
    /// It could not be loaded.
    #[error("the adapter `{adapter}` is refused")]
    Load {
        /// The adapter.
        adapter: String,
        /// Why.
        source: Box<LoadError>,
    },
    /// The adapter has no account, and no hostname was given.
    #[error("`{0}` is not connected; connect it, or name a hostname for this call")]
    NotConnected(String),
    /// The hostname that was given for this call cannot be used.
    #[error(transparent)]
    Hostname(#[from] HostnameError),
    /// The CRM has no page for a contact.
    #[error("{0} has no page for a contact")]
    NoContactPage(String),
    /// The CRM has no page for a log, and it is not known whose page could be opened instead.
    #[error("{0} has no page for a log, and the log does not name a contact to open instead")]
    NoLogPage(String),
    /// The adapter said no, or is broken.
    #[error("the adapter `{adapter}` failed: {source}")]
    Run {
        /// The adapter.
        adapter: String,
        /// The callback.
        callback: Callback,
        /// Why.
        source: RunError,
    },
    /// The host refuses what the adapter wants.
    #[error("what the adapter `{adapter}` wants is refused")]
    Rejected {
        /// The adapter.
        adapter: String,
        /// Why.
        source: ActionRejection,
    },
    /// What the administrator has fixed does not fit the adapter.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A page could not be shown; those before it were.
    #[error(transparent)]
    Browser(#[from] BrowserError),
    /// The account could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}

impl FindError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::NoSuchAdapter { .. } => "no-such-adapter",
            Self::Refused { .. } => "adapter-refused",
        }
    }
}

impl CallError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Find(error) => error.class(),
            Self::Load { .. } => "load-failed",
            Self::NotConnected(_) => "not-connected",
            Self::Hostname(_) => "invalid-hostname",
            Self::NoContactPage(_) => "not-supported",
            Self::NoLogPage(_) => "no-log-page",
            Self::Run { source, .. } => source.class(),
            Self::Rejected { source, .. } => match source {
                ActionRejection::Url { .. } => "url-refused",
                ActionRejection::TooManyPages(_) => "too-many-pages",
                _ => "action-refused",
            },
            Self::Browser(_) => "no-browser",
            Self::State(_) => "state",
            Self::Policy(_) => "policy",
        }
    }
}

/// An account could not be connected. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// There is no ready adapter with the id.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The hostname cannot be used.
    #[error(transparent)]
    Hostname(#[from] HostnameError),
    /// The adapter is connected to another host.
    #[error("`{adapter}` is connected to {hostname} already; log out first")]
    Connected {
        /// The adapter.
        adapter: String,
        /// The host that it is connected to.
        hostname: Hostname,
    },
    /// A value that the manifest does not name.
    #[error("`{adapter}` has no setting `{key}`; {}", known_values(known))]
    UnknownValue {
        /// The adapter.
        adapter: String,
        /// What was to be set.
        key: String,
        /// What can be set.
        known: Vec<String>,
    },
    /// A value that cannot be kept.
    #[error("`{key}` cannot be set: {why}")]
    Value {
        /// What was to be set.
        key: String,
        /// Why not.
        why: String,
    },
    /// A value that the administrator has fixed.
    #[error("`{key}` is managed by your administrator, in {}", file.display())]
    Managed {
        /// What was to be set.
        key: String,
        /// The administrator's file.
        file: PathBuf,
    },
    /// What the administrator has fixed does not fit the adapter.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A setting that the manifest requires is not given.
    #[error("`{adapter}` needs the setting `{id}` ({name})")]
    MissingSetting {
        /// The adapter.
        adapter: String,
        /// The setting.
        id: String,
        /// Its name for people.
        name: String,
    },
    /// The account could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}

impl ConnectError {
    /// The class's name for programs; it never changes once released.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Find(error) => error.class(),
            Self::Hostname(_) => "invalid-hostname",
            Self::Connected { .. } => "connected-elsewhere",
            Self::UnknownValue { .. } | Self::Value { .. } => "invalid-value",
            Self::Managed { .. } => "managed",
            Self::MissingSetting { .. } => "missing-setting",
            Self::Policy(_) => "policy",
            Self::State(_) => "state",
        }
    }
}

fn listed(folders: &[PathBuf]) -> String {
    let folders: Vec<_> = folders.iter().map(|it| it.display().to_string()).collect();
    match folders.as_slice() {
        [] => "any plugins folder (none is set)".to_owned(),
        folders => folders.join(" or "),
    }
}

fn known_adapters(known: &[String]) -> String {
    match known {
        [] => "no adapter is ready there".to_owned(),
        known => format!("there are: {}", known.join(", ")),
    }
}

fn known_values(known: &[String]) -> String {
    match known {
        [] => "it takes no settings".to_owned(),
        known => format!("it has: {}", known.join(", ")),
    }
}
