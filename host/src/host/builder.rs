//! Sets up a host: where its state is, where adapters are, and where pages open.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};

use super::Host;
use crate::account_store::AccountStore;
use crate::browser::{Browser, SystemBrowser};
use crate::discovery::Catalog;
use crate::home;
use crate::private_copy::PrivateCopies;

/// The host could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No home was given, and the user has none.
    #[error("there is no home directory for this user; name a folder for Callpop's state")]
    NoHome,
    /// A folder's path cannot be made absolute.
    #[error("{} cannot be used as a folder", path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Sets up a [`Host`]; everything has a default.
#[derive(Default)]
pub struct HostBuilder {
    home: Option<PathBuf>,
    folders: Vec<PathBuf>,
    browser: Option<Arc<dyn Browser>>,
}

impl HostBuilder {
    /// The folder of the host's state; see [`default_home`](crate::default_home). It is made when
    /// something is first written.
    #[must_use]
    pub fn home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.home = Some(folder.into());
        self
    }

    /// A plugins folder, searched after those that were named before. Naming any replaces the
    /// [default folders](crate::default_plugins_folders).
    #[must_use]
    pub fn plugins_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Where pages open; [`SystemBrowser`] if nothing is said.
    #[must_use]
    pub fn browser(mut self, browser: Arc<dyn Browser>) -> Self {
        self.browser = Some(browser);
        self
    }

    /// Looks at the plugins folders and makes the host. No code of an adapter runs.
    ///
    /// # Errors
    /// [`BuildError`] if a place cannot be told. A plugins folder that is not there is no error;
    /// the catalog tells.
    pub fn build(self) -> Result<Host, BuildError> {
        let home = self
            .home
            .or_else(home::default_home)
            .ok_or(BuildError::NoHome)
            .and_then(absolute)?;
        let folders = if self.folders.is_empty() {
            home::default_plugins_folders(&home)
        } else {
            self.folders
        };
        let mut unique: Vec<PathBuf> = Vec::new();
        for folder in folders {
            let folder = absolute(folder)?;
            if !unique.contains(&folder) {
                unique.push(folder);
            }
        }
        Ok(Host {
            catalog: RwLock::new(Arc::new(Catalog::scan(&unique))),
            folders: unique,
            accounts: AccountStore::in_home(&home),
            copies: PrivateCopies::in_home(&home),
            browser: self.browser.unwrap_or_else(|| Arc::new(SystemBrowser)),
            runners: Mutex::new(HashMap::new()),
        })
    }
}

fn absolute(path: PathBuf) -> Result<PathBuf, BuildError> {
    std::path::absolute(&path).map_err(|source| BuildError::Path { path, source })
}
