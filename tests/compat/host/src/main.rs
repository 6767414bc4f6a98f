//! A dialer for the table of compatibility: loads every library of the folders that it is given, all
//! in one process, in-process and isolated, and prints a line of JSON for each: whether it works in
//! this host, and why not.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callpop_adapter::abi;
use callpop_compat::{EXPECTED, answers};
use callpop_host::{AdapterKind, Host, Isolation, RecordingBrowser};
use serde_json::json;

/// Other adapters than the one that is questioned are loaded, and that is all.
const QUESTIONED: &str = "compat-";

fn main() -> Result<(), Box<dyn Error>> {
    callpop_host::worker::run_if_requested();
    // Every host lives to the end, so that all libraries are in one process at once.
    let mut hosts = Vec::new();
    for folder in std::env::args_os().skip(1).map(PathBuf::from) {
        for isolation in [Isolation::InProcess, Isolation::Isolated] {
            let home = tempfile::tempdir()?;
            let host = Host::builder()
                .home(home.path())
                .plugins_folder(&folder)
                .browser(Arc::new(RecordingBrowser::default()))
                .isolation(isolation)
                .build()?;
            report(&host, &folder, isolation);
            hosts.push((host, home));
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what this program is for")]
fn report(host: &Host, folder: &Path, isolation: Isolation) {
    for file in &host.catalog().files {
        let adapter = file.description.as_ref().map(|it| &it.manifest.id);
        let abi = file.description.as_ref().and_then(|it| match &it.kind {
            AdapterKind::Library { abi, .. } => Some(abi.to_string()),
            _ => None,
        });
        let problem = match adapter {
            Some(adapter) if host.catalog().ready(adapter).is_some() => {
                problem_of(host, adapter, &file.path)
            }
            _ => Some(format!("{:?}", file.state)),
        };
        let line = json!({
            "host": format!("{}.{}", abi::MAJOR, abi::MINOR),
            "folder": folder,
            "file": file.path.file_name().map(|it| it.to_string_lossy()),
            "abi": abi,
            "isolation": format!("{isolation:?}"),
            "problem": problem,
        });
        println!("{line}");
    }
}

/// Why the library does not work as it should.
fn problem_of(host: &Host, adapter: &str, library: &Path) -> Option<String> {
    if !adapter.starts_with(QUESTIONED) {
        let _loads_or_panics = callpop_host::internals::callbacks(library);
        return None;
    }
    let answers = answers(host, adapter);
    if answers != EXPECTED {
        return Some(answers);
    }
    fourth_callback_problem(adapter, library)
}

#[cfg(not(feature = "abi-1-1-preview"))]
fn fourth_callback_problem(_: &str, _: &Path) -> Option<String> {
    None
}

/// A host of 1.1 knows one callback more, which an adapter of 1.0 does not have.
#[cfg(feature = "abi-1-1-preview")]
fn fourth_callback_problem(adapter: &str, library: &Path) -> Option<String> {
    use callpop_adapter::{Context, abi};
    use callpop_host::{Contact, ErrorCode};

    let callbacks = callpop_host::internals::callbacks(library);
    let context = Context::new("acme.compat.example");
    let contact = Contact::new("", "", "+12025550123");
    let answer = abi::collected(|hear| callbacks.open_search_page(&context, &contact, hear));
    let pages = match &answer {
        Ok(Ok(actions)) => actions.pages(),
        _ => Vec::new(),
    };
    let is_right = if adapter.ends_with("-1-0") {
        matches!(&answer, Ok(Err(error)) if error.code() == ErrorCode::NotSupported)
    } else {
        pages == ["https://acme.compat.example/search?phone=%2B12025550123"]
    };
    (!is_right).then(|| format!("{answer:?}"))
}
