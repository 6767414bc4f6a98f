//! Where installed adapters came from, in `installed.json` under the home: what `callpop update` goes
//! by. What is installed, the plugins folders tell.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::state_file::{KeptAside, StateError, StateFile};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Installed {
    /// The index that each adapter is from, by the adapter's id.
    adapters: BTreeMap<String, Origin>,
    /// When the newest index that was seen was made, by where it is.
    indexes: BTreeMap<String, SeenIndex>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Origin {
    index: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SeenIndex {
    generated: String,
}

#[derive(Debug)]
pub(crate) struct InstalledStore {
    file: StateFile<Installed>,
}

impl InstalledStore {
    pub(crate) fn in_home(home: &Path) -> Self {
        Self {
            file: StateFile::in_home(home, "installed.json"),
        }
    }

    /// The index that each adapter was installed from, by the adapter's id.
    pub(crate) fn origins(&self) -> Result<BTreeMap<String, String>, StateError> {
        let adapters = self.file.read()?.adapters.into_iter();
        Ok(adapters.map(|(id, origin)| (id, origin.index)).collect())
    }

    /// Remembers where an adapter is from; None if from no index.
    pub(crate) fn set_origin(&self, id: &str, index: Option<&str>) -> Result<(), StateError> {
        self.file.update(|installed| {
            match index {
                Some(index) => {
                    let index = index.to_owned();
                    installed.adapters.insert(id.to_owned(), Origin { index })
                }
                None => installed.adapters.remove(id),
            };
            Ok(())
        })
    }

    /// When the newest index of this place was made that was seen so far.
    pub(crate) fn newest_index(&self, index: &str) -> Result<Option<String>, StateError> {
        let seen = self.file.read()?.indexes.remove(index);
        Ok(seen.map(|it| it.generated))
    }

    pub(crate) fn saw_index(&self, index: &str, generated: &str) -> Result<(), StateError> {
        self.file.update(|installed| {
            let generated = generated.to_owned();
            let seen = SeenIndex { generated };
            installed.indexes.insert(index.to_owned(), seen);
            Ok(())
        })
    }

    pub(crate) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.file.take_kept_aside()
    }
}
