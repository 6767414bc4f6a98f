//! What `callpop accounts` takes.

use callpop_host::PopAccounts;
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop accounts
  callpop accounts --order pipedrive,freshdesk --pop first")]
pub(crate) struct Accounts {
    /// Ask the accounts of these adapters first about a call, in this order
    #[arg(long, value_name = "ID,ID...", value_delimiter = ',', num_args = 0..)]
    pub(crate) order: Option<Vec<String>>,
    /// Which of the accounts that know a number pop
    #[arg(long, value_enum)]
    pub(crate) pop: Option<Pop>,
}

/// Which accounts pop, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pop {
    /// Each one
    All,
    /// The first one in the order
    First,
}

impl From<Pop> for PopAccounts {
    fn from(pop: Pop) -> Self {
        match pop {
            Pop::All => Self::All,
            Pop::First => Self::First,
        }
    }
}
