//! The tests across the crates, one file for each concern.
//!
//! `cfg(unix)` stands before what needs a Unix, and before texts that name a system, its errors or
//! its libraries' names; Windows has its own in `windows.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "a test ends where something is not as it should be, and tables are long"
)]

mod accounts;
mod adapters;
mod admission;
#[cfg(unix)]
mod browser;
mod c_api;
mod call_ledger;
mod calling;
mod calls;
mod command_line;
mod compat;
mod contacts;
mod discovery;
#[cfg(unix)]
mod documents;
mod embedding;
mod faults;
#[cfg(target_os = "linux")]
mod files_in_use;
mod history;
mod hostnames;
#[cfg(unix)]
mod house;
mod import_manifest;
mod install;
#[cfg(target_os = "linux")]
mod isolation;
mod json_interface;
#[cfg(unix)]
mod licences;
#[cfg(target_os = "linux")]
mod living_folder;
mod loading;
mod new_adapter;
#[cfg(unix)]
mod open_to_others;
mod packages;
mod pins;
mod queued_host;
mod regressions;
mod ring;
mod serve;
mod settings;
mod side_by_side;
mod templates;
mod trust;
mod url_policy;
#[cfg(target_os = "linux")]
mod validation;
#[cfg(unix)]
mod vendor;
#[cfg(windows)]
mod windows;
