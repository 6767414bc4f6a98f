//! The adapters and accounts that there are, as the pages of the user interface show them.

use crate::words::sentence;

use callpop_host::{AdapterFile, FileState, Host, Setting, with_causes};

/// What there is at one moment.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// Every file in the plugins folders.
    pub adapters: Vec<AdapterView>,
    /// Why there is no host, or not all of it.
    pub problem: Option<String>,
}

/// A file in a plugins folder.
#[derive(Debug, Clone)]
pub struct AdapterView {
    /// The adapter's id; none, if the file does not tell one.
    pub id: Option<String>,
    /// The CRM's name, or the file's.
    pub name: String,
    /// Version and vendor, in one line.
    pub made_by: String,
    /// What it does, in its own words.
    pub description: String,
    /// The hosts of the CRM, in one line.
    pub hosts: String,
    /// The file's name.
    pub file: String,
    /// The host that it is connected to.
    pub account: Option<String>,
    /// Whether it can be called.
    pub state: AdapterState,
    /// What has to be set for an account and has no default.
    pub required: Vec<Setting>,
}

/// Whether an adapter can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdapterState {
    /// It can.
    Ready,
    /// It failed too often, and why.
    Quarantined(String),
    /// The file is no adapter that may run, and why.
    Refused(String),
}

impl Overview {
    pub(super) fn broken(problem: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::default()
        }
    }

    /// The adapters that are connected.
    pub fn connected(&self) -> impl Iterator<Item = &AdapterView> {
        self.adapters.iter().filter(|it| it.account.is_some())
    }

    /// The adapters that could be connected.
    pub fn connectable(&self) -> impl Iterator<Item = &AdapterView> {
        self.adapters
            .iter()
            .filter(|it| it.account.is_none() && !matches!(it.state, AdapterState::Refused(_)))
    }

    /// The adapter with this id.
    #[must_use]
    pub fn adapter(&self, id: &str) -> Option<&AdapterView> {
        let mut adapters = self.adapters.iter();
        adapters.find(|it| it.id.as_deref() == Some(id) && !it.is_refused())
    }
}

impl AdapterView {
    /// Whether the file is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.state, AdapterState::Refused(_))
    }
}

pub(super) fn of(host: &Host) -> Overview {
    let (accounts, mut problem) = match host.accounts() {
        Ok(accounts) => (accounts, None),
        Err(error) => (Vec::new(), Some(with_causes(&error))),
    };
    let quarantined = host.quarantined();
    let catalog = host.catalog();
    for folder in &catalog.folders {
        if let Some(cause) = &folder.problem
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            problem = Some(format!("{}: {cause}", folder.path.display()));
        }
    }
    let view = |file: &AdapterFile| {
        let mut view = described(file);
        let id = view.id.as_deref().filter(|_| !view.is_refused());
        if let Some(id) = id {
            let account = accounts.iter().find(|it| it.adapter == id);
            view.account = account.map(|it| it.hostname.to_string());
            if let Some(why) = quarantined.get(id) {
                view.state = AdapterState::Quarantined(sentence(&why.to_string()));
            }
        }
        view
    };
    let files = catalog.files.iter();
    let mut adapters: Vec<AdapterView> = files
        .filter(|file| !matches!(file.state, FileState::Ignored(_)))
        .map(view)
        .collect();
    // What can be used first, then by name.
    adapters.sort_by_key(|it| {
        let rank = match &it.state {
            _ if it.account.is_some() => 0,
            AdapterState::Quarantined(_) => 1,
            AdapterState::Ready => 2,
            AdapterState::Refused(_) => 3,
        };
        (rank, it.name.to_lowercase())
    });
    Overview { adapters, problem }
}

fn described(file: &AdapterFile) -> AdapterView {
    let file_name = file.path.file_name().unwrap_or_default();
    let file_name = file_name.to_string_lossy().into_owned();
    let refused = match &file.state {
        FileState::Refused(refusal) if file.stays_in_use.is_none() => Some(with_causes(refusal)),
        _ => None,
    };
    let state = refused.map_or(AdapterState::Ready, |why| {
        AdapterState::Refused(sentence(&why))
    });
    let manifest = file
        .stays_in_use
        .as_ref()
        .or(file.description.as_ref())
        .map(|it| &it.manifest);
    let Some(manifest) = manifest else {
        return AdapterView {
            id: None,
            name: file_name.clone(),
            made_by: String::new(),
            description: String::new(),
            hosts: String::new(),
            file: file_name,
            account: None,
            state,
            required: Vec::new(),
        };
    };
    let required = manifest.settings_with_values();
    let required = required.filter(|it| it.required && it.default.is_none());
    AdapterView {
        id: Some(manifest.id.clone()),
        name: manifest.name.clone(),
        made_by: format!("{} by {}", manifest.version, manifest.vendor),
        description: manifest.description.clone(),
        hosts: manifest.hosts_line(),
        file: file_name,
        account: None,
        state,
        required: required.cloned().collect(),
    }
}
