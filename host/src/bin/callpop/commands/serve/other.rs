//! Standard input and output, where they cannot be taken from who else runs in this process.

use std::io::{self, Stdin, Stdout};

/// What the client writes, and what it reads.
#[expect(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
pub(super) fn take() -> io::Result<(Stdin, Stdout)> {
    Ok((io::stdin(), io::stdout()))
}
