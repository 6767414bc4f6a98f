//! Where the host's state and adapters are when nobody says so.

use std::path::{Path, PathBuf};

/// The platform's place for a user's own data: `~/.local/share/callpop`, `%APPDATA%\callpop`,
/// `~/Library/Application Support/callpop`. `None` if the user has no home directory.
#[must_use]
pub fn default_home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|places| places.data_dir().join("callpop"))
}

/// `plugins` beside the executable, where a dialer's installer puts adapters, and then `plugins`
/// under the home, where the user does. Of two adapters with the same id the first one's wins.
#[must_use]
pub fn default_plugins_folders(home: &Path) -> Vec<PathBuf> {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join("plugins")));
    beside
        .into_iter()
        .filter(|folder| folder.is_dir())
        .chain([home.join("plugins")])
        .collect()
}
