//! Stands in for a browser in the measurement: says when it began, to whom `CALLPOP_NOTE_TO` names,
//! and ends.

#[cfg(target_os = "linux")]
fn main() {
    use nix::time::{ClockId, clock_gettime};
    use std::os::unix::net::UnixDatagram;

    // The very first thing.
    let began = clock_gettime(ClockId::CLOCK_MONOTONIC);
    let note = || -> std::io::Result<()> {
        let began = began?;
        let nanoseconds = i128::from(began.tv_sec()) * 1_000_000_000 + i128::from(began.tv_nsec());
        let to = std::env::var_os("CALLPOP_NOTE_TO").ok_or(std::io::ErrorKind::NotFound)?;
        let socket = UnixDatagram::unbound()?;
        socket.send_to(&nanoseconds.to_le_bytes(), to)?;
        Ok(())
    };
    if note().is_err() {
        std::process::exit(1);
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {}
