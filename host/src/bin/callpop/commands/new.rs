//! `callpop new`: a whole adapter in a folder of its own, from a few answers.

mod crate_files;
mod example;
mod page;
mod place;
mod questions;
mod rust;
mod sample;
mod sdk;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::args::{Everywhere, New};
use crate::failure::{Exit, Failure};
use crate::output::{BOLD, DIM, GOOD, Output, styled};
use crate_files::CrateFiles;
use place::Place;
use questions::{Answers, Assumed};
use sdk::Sdk;

pub(crate) fn run(new: &New, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let place = Place::free(&new.folder)?;
    let sdk = Sdk::find(new.sdk.as_deref(), &place)?;
    let asks = crate::asking::is_possible() && !new.yes && !output.is_json();
    let (answers, assumed) = Answers::of(new, &place, asks)?;
    let files = CrateFiles::of(&answers, &place, &sdk, new.licence)?;
    if !everywhere.dry_run {
        files.write(&place)?;
    }
    let made = Made {
        folder: &new.folder,
        answers: &answers,
        assumed: &assumed,
        sdk: &sdk,
        place: &place,
        files: files.names(),
    };
    if output.is_json() {
        output.json(&made.object(everywhere.dry_run));
    } else {
        made.report(everywhere.dry_run, output);
    }
    Ok(())
}

/// What there is to tell.
struct Made<'made> {
    folder: &'made Path,
    answers: &'made Answers,
    assumed: &'made [Assumed],
    sdk: &'made Sdk,
    place: &'made Place,
    files: Vec<&'static str>,
}

impl Made<'_> {
    fn object(&self, dry_run: bool) -> serde_json::Value {
        let assumed: Vec<_> = self.assumed.iter().map(|it| it.option).collect();
        json!({
            "id": self.answers.id,
            "folder": self.folder.to_string_lossy(),
            "files": self.files,
            "sdk": self.sdk.to_string(),
            "assumed": assumed,
            "dryRun": dry_run,
        })
    }

    fn report(&self, dry_run: bool, output: &Output) {
        let (id, folder) = (&self.answers.id, self.folder.display());
        let made = if dry_run {
            "Would make".to_owned()
        } else {
            styled(GOOD, "Made")
        };
        output.line(format!("{made} the adapter `{id}` in {folder}:"));
        for file in &self.files {
            output.line(format!("  {file}"));
        }
        output.line(format!("Built on {}.", self.sdk));
        for assumed in self.assumed {
            let Assumed { option, value } = assumed;
            output.line(format!("Assumed {value}   {}", styled(DIM, option)));
        }
        if !dry_run {
            self.report_next_steps(output);
        }
    }

    fn report_next_steps(&self, output: &Output) {
        output.line(format!("\n{}", styled(BOLD, "Next:")));
        let library = self.library();
        let library = library.display();
        let first = if self.place.is_in_checkout() {
            let package = self.answers.package();
            [
                format!("cargo test --package {package}"),
                format!("cargo build --release --package {package}"),
            ]
        } else {
            [
                format!("cd {}", self.folder.display()),
                "cargo test && cargo build --release".to_owned(),
            ]
        };
        let last = [
            format!("callpop validate {library}"),
            format!("callpop sign {library} --key KEYFILE"),
            format!("callpop package --key KEYFILE {library}"),
        ];
        for step in first.into_iter().chain(last) {
            output.line(format!("  {step}"));
        }
    }

    /// Where Cargo puts the adapter's library.
    fn library(&self) -> PathBuf {
        let name = self.answers.package().replace('-', "_");
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        Path::new("target/release").join(format!("{prefix}{name}{suffix}"))
    }
}

/// A flag that does not fit.
fn unfit(option: &str, what: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Usage, "invalid-value", format!("{option}: {what}"))
}

/// A file or folder that cannot be written.
fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("{} cannot be written: {error}", path.display());
    Failure::new(Exit::State, "cannot-write", message)
}
