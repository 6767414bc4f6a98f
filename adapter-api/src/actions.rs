//! What a callback asks the host to do.

use serde::{Deserialize, Serialize, Serializer};

/// How a page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OpenAs {
    /// In a new tab of the browser.
    Tab,
    /// In a window of its own, where the dialer's browser can do that; else in a tab.
    Popup,
}

/// One thing that the host shall do.
///
/// As JSON it is short: `{"OpenTab":"https://..."}`, `{"SetStored":["name","value"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Written<String>")]
#[non_exhaustive]
pub enum Action {
    /// Open a page of the CRM.
    OpenPage {
        /// The whole URL, percent-encoded; [`PageUrl`](crate::PageUrl) builds it.
        url: String,
        /// How the page is shown.
        open_as: OpenAs,
    },
    /// Remember a value for later calls of the same account.
    SetStored {
        /// The value's name: letters, digits, `_`, `-` and `.`, at most 64 bytes.
        name: String,
        /// The text to remember, at most 64 KiB.
        value: String,
    },
    /// Forget a stored value; one that is not there is forgotten already.
    RemoveStored {
        /// The value's name.
        name: String,
    },
    /// Tell the user something, in one short line of plain text.
    Notice {
        /// The text.
        text: String,
    },
}

/// An action as it is written; `T` is a text.
#[derive(Serialize, Deserialize)]
enum Written<T> {
    OpenTab(T),
    OpenPopup(T),
    SetStored(T, T),
    RemoveStored(T),
    Notice(T),
}

impl From<Written<String>> for Action {
    fn from(written: Written<String>) -> Self {
        match written {
            Written::OpenTab(url) => Self::OpenPage {
                url,
                open_as: OpenAs::Tab,
            },
            Written::OpenPopup(url) => Self::OpenPage {
                url,
                open_as: OpenAs::Popup,
            },
            Written::SetStored(name, value) => Self::SetStored { name, value },
            Written::RemoveStored(name) => Self::RemoveStored { name },
            Written::Notice(text) => Self::Notice { text },
        }
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            Self::OpenPage { url, open_as } => match open_as {
                OpenAs::Tab => Written::OpenTab(url),
                OpenAs::Popup => Written::OpenPopup(url),
            },
            Self::SetStored { name, value } => Written::SetStored(name, value),
            Self::RemoveStored { name } => Written::RemoveStored(name),
            Self::Notice { text } => Written::Notice(text),
        };
        written.serialize(serializer)
    }
}

/// A callback's answer: the actions, in the order in which they are performed.
///
/// The host checks them all before it performs the first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions(Vec<Action>);

impl Actions {
    /// Nothing to do.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// These, and then the page at `url` in a tab.
    ///
    /// For the usual single page, [`PageUrl::open`](crate::PageUrl::open) is shorter.
    #[must_use]
    pub fn open_tab(self, url: impl Into<String>) -> Self {
        self.and(Action::OpenPage {
            url: url.into(),
            open_as: OpenAs::Tab,
        })
    }

    /// These, and then the page at `url` in a window of its own.
    #[must_use]
    pub fn open_popup(self, url: impl Into<String>) -> Self {
        self.and(Action::OpenPage {
            url: url.into(),
            open_as: OpenAs::Popup,
        })
    }

    /// These, and then remember `value` under `name`.
    #[must_use]
    pub fn set_stored(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.and(Action::SetStored {
            name: name.into(),
            value: value.into(),
        })
    }

    /// These, and then forget the value under `name`.
    #[must_use]
    pub fn remove_stored(self, name: impl Into<String>) -> Self {
        self.and(Action::RemoveStored { name: name.into() })
    }

    /// These, and then tell the user `text`.
    #[must_use]
    pub fn notice(self, text: impl Into<String>) -> Self {
        self.and(Action::Notice { text: text.into() })
    }

    /// The URLs of the pages to open, in order.
    #[must_use]
    pub fn pages(&self) -> Vec<&str> {
        self.iter()
            .filter_map(|action| match action {
                Action::OpenPage { url, .. } => Some(url.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The actions in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Action> {
        self.0.iter()
    }

    pub(crate) fn as_slice(&self) -> &[Action] {
        &self.0
    }

    fn and(mut self, action: Action) -> Self {
        if self.0.is_empty() {
            // As a rule it stays the only one.
            return Self(vec![action]);
        }
        self.0.push(action);
        self
    }
}

impl From<Vec<Action>> for Actions {
    fn from(actions: Vec<Action>) -> Self {
        Self(actions)
    }
}

impl FromIterator<Action> for Actions {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Self {
        Self(actions.into_iter().collect())
    }
}

impl IntoIterator for Actions {
    type Item = Action;
    type IntoIter = std::vec::IntoIter<Action>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'actions> IntoIterator for &'actions Actions {
    type Item = &'actions Action;
    type IntoIter = std::slice::Iter<'actions, Action>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
