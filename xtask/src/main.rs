//! The chores of the project: `cargo xtask demo`, `dist`, `soak` and `fuzz`.

mod fuzz;
mod layout;

use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use layout::Layout;

/// The chores that need more than one Cargo call.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Build the program and the ten adapters, and play a call: a page opens in your browser
    Demo {
        /// Options for `callpop demo`, such as --no-browser
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Make a hundred thousand calls, of which many go wrong, and count what is lost or left over
    Soak {
        /// How many calls
        #[arg(long, default_value_t = 100_000)]
        calls: u32,
    },
    /// Feed random bytes to everything that reads what others have written
    Fuzz {
        /// How long each target runs
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Lay the program and its plugins folder out, ready to be zipped
    Dist {
        /// Where to
        #[arg(long, default_value = "dist")]
        to: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().chore) {
        Ok(code) => code,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "an error of a chore is for its user")]
            {
                eprintln!("error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<ExitCode> {
    match chore {
        Chore::Demo { options } => {
            let layout = Layout::build("dev", &layout::target_folder()?.join("demo"))?;
            let status = Command::new(&layout.program)
                .arg("demo")
                .args(options)
                .status()
                .with_context(|| format!("cannot start {}", layout.program.display()))?;
            Ok(exit_code(status))
        }
        Chore::Soak { calls } => {
            let status = layout::cargo()
                .args(["run", "--release", "--quiet", "--package", "callpop-tests"])
                .args(["--bin", "soak", "--", &calls.to_string()])
                .status()
                .context("cannot start cargo")?;
            Ok(exit_code(status))
        }
        Chore::Fuzz { seconds } => fuzz::run(seconds),
        Chore::Dist { to } => {
            let layout = Layout::build("release", &to)?;
            #[expect(clippy::print_stdout, reason = "what a chore made is for its user")]
            {
                println!("{layout}");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}
