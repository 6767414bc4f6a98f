//! What can be typed about the history and the log.

use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(after_help = "\
Times are in UTC. With --json, each outcome is an object on a line of its own.

Examples:
  callpop history --limit 20
  callpop history --adapter pipedrive --since 2h
  callpop history --follow --json")]
pub(crate) struct History {
    /// Go on as outcomes come, until Ctrl-C
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// The last outcomes only [default: all]
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// This adapter's only
    #[arg(long, value_name = "ID")]
    pub(crate) adapter: Option<String>,
    /// Since then only: so long ago (`90s`, `2h`, `7days`), or a time (`2026-11-24T08:00:00Z`)
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub(crate) since: Option<Since>,
}

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    Ago(Duration),
    Time(SystemTime),
}

impl Since {
    pub(crate) fn time(self) -> SystemTime {
        match self {
            Self::Ago(time) => SystemTime::now()
                .checked_sub(time)
                .unwrap_or(SystemTime::UNIX_EPOCH),
            Self::Time(time) => time,
        }
    }
}

fn since(text: &str) -> Result<Since, String> {
    let time = humantime::parse_rfc3339_weak(text).map(Since::Time);
    time.or_else(|_| humantime::parse_duration(text).map(Since::Ago))
        .map_err(|_| "write it as 90s, 2h, 7days, or 2026-11-24T08:00:00Z".to_owned())
}

/// The options of the log, which every command takes.
#[derive(Debug, Args)]
pub(crate) struct LogOptions {
    /// Log to standard error what is done; twice for each step with its time, three times for
    /// everything. Nothing is logged otherwise
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Log in this form; implies --verbose
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,

    /// Log this instead, such as `callpop=debug` or `callpop::adapter=info`
    #[arg(
        long,
        global = true,
        env = "CALLPOP_LOG",
        value_name = "FILTER",
        hide_env_values = true
    )]
    pub(crate) log_filter: Option<String>,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object per line
    Json,
}
