//! The chores of the project: `cargo xtask demo`, `dialer`, `dist`, `sdk`, `windows`, `compat`, `freeze`, `soak`
//! and `fuzz`.

mod c_kit;
mod compat;
mod compilers;
mod dialer;
mod freeze;
mod fuzz;
mod layout;
mod public_items;
mod sdk;
mod windows;

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
    /// Build the program and the fifteen adapters, and play a call: a page opens in your browser
    Demo {
        /// Options for `callpop demo`, such as --no-browser
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Build the desktop dialer, connect it to a small CRM on this machine, and open its window
    Dialer {
        /// Options for the dialer, such as --listen 127.0.0.1:5070
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Build one adapter with three compilers for each version of the ABI, and load it and the frozen
    /// ones into hosts of each
    Compat {
        /// Write the table into ABI.md, instead of comparing it
        #[arg(long)]
        write: bool,
    },
    /// Keep libraries of this release of the SDK, for every later host to load
    Freeze,
    /// Check that the host's library compiles for macOS, on Linux; nothing is run
    Macos,
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
    /// Lay out the SDK alone, as a folder that builds on its own
    Sdk {
        /// Where to
        #[arg(long, default_value = "dist/sdk")]
        to: PathBuf,
    },
    /// The same for Windows, built on Linux
    Windows {
        /// Run the tests of the Windows parts under Wine instead
        #[arg(long)]
        test: bool,
        /// Where to
        #[arg(long, default_value = "dist-windows")]
        to: PathBuf,
        /// Built how: `release`, or `dev`, which is done sooner
        #[arg(long, default_value = "release")]
        profile: String,
        /// With --test: what the tests' program is told, such as a part of a test's name
        #[arg(last = true)]
        options: Vec<String>,
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
        Chore::Dialer { options } => Ok(exit_code(dialer::run(&options)?)),
        Chore::Soak { calls } => {
            // Not in release: what is counted is the same, and the demo has built it.
            let program = layout::build_program("soak", None)?;
            let status = Command::new(&program)
                .arg(calls.to_string())
                .status()
                .with_context(|| format!("cannot start {}", program.display()))?;
            Ok(exit_code(status))
        }
        Chore::Compat { write } => {
            compat::run(write)?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Freeze => {
            freeze::run()?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Fuzz { seconds } => fuzz::run(seconds),
        Chore::Windows {
            test: true,
            options,
            ..
        } => {
            windows::test(&options)?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Windows { to, profile, .. } => {
            show(&windows::dist(&profile, &to)?);
            Ok(ExitCode::SUCCESS)
        }
        Chore::Sdk { to } => {
            sdk::lay_out(&to)?;
            Ok(ExitCode::SUCCESS)
        }
        Chore::Macos => Ok(exit_code(windows::check_macos()?)),
        Chore::Dist { to } => {
            show(&Layout::build("release", &to)?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Says what was laid out.
#[expect(clippy::print_stdout, reason = "what a chore made is for its user")]
fn show(layout: &Layout) {
    println!("{layout}");
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}
