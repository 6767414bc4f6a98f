//! The tests across the crates, one file for each concern.

#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test ends where something is not as it should be, and tables are long"
)]

mod accounts;
mod adapters;
#[cfg(unix)]
mod browser;
mod calling;
mod calls;
mod command_line;
mod contacts;
mod discovery;
mod documents;
#[cfg(target_os = "linux")]
mod files_in_use;
mod history;
mod hostnames;
mod house;
mod import_manifest;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(target_os = "linux")]
mod living_folder;
mod loading;
mod regressions;
mod ring;
mod settings;
mod templates;
mod url_policy;
mod vendor;
