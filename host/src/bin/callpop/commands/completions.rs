//! `callpop completions`: a script that completes commands in a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::output::Output;

#[expect(clippy::unnecessary_wraps, reason = "every command has this form")]
pub(crate) fn run(shell: Shell, output: &Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "callpop", &mut script);
    output.line(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}
