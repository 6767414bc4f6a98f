//! What can be typed after `callpop settings`.

use clap::Args;

use super::key_and_value;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop settings gohighlevel
  callpop settings gohighlevel locationId=ve9EPM428h8vShlRW1KT
  callpop settings pipedrive callPop.inbound=answer callPop.several=prompt
  callpop settings pipedrive --unset callPop.inbound")]
pub(crate) struct Settings {
    /// The adapter's id, as `callpop adapters` lists it
    pub(crate) adapter: String,
    /// Set a value: one of the adapter's own settings, or `callPop.NAME`
    #[arg(value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) values: Vec<(String, String)>,
    /// Forget your own value, so that the default holds again
    #[arg(long, value_name = "KEY")]
    pub(crate) unset: Vec<String>,
}
