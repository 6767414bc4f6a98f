//! Looks at everything that can be wrong around the host, and says what to do about it.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::admin_policy::AdminPolicy;
use crate::audit::AuditLog;
use crate::browser;
use crate::causes::with_causes;
use crate::discovery::{Catalog, FileState, Folder};
use crate::open_to_others;
use crate::owner_only::{Access, cure, others_may};
use crate::quarantine::QuarantineStore;
use crate::worker::{Limits, WorkerProgram, examine_sandbox};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    Good,
    /// It works, and could be better.
    Warning,
    /// Something does not work.
    Problem,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
pub struct Finding {
    /// What was looked at: `home`, `policy`, `plugins`, `adapter`, `history`, `sandbox`, `browser`,
    /// `trust`.
    pub about: &'static str,
    /// How it stands.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    pub(crate) fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self {
            about,
            health: Health::Good,
            found: found.into(),
            advice: None,
        }
    }

    pub(crate) fn bad(
        about: &'static str,
        health: Health,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            about,
            health,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }
}

/// Looks at everything.
pub(crate) fn examine(
    home: &Path,
    policy: &AdminPolicy,
    catalog: &Catalog,
    quarantine: &QuarantineStore,
    audit: &AuditLog,
    program: &WorkerProgram,
    limits: &Limits,
) -> Vec<Finding> {
    let mut findings = vec![examine_home(home)];
    findings.extend(policy.examine(catalog));
    findings.extend(examine_folders(catalog));
    findings.extend(examine_adapters(catalog, quarantine));
    findings.push(examine_history(audit));
    findings.push(examine_workers(program, limits));
    findings.push(examine_browser());
    findings
}

fn examine_home(home: &Path) -> Finding {
    let shown = home.display();
    match fs::metadata(home) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Finding::good(
            "home",
            format!("{shown} will be made when it is first needed"),
        ),
        Err(error) => Finding::bad(
            "home",
            Health::Problem,
            format!("{shown} cannot be used: {error}"),
            "Name another folder with --home, or mend its permissions.",
        ),
        Ok(metadata) if !metadata.is_dir() => Finding::bad(
            "home",
            Health::Problem,
            format!("{shown} is not a folder"),
            "Name another folder with --home, or move the file away.",
        ),
        Ok(_) if others_may(home, Access::Any) => Finding::bad(
            "home",
            Health::Warning,
            format!("{shown} can be read by other users"),
            cure(home, Access::Any),
        ),
        Ok(_) => Finding::good("home", shown.to_string()),
    }
}

fn examine_folders(catalog: &Catalog) -> Vec<Finding> {
    let folders = catalog.folders.iter();
    folders.map(examine_folder).collect()
}

fn examine_folder(folder: &Folder) -> Finding {
    let shown = folder.path.display();
    if let Some(problem) = &folder.problem {
        return Finding::bad(
            "plugins",
            Health::Warning,
            format!("{shown} cannot be listed: {problem}"),
            "Make the folder, and place adapters there; or name another with --plugins.",
        );
    }
    if let Some(open) = open_to_others::folder(&folder.path) {
        let (path, who) = (open.path.display(), open.who);
        let found = format!("{path} can be changed by {who}, so that adapters are refused");
        return Finding::bad("plugins", Health::Problem, found, open.cure);
    }
    // Groups of a company, which its administrator knows: no adapter is refused for them.
    if cfg!(windows) && others_may(&folder.path, Access::Write) {
        return Finding::bad(
            "plugins",
            Health::Warning,
            format!("{shown} can be written by other users, and so can what is run"),
            cure(&folder.path, Access::Write),
        );
    }
    Finding::good("plugins", shown.to_string())
}

fn examine_adapters(catalog: &Catalog, quarantine: &QuarantineStore) -> Vec<Finding> {
    let quarantined = quarantine.all();
    let mut findings = Vec::new();
    for file in &catalog.files {
        let shown = file.path.display();
        match (&file.state, &file.description) {
            (FileState::Ready, Some(description)) => {
                let id = &description.manifest.id;
                findings.push(match quarantined.get(id) {
                    Some(why) => Finding::bad(
                        "adapter",
                        Health::Problem,
                        format!("{id}: {why}"),
                        format!("Get a newer version, or: callpop adapters --release {id}"),
                    ),
                    None => {
                        Finding::good("adapter", format!("{id} {}", description.manifest.version))
                    }
                });
            }
            (FileState::Refused(refusal), _) => findings.push(Finding::bad(
                "adapter",
                Health::Problem,
                format!("{shown}: {}", with_causes(refusal)),
                "Mend the file as it says, or take it out of the plugins folder.",
            )),
            _ => {}
        }
    }
    if findings.is_empty() {
        findings.push(Finding::bad(
            "adapter",
            Health::Warning,
            "there is none",
            "Place adapters (.so, .dll, .dylib, .adapter.json, .callpop) into a plugins folder.",
        ));
    }
    findings
}

fn examine_history(audit: &AuditLog) -> Finding {
    let shown = audit.path().display();
    match (audit.can_add(), fs::metadata(audit.path())) {
        (Err(why), _) => Finding::bad(
            "history",
            Health::Problem,
            format!("outcomes are not kept in the history: {why}"),
            "Make room on the disk, or mend the permissions of the home and the file.",
        ),
        (Ok(()), Ok(_)) if others_may(audit.path(), Access::Any) => Finding::bad(
            "history",
            Health::Warning,
            format!("{shown} can be read by other users"),
            cure(audit.path(), Access::Any),
        ),
        (Ok(()), Ok(_)) => Finding::good("history", shown.to_string()),
        (Ok(()), Err(_)) => Finding::good("history", "it begins with the first call"),
    }
}

fn examine_workers(program: &WorkerProgram, limits: &Limits) -> Finding {
    match examine_sandbox(program, limits) {
        Ok(report) if report.is_whole() => {
            Finding::good("sandbox", "workers start, and the sandbox is whole")
        }
        Ok(report) => Finding::bad(
            "sandbox",
            Health::Warning,
            format!("workers start, and the sandbox is not whole: {report}"),
            match cfg!(target_os = "linux") {
                true => {
                    "A newer kernel gives the rest; until then adapters run with what there is."
                }
                false => "Adapters run with what this system has; take only those that you trust.",
            },
        ),
        Err(failure) => Finding::bad(
            "sandbox",
            Health::Problem,
            format!("no worker can be started: {failure}"),
            "Isolated adapters cannot be called until that is mended.",
        ),
    }
}

fn examine_browser() -> Finding {
    if browser::system_browser_exists() {
        return Finding::good("browser", "a browser was found");
    }
    Finding::bad(
        "browser",
        Health::Problem,
        "no browser was found",
        "Install one, or name it in the variable BROWSER.",
    )
}
