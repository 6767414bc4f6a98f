//! The log on standard error: the host's `tracing` events, if they are asked for.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::args::{LogFormat, LogOptions};
use crate::failure::{Exit, Failure};

/// Without being asked for, nothing is logged: what a command has to say, it says itself.
pub(crate) fn start(options: &LogOptions) -> Result<(), Failure> {
    let Some(filter) = filter(options) else {
        return Ok(());
    };
    let parsed = EnvFilter::builder().parse(&filter).map_err(|error| {
        let message = format!("{filter:?} does not say what to log: {error}");
        Failure::new(Exit::Usage, "usage", message)
            .advice("Write it as callpop=debug, or as callpop::adapter=info,callpop_host=trace.")
    })?;
    // A step's end tells how long it took.
    let steps = match filter.as_str() {
        SPARSE => FmtSpan::NONE,
        _ => FmtSpan::CLOSE,
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(parsed)
        .with_span_events(steps)
        // Colours are taken out again where nobody sees them.
        .with_writer(anstream::stderr);
    match options.log_format {
        Some(LogFormat::Json) => log.json().flatten_event(true).init(),
        _ => log.init(),
    }
    Ok(())
}

/// What `-v` shows: outcomes, warnings, and what adapters print.
const SPARSE: &str = "callpop=info";

/// What is logged, if anything is.
fn filter(options: &LogOptions) -> Option<String> {
    let given = options.log_filter.clone().filter(|it| !it.is_empty());
    let by_level = match options.verbose {
        0 if options.log_format.is_none() => None,
        0 | 1 => Some(SPARSE),
        2 => Some("callpop=debug"),
        _ => Some("trace"),
    };
    given.or_else(|| by_level.map(str::to_owned))
}
