//! `callpop watch`: the plugins folders, live.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use anstyle::Style;
use callpop_host::json_form::FileForm;
use callpop_host::{Catalog, FileState, FolderChange, Host, WatchOptions, plain_line, with_causes};
use serde_json::{Value, json};

use crate::args::{Everywhere, Watch};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, DIM, GOOD, Output, WARNING, styled};

/// What there is to tell.
enum Told {
    Change(FolderChange),
    /// The user, or the system, ends the program.
    Interrupted,
}

pub(crate) fn run(watch: &Watch, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    let (tell, told) = mpsc::channel();
    let interrupted = tell.clone();
    ctrlc::set_handler(move || {
        let _ = interrupted.send(Told::Interrupted);
    })
    .map_err(|cause| cannot_watch(&cause))?;

    let host = Arc::new(everywhere.host()?);
    print_folders(&host.catalog(), everywhere.dry_run, output);
    print_files(&host.catalog(), output);
    if everywhere.dry_run {
        return Ok(());
    }
    let watching = start(watch, &host, move |change| {
        let _ = tell.send(Told::Change(change));
    })
    .map_err(|cause| cannot_watch(&cause))?;
    while let Ok(Told::Change(change)) = told.recv() {
        print_change(&change, output);
    }
    drop(watching);
    Ok(())
}

fn start(
    watch: &Watch,
    host: &Arc<Host>,
    on_change: impl FnMut(FolderChange) + Send + 'static,
) -> std::io::Result<callpop_host::FolderWatch> {
    let mut options = WatchOptions::default();
    if let Some(seconds) = watch.poll {
        options.poll_interval = Duration::from_secs(seconds);
        options.events = false;
    }
    host.watch(&options, on_change)
}

fn cannot_watch(cause: &dyn std::error::Error) -> Failure {
    let message = format!("the plugins folders cannot be watched: {cause}");
    Failure::new(Exit::State, "watch", message)
}

fn print_folders(catalog: &Catalog, is_dry_run: bool, output: &Output) {
    for folder in &catalog.folders {
        let path = folder.path.display();
        let what = if is_dry_run {
            "Would watch"
        } else {
            "Watching"
        };
        output.line(match &folder.problem {
            None => format!("{what} {path}"),
            Some(problem) if problem.kind() == ErrorKind::NotFound => {
                format!("{what} {path}, which is not there yet")
            }
            Some(problem) => format!("{what} {path}, which cannot be listed: {problem}"),
        });
        if output.is_json() {
            let problem = folder.problem.as_ref().map(ToString::to_string);
            let path = folder.path.to_string_lossy();
            let change = if is_dry_run {
                "would-watch"
            } else {
                "watching"
            };
            output.json(&timed(
                json!({ "change": change, "path": path, "problem": problem }),
            ));
        }
    }
}

/// What is there at the beginning.
fn print_files(catalog: &Catalog, output: &Output) {
    for file in &catalog.files {
        let name = file.path.file_name().unwrap_or(file.path.as_os_str());
        let name = name.to_string_lossy();
        let (style, word, text) = match (&file.state, &file.description) {
            (FileState::Ready, Some(description)) => {
                let manifest = &description.manifest;
                let text = format!("{} {} ({name})", manifest.id, manifest.version);
                (GOOD, "ready", text)
            }
            (FileState::Refused(refusal), _) => {
                let text = format!("{name}: {}", with_causes(refusal));
                (BAD, "refused", text)
            }
            (FileState::Ignored(why), _) => (DIM, "ignored", format!("{name}: {why}")),
            (FileState::Ready, None) => continue,
        };
        line(style, word, &text, output);
        if output.is_json() {
            let mut object = json!(FileForm::from(file));
            object["change"] = word.into();
            output.json(&timed(object));
        }
    }
}

fn print_change(change: &FolderChange, output: &Output) {
    let (style, word) = match change {
        FolderChange::Added { .. } => (GOOD, "added"),
        FolderChange::Upgraded { .. } => (GOOD, "upgraded"),
        FolderChange::Moved { .. } => (GOOD, "moved"),
        FolderChange::Restored { .. } => (GOOD, "restored"),
        FolderChange::FolderBack { .. } => (GOOD, "folder back"),
        FolderChange::KeptOld { .. } => (WARNING, "kept old"),
        FolderChange::Retired { .. } => (WARNING, "retired"),
        FolderChange::FolderGone { .. } => (WARNING, "folder gone"),
        FolderChange::Refused { .. } => (BAD, "refused"),
        _ => (DIM, "changed"),
    };
    line(style, word, &change.to_string(), output);
    if output.is_json() {
        output.json(&timed(json!(change)));
    }
}

/// `2026-01-31T09:30:00Z  upgraded     acme-crm from 1.0.0 to 1.1.0`
fn line(style: Style, word: &str, text: &str, output: &Output) {
    output.line(format!(
        "{}  {} {}",
        styled(DIM, now()),
        styled(style, format!("{word:<11}")),
        plain_line(text, 1000)
    ));
}

/// The object with the time before everything else.
fn timed(members: Value) -> Value {
    let mut object = json!({ "time": now() });
    if let (Value::Object(object), Value::Object(members)) = (&mut object, members) {
        object.extend(members);
    }
    object
}

fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
