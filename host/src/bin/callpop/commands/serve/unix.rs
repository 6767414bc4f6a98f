//! Standard input and output for the session alone: whatever else runs in this process, as an
//! in-process adapter does, reads nothing of it and writes nothing into it.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

/// What the client writes, and what it reads.
pub(super) fn take() -> io::Result<(File, File)> {
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    nix::unistd::dup2_stdin(File::open("/dev/null")?)?;
    nix::unistd::dup2_stdout(io::stderr())?;
    Ok((input.into(), output.into()))
}
