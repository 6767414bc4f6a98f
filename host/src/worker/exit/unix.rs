//! Signals. Source: `signal(7)`.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use super::End;

pub(in crate::worker) fn end_of(status: ExitStatus) -> End {
    let Some(number) = status.signal() else {
        return End::Code(status.code().unwrap_or(-1));
    };
    let signal = Signal::try_from(number);
    let name = signal.map_or_else(|_| format!("signal {number}"), |it| it.to_string());
    match signal {
        Ok(Signal::SIGXCPU) => End::TimeUsedUp,
        Ok(Signal::SIGKILL | Signal::SIGTERM | Signal::SIGINT | Signal::SIGHUP) => {
            End::Killed(name)
        }
        Ok(Signal::SIGABRT) => End::Aborted(name),
        _ => End::Crashed(name),
    }
}
