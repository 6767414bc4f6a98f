//! The chores of the project: `cargo xtask demo`, `cargo xtask dist`.

mod layout;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

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
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            Ok(ExitCode::from(code.unwrap_or(1)))
        }
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
