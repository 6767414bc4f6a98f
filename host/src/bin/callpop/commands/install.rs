//! `callpop install`: a package, from a file or an index, into the plugins folder.

use callpop_host::{FileRole, plain_line, with_causes};
use callpop_host::{
    Host, InstallError, InstallOptions, Installed, MAX_FILE_SIZE, PACKAGE_ENDING, Refusal,
};
use semver::Version;
use serde_json::{Value, json};

use super::provenance::{self, signer_object};
use super::warn_of_damage;
use crate::adapter_index::{INDEX, IndexedVersion, ReadIndex, Terms};
use crate::args::{Everywhere, Install};
use crate::failure::{Exit, Failure};
use crate::fetching::Place;
use crate::output::{GOOD, Output, styled};
use crate::progress::Progress;

pub(crate) fn run(
    install: &Install,
    everywhere: &Everywhere,
    output: &Output,
) -> Result<(), Failure> {
    let host = everywhere.host()?;
    let place = Place::parse(&install.from)?;
    let mut options = InstallOptions {
        allow_downgrade: install.fetch.allow_downgrade,
        accept: install.fetch.accept,
        dry_run: everywhere.dry_run,
        index: None,
    };
    let terms = install.fetch.terms();
    let mut of_index = None;
    let installed = if place.ends_with(PACKAGE_ENDING) {
        if let Some(id) = &install.adapter {
            let message = format!("{place} is one package, so `{id}` is one argument too many");
            return Err(Failure::new(Exit::Usage, "usage", message));
        }
        let bytes = package(&place, terms, output)?;
        place_package(&host, &bytes, &options, &place)
    } else {
        let index = ReadIndex::get(index_at(place)?, &host, terms)?;
        let (id, wanted) = wanted(install.adapter.as_deref(), &index)?;
        options.index = Some(index.place.to_string());
        let version = index.version(&id, wanted.as_ref())?;
        index.check_signed(&id, &host)?;
        of_index = Some(index.told(&id));
        from_index(&host, &index, &id, version, &options, terms, output)
    };
    warn_of_damage(&host, output);
    report(&installed?, of_index.as_deref(), everywhere, output);
    Ok(())
}

/// Gets a version's package and installs it.
pub(super) fn from_index(
    host: &Host,
    index: &ReadIndex,
    id: &str,
    version: &IndexedVersion,
    options: &InstallOptions,
    terms: Terms,
    output: &Output,
) -> Result<Installed, Failure> {
    let bytes = index.package(version, terms, output)?;
    let name = format!("{} of {}", version.file, index.place);
    let shown = plain_line(&name, 500);
    let package = callpop_host::inspect_bytes(version.file.as_ref(), &bytes).file;
    let is_named = |it: &callpop_host::Description| {
        it.manifest.id == id && it.manifest.version == version.version
    };
    if package.description.is_some_and(|it| !is_named(&it)) {
        let message = format!("{shown} is not {id} {}, as the index says", version.version);
        return Err(Failure::new(Exit::NoAdapter, "index-mismatch", message));
    }
    if !options.dry_run {
        index.remember(host)?;
    }
    place_package(host, &bytes, options, &shown)
}

fn place_package(
    host: &Host,
    bytes: &[u8],
    options: &InstallOptions,
    shown: &dyn std::fmt::Display,
) -> Result<Installed, Failure> {
    let installed = host.install(bytes, options);
    installed.map_err(|error| refused(&error, shown))
}

fn package(place: &Place, terms: Terms, output: &Output) -> Result<Vec<u8>, Failure> {
    let progress = Progress::of(0, "Fetching", output);
    let got = place.get(MAX_FILE_SIZE, terms.timeout, &mut |bytes| {
        progress.at(bytes)
    });
    got.map_err(|error| error.failure(place))
}

/// Where the index is that a place stands for: a file, or the one in a folder.
fn index_at(place: Place) -> Result<Place, Failure> {
    for ending in [".so", ".dll", ".dylib", ".adapter.json"] {
        if place.ends_with(ending) {
            let message = format!("{place} is an adapter, and no package of one");
            return Err(
                Failure::new(Exit::Usage, "not-a-package", message).advice(format!(
                    "Copy it into a plugins folder, with its signature if it has one; \
                     or make a package of it: callpop package {place}"
                )),
            );
        }
    }
    Ok(match place {
        Place::Web(url) if url.path().ends_with('/') => {
            let joined = url.join(INDEX);
            Place::Web(joined.unwrap_or(url))
        }
        Place::File(path) if path.is_dir() => Place::File(path.join(INDEX)),
        place => place,
    })
}

