//! Waiting, and noticing that nobody reads standard output any more: where there is `poll`.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Waits so long; whether somebody still reads standard output then.
pub(super) fn is_read_after(pause: Duration) -> bool {
    let stdout = io::stdout();
    let timeout = PollTimeout::try_from(pause).unwrap_or(PollTimeout::MAX);
    // No event is asked for; an error and a hang-up are told of all the same.
    let mut files = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
    if poll(&mut files, timeout).is_ok_and(|ready| ready == 0) {
        return true;
    }
    let gone = PollFlags::POLLERR | PollFlags::POLLHUP;
    if files[0]
        .revents()
        .is_some_and(|events| events.intersects(gone))
    {
        return false;
    }
    // Not everything can be polled on every system.
    std::thread::sleep(pause);
    true
}
