//! The page with the adapters: what there is, and what is wrong with it.

use callpop_host::{FileState, Host, with_causes};

pub(crate) fn shown(host: &Host) -> Vec<String> {
    let mut lines = Vec::new();
    let catalog = host.catalog();
    for folder in &catalog.folders {
        if let Some(problem) = &folder.problem {
            lines.push(format!("{}: {problem}", folder.path.display()));
        }
    }
    let quarantined = host.quarantined();
    let stats = host.stats().unwrap_or_default();
    for file in &catalog.files {
        let name = file.path.file_name().unwrap_or_default().display();
        match (&file.state, &file.description) {
            (FileState::Ready, Some(description)) => {
                let manifest = &description.manifest;
                let calls = stats.get(&manifest.id).map_or(0, |it| it.calls);
                let (name, version) = (&manifest.name, &manifest.version);
                lines.push(format!("{name} {version} is ready, called {calls} times"));
                if let Some(why) = quarantined.get(&manifest.id) {
                    lines.push(format!("  but {why}")); // offer `Host::release`
                }
            }
            (FileState::Refused(refusal), _) => {
                lines.push(format!("{name} is refused: {}", with_causes(refusal)));
            }
            _ => {} // some other file
        }
    }
    lines
}

/// The user presses "Try again" beside an adapter in quarantine.
pub(crate) fn release(host: &Host, adapter: &str) -> Vec<String> {
    match host.release(adapter) {
        Ok(true) => vec![format!("{adapter} is called again")],
        Ok(false) => vec![format!("{adapter} was not in quarantine")],
        Err(error) => vec![with_causes(&error)],
    }
}
