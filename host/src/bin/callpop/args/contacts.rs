//! What `callpop contacts` takes.

use std::path::PathBuf;

use callpop_host::Country;
use clap::{Args, Subcommand, ValueHint};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop contacts country US
  callpop contacts import export.csv --adapter pipedrive --country US
  callpop contacts import contacts.vcf --adapter pipedrive --dry-run
  callpop contacts find '(202) 555-0123'
  callpop contacts list
  callpop contacts remove --adapter pipedrive")]
pub(crate) struct Contacts {
    #[command(subcommand)]
    pub(crate) action: ContactsAction,
    /// The country of numbers that do not name theirs, by its two letters; without it, the
    /// one that `callpop contacts country` has kept
    #[arg(long, global = true, value_name = "CC", env = "CALLPOP_COUNTRY")]
    pub(crate) country: Option<Country>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ContactsAction {
    /// Import a vCard or CSV file; contacts that are there already are replaced
    Import {
        /// The file, or `-` for standard input
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The adapter whose CRM has the contacts that do not name one themselves
        #[arg(long, value_name = "ID")]
        adapter: Option<String>,
    },
    /// Show who has a number
    Find {
        /// The number, in any usual form
        #[arg(allow_hyphen_values = true)]
        number: String,
    },
    /// Show how many contacts each adapter has
    List,
    /// Keep the country of numbers that do not name theirs, for imports and calls from now on
    Country {
        /// Its two letters, such as US, GB or DE
        #[arg(value_name = "CC")]
        kept: Country,
    },
    /// Forget the contacts of an adapter, or all
    Remove {
        /// The adapter
        #[arg(long, value_name = "ID", required_unless_present = "all")]
        adapter: Option<String>,
        /// All adapters' contacts
        #[arg(long, conflicts_with = "adapter")]
        all: bool,
    },
}
