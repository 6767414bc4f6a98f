//! What `callpop install`, `update`, `uninstall` and `index` take.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::KeyPassword;
use crate::adapter_index::Terms;

/// How long a download may take, and what older there may be.
#[derive(Debug, Args)]
pub(crate) struct FetchOptions {
    /// How long a download may take
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
    /// Let an older version take a newer one's place, or an older index a newer one's
    #[arg(long)]
    pub(crate) allow_downgrade: bool,
    /// Where what runs is pinned, accept the change with it
    #[arg(long)]
    pub(crate) accept: bool,
}

impl FetchOptions {
    pub(crate) fn terms(&self) -> Terms {
        Terms {
            timeout: Duration::from_secs(self.timeout),
            allow_older: self.allow_downgrade,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
INDEX is the address or the path of an index, or of the folder with its index.json. The package goes
into `plugins` under the home, or into the first --plugins folder that can be written into. Dialers
that run take it up by themselves.

Examples:
  callpop install acme-crm-1.2.0.callpop
  callpop install https://adapters.example.com/index.json acme-crm
  callpop install //server/share/adapters acme-crm@1.1.0 --allow-downgrade")]
pub(crate) struct Install {
    /// A package (.callpop), or an index of packages
    #[arg(value_name = "FILE|INDEX", value_hint = ValueHint::AnyPath)]
    pub(crate) from: String,
    /// Which adapter of the index, and, behind an @, which version [default: its only adapter, the
    /// newest version]
    #[arg(value_name = "ID[@VERSION]")]
    pub(crate) adapter: Option<String>,
    #[command(flatten)]
    pub(crate) fetch: FetchOptions,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop update --check
  callpop update acme-crm")]
pub(crate) struct Update {
    /// The adapter's id [default: all that were installed from an index]
    #[arg(value_name = "ID")]
    pub(crate) adapter: Option<String>,
    /// Only say what there is
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) fetch: FetchOptions,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop uninstall acme-crm
  callpop uninstall acme-crm --logout")]
pub(crate) struct Uninstall {
    /// The adapter's id
    #[arg(value_name = "ID")]
    pub(crate) adapter: String,
    /// Log out of its account first: the adapter cleans up, and the account is forgotten
    #[arg(long)]
    pub(crate) logout: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Put the folder on any web server or share as it is.

Examples:
  callpop index packages --key acme.key
  callpop install packages acme-crm")]
pub(crate) struct Index {
    /// The folder with the packages; its index.json is written anew
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// Sign the index with your secret key
    #[arg(long, value_name = "KEYFILE", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) password: KeyPassword,
}
