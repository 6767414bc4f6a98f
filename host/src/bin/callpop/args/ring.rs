//! What `callpop ring` takes.

use callpop_host::{CallState, Country};
use clap::{Args, ValueEnum};

use super::key_and_value;

#[derive(Debug, Args)]
#[command(after_help = "\
Who calls is looked up in the contact book (see `callpop contacts`), unless --match says so.

A dialer that runs one command when the phone rings runs `callpop ring NUMBER`. One that runs a
command at each state of a call, and has an id for calls, keeps them together:
  callpop ring +12025550123 --call-id 42 --state ringing
  callpop ring +12025550123 --call-id 42 --state connected
  callpop ring +12025550123 --call-id 42 --state ended

Examples:
  callpop ring +12025550123
  callpop ring +12025550123 --answer --explain --dry-run
  callpop ring +12025550123 --match pipedrive='{\"id\":\"7\",\"name\":\"Jo Doe\"}'
  callpop ring +12025550123 --outbound")]
pub(crate) struct Ring {
    /// The other side's number: who calls, or who is called
    pub(crate) number: String,
    /// The user calls the number
    #[arg(long)]
    pub(crate) outbound: bool,
    /// The call is answered
    #[arg(long)]
    pub(crate) answer: bool,
    /// The user's own number: the one that was dialled, if somebody calls
    #[arg(long, value_name = "NUMBER")]
    pub(crate) own: Option<String>,
    /// A contact that the number matched, by its adapter; may be given several times
    #[arg(long = "match", value_name = "ADAPTER=JSON", value_parser = key_and_value)]
    pub(crate) matches: Vec<(String, String)>,
    /// The country of a number that does not name its own, by its two letters; without it, the one
    /// that `callpop contacts country` has kept
    #[arg(
        long,
        value_name = "CC",
        env = "CALLPOP_COUNTRY",
        hide_env_values = true
    )]
    pub(crate) country: Option<Country>,
    /// Where the user is asked which contact it is: the one with this id
    #[arg(long, value_name = "ID")]
    pub(crate) choose: Option<String>,
    /// Print how it was decided: rules, contacts, the page, the URL policy's verdict, times
    #[arg(long)]
    pub(crate) explain: bool,
    /// The dialer's id of the call: what was opened for it is not opened again
    #[arg(long, value_name = "ID")]
    pub(crate) call_id: Option<String>,
    /// The call that this one goes on from, as after a transfer
    #[arg(long, value_name = "ID")]
    pub(crate) replaces: Option<String>,
    /// Tell of this state only, instead of a whole call
    #[arg(long, value_enum, requires = "call_id", conflicts_with = "answer")]
    pub(crate) state: Option<State>,
}

/// How far a call is, as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    Ringing,
    Connected,
    Ended,
}

impl From<State> for CallState {
    fn from(state: State) -> Self {
        match state {
            State::Ringing => Self::Ringing,
            State::Connected => Self::Connected,
            State::Ended => Self::Ended,
        }
    }
}