/// `ID@VERSION` taken apart; the index's only adapter, if nothing is said.
fn wanted(typed: Option<&str>, index: &ReadIndex) -> Result<(String, Option<Version>), Failure> {
    let Some(typed) = typed else {
        return match index.ids().as_slice() {
            [only] => Ok(((*only).to_owned(), None)),
            ids => {
                let ids = plain_line(&ids.join(", "), 1000);
                let message = format!("{} has several adapters, or none", index.place);
                Err(Failure::new(Exit::Usage, "no-adapter-named", message)
                    .advice(format!("Name one behind it: {ids}")))
            }
        };
    };
    let Some((id, version)) = typed.split_once('@') else {
        return Ok((typed.to_owned(), None));
    };
    let version = version.parse().map_err(|error| {
        let message = format!("`{version}` is not a version such as 1.0.0: {error}");
        Failure::new(Exit::Usage, "invalid-version", message)
    })?;
    Ok((id.to_owned(), Some(version)))
}

fn refused(error: &InstallError, shown: &dyn std::fmt::Display) -> Failure {
    let message = format!("{shown} is not installed: {}", with_causes(error));
    let fail = |exit| Failure::new(exit, error.code(), message.clone());
    match error {
        InstallError::Downgrade { .. } => {
            fail(Exit::NoAdapter).advice("If the older version is what you want: --allow-downgrade")
        }
        InstallError::OtherWins { winner, .. } => fail(Exit::NoAdapter).advice(format!(
            "Remove {} first, if it is yours.",
            winner.display()
        )),
        InstallError::Refused(Refusal::NotAccepted(_)) => {
            fail(Exit::NoAdapter).advice("If the change is what you want: --accept")
        }
        InstallError::State(_) | InstallError::Folder { .. } => fail(Exit::State),
        _ => fail(Exit::NoAdapter),
    }
}

fn report(installed: &Installed, index: Option<&str>, everywhere: &Everywhere, output: &Output) {
    if output.is_json() {
        output.json(&installed_object(installed, everywhere.dry_run));
        return;
    }
    for line in lines(installed, everywhere.dry_run) {
        output.line(line);
    }
    if let Some(index) = index {
        output.line(format!("  index     {index}"));
    }
}

/// What was installed, for programs.
pub(super) fn installed_object(installed: &Installed, dry_run: bool) -> Value {
    let manifest = &installed.description.manifest;
    let package = installed.file.package.as_ref();
    json!({
        "id": manifest.id,
        "name": manifest.name,
        "vendor": manifest.vendor,
        "version": manifest.version,
        "before": installed.before,
        "path": installed.file.path.to_string_lossy(),
        "sha256": package.map(|it| &it.sha256),
        "signed": package.is_some_and(|it| it.is_signed),
        "signer": installed.file.provenance.signer().map(signer_object),
        "isThereAlready": installed.is_there_already,
        "noLongerUsed": installed.no_longer_used,
        "dryRun": dry_run,
    })
}

/// The same for people.
pub(super) fn lines(installed: &Installed, dry_run: bool) -> Vec<String> {
    let manifest = &installed.description.manifest;
    let what = format!("{} {} (`{}`)", manifest.name, manifest.version, manifest.id);
    let done = if installed.is_there_already {
        "Already installed:".to_owned()
    } else if dry_run {
        "Would install".to_owned()
    } else {
        styled(GOOD, "Installed")
    };
    let before = match &installed.before {
        Some(version) if *version == manifest.version => "the same version, again".to_owned(),
        Some(version) => format!("{version}"),
        None => "none".to_owned(),
    };
    let package = installed.file.package.as_ref();
    let mut lines = vec![
        format!("{done} {what}"),
        format!("  vendor    {}", manifest.vendor),
        format!("  signed by {}", provenance::told(&installed.file)),
        format!("  before    {before}"),
        format!("  file      {}", installed.file.path.display()),
    ];
    for path in &installed.no_longer_used {
        lines.push(format!("  {} is used no more; remove it", path.display()));
    }
    let licence = package.is_some_and(|it| it.files.iter().any(|it| it.role == FileRole::Licence));
    if licence {
        lines.push("  its licence is in the package".to_owned());
    }
    lines
}
