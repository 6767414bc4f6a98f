//! What can be typed after `callpop validate`.

use std::path::PathBuf;

use callpop_host::Permission;
use clap::{Args, ValueHint};

use super::key_and_value;

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing opens, nothing is stored, and nothing under the home is touched. Each finding has a code, which
docs/validation.md explains. With --json, one object has it all.

Examples:
  callpop validate target/release/libacme_crm.so
  callpop validate --strict --junit report.xml target/release/libacme_crm.so
  callpop validate bullhorn.so --set user_urls.atsUrl=https://cls42.bullhornstaffing.com

Exit codes: 0 nothing failed; 3 a file is no adapter; 4 an adapter failed, or with --strict was warned of")]
pub(crate) struct Validate {
    /// The adapters' libraries or files of templates, wherever they are
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// Take a warning for a failure
    #[arg(long)]
    pub(crate) strict: bool,
    /// Write a report in the form of JUnit as well, which CI systems show
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) junit: Option<PathBuf>,
    /// How many calls are made to measure time and memory
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub(crate) calls: u32,
    /// The host of the account, where the manifest does not tell a usual one
    #[arg(long, value_name = "HOST-OR-URL", value_hint = ValueHint::Hostname)]
    pub(crate) hostname: Option<String>,
    /// A value with which the pages open, as in `callpop connect`; most are found by trying
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) set: Vec<(String, String)>,
    /// Grant what the manifests ask for
    #[arg(long, value_name = "PERMISSION", value_parser = permission)]
    pub(crate) grant: Vec<Permission>,
}

fn permission(text: &str) -> Result<Permission, String> {
    match text {
        "network" => Ok(Permission::Network),
        other => Err(format!(
            "there is no permission `{other}`; there is: network"
        )),
    }
}
