//! The program `callpop`: the host for people and for dialers that start programs.

mod adapter_index;
mod args;
mod asking;
mod commands;
mod demo;
mod failure;
mod fetching;
mod logging;
mod output;
mod progress;
mod signing_key;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use failure::Failure;
use output::Output;

fn main() -> ExitCode {
    callpop_host::worker::run_if_requested();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let output = Output::new(arguments.everywhere.json);
    match run(&arguments, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&output),
    }
}

fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let everywhere = &arguments.everywhere;
    logging::start(&everywhere.log)?;
    match &arguments.command {
        Command::Demo(demo) => demo::run(demo, everywhere, output),
        Command::Adapters(adapters) => commands::adapters::run(adapters, everywhere, output),
        Command::Inspect { file } => commands::inspect::run(file, everywhere, output),
        Command::New(new) => commands::new::run(new, everywhere, output),
        Command::Package(package) => commands::package::run(package, everywhere, output),
        Command::Validate(validate) => commands::validate::run(validate, everywhere, output),
        Command::Index(index) => commands::index::run(index, everywhere, output),
        Command::Install(install) => commands::install::run(install, everywhere, output),
        Command::Update(update) => commands::update::run(update, everywhere, output),
        Command::Uninstall(uninstall) => commands::uninstall::run(uninstall, everywhere, output),
        Command::Connect(connect) => commands::connect::run(connect, everywhere, output),
        Command::Accounts(accounts) => commands::accounts::run(accounts, everywhere, output),
        Command::Settings(settings) => commands::settings::run(settings, everywhere, output),
        Command::Contacts(contacts) => commands::contacts::run(contacts, everywhere, output),
        Command::Pop(pop) => commands::pop::run(pop, everywhere, output),
        Command::Ring(ring) => commands::ring::run(ring, everywhere, output),
        Command::OpenLog(open_log) => commands::open_log::run(open_log, everywhere, output),
        Command::Logout(logout) => commands::logout::run(logout, everywhere, output),
        Command::History(history) => commands::history::run(history, everywhere, output),
        Command::Watch(watch) => commands::watch::run(watch, everywhere, output),
        Command::Serve(serve) => commands::serve::run(serve, everywhere, output),
        Command::Doctor => commands::doctor::run(everywhere, output),
        Command::Keygen(keygen) => commands::keygen::run(keygen, everywhere, output),
        Command::Sign(sign) => commands::sign::run(sign, everywhere, output),
        Command::Verify(verify) => commands::verify::run(verify, everywhere, output),
        Command::Trust(trust) => commands::trust::run(trust, everywhere, output),
        Command::Completions { shell } => commands::completions::run(*shell, output),
    }
}

/// What `clap` says of a wrong command line, or the help that was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's choice.
    let _ = error.print();
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let message = error.to_string();
        let message = message.trim_start_matches("error: ").trim_end();
        Output::new(true).json(&failure::error_object("usage", message));
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
