//! An index: a static JSON file that names the packages of adapters, their sizes and hashes. See
//! `docs/packages.md`.

use std::collections::BTreeMap;
use std::time::Duration;

use callpop_host::{
    Host, MAX_FILE_SIZE, PackagedSystem, Requirement, SIGNATURE_ENDING, SignatureError, Signer,
    Target, plain_line, sha256_hex, verify,
};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::failure::{Exit, Failure};
use crate::fetching::{FetchError, Place};
use crate::output::Output;
use crate::progress::Progress;

/// The name of an index in its folder.
pub(crate) const INDEX: &str = "index.json";
/// The format that this version reads and writes.
pub(crate) const FORMAT: u64 = 1;
const MAX_INDEX_SIZE: u64 = 4 * 1024 * 1024;
const MAX_SIGNATURE_SIZE: u64 = 16 * 1024;

/// The file, as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AdapterIndex {
    pub(crate) format: u64,
    /// When it was made, as in RFC 3339.
    pub(crate) generated: String,
    /// By the adapter's id.
    pub(crate) adapters: BTreeMap<String, IndexedAdapter>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IndexedAdapter {
    pub(crate) name: String,
    pub(crate) vendor: String,
    pub(crate) versions: Vec<IndexedVersion>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IndexedVersion {
    pub(crate) version: Version,
    /// The package's address, relative to the index.
    pub(crate) file: String,
    pub(crate) size: u64,
    pub(crate) sha256: String,
    /// Whether the package has a signature of its own.
    pub(crate) signed: bool,
    /// What it has libraries for; none of templates, which run everywhere.
    pub(crate) systems: Vec<PackagedSystem>,
}

/// An index that was read, and who signed it.
pub(crate) struct ReadIndex {
    pub(crate) place: Place,
    index: AdapterIndex,
    signer: Option<Signer>,
}

/// How an index is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) timeout: Duration,
    /// Whether an older index than the one that was seen last will do.
    pub(crate) allow_older: bool,
}

impl ReadIndex {
    /// Gets an index, and its signature if it has one.
    pub(crate) fn get(place: Place, host: &Host, terms: Terms) -> Result<Self, Failure> {
        let bytes = place.get(MAX_INDEX_SIZE, terms.timeout, &mut |_| {});
        let bytes = bytes.map_err(|error| error.failure(&place))?;
        let signer = match signature_of(&place, terms)? {
            Some(minisig) => signer(&bytes, &minisig, &place, host)?,
            None => None,
        };
        let read = Self {
            index: parsed(&bytes, &place)?,
            signer,
            place,
        };
        if !terms.allow_older {
            read.check_not_older(host)?;
        }
        Ok(read)
    }

    /// Remembers when it was made.
    pub(crate) fn remember(&self, host: &Host) -> Result<(), Failure> {
        Ok(host.saw_index(&self.place.to_string(), &self.index.generated)?)
    }

    /// Where it is, and whose word it is for this adapter.
    pub(crate) fn told(&self, id: &str) -> String {
        let signer = self.signer.as_ref().filter(|signer| signer.may_sign(id));
        match signer {
            Some(signer) => format!("{}, signed with the key {}", self.place, signer.key.id()),
            None => format!("{}, not signed with a trusted key", self.place),
        }
    }

    /// Refuses an index that nobody who may has signed, where adapters have to be signed.
    pub(crate) fn check_signed(&self, id: &str, host: &Host) -> Result<(), Failure> {
        let is_asked = host.requirements()?.contains(&Requirement::Signed);
        let is_signed = self.signer.as_ref().is_some_and(|it| it.may_sign(id));
        if is_signed || !is_asked {
            return Ok(());
        }
        let message = format!(
            "{} is not signed with a key that is trusted for `{id}`, and signatures are required",
            self.place
        );
        Err(Failure::new(Exit::NoAdapter, "index-not-signed", message))
    }

    /// The ids of the adapters in it.
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.index.adapters.keys().map(String::as_str).collect()
    }

    /// The newest version of an adapter for this system, or the one that is named.
    pub(crate) fn version(
        &self,
        id: &str,
        wanted: Option<&Version>,
    ) -> Result<&IndexedVersion, Failure> {
        let refused = |what: String| {
            let message = format!("{}: {what}", self.place);
            Failure::new(Exit::NoAdapter, "not-in-index", plain_line(&message, 1000))
        };
        let adapter = self.index.adapters.get(id).ok_or_else(|| {
            refused(format!("it has no adapter `{id}`")).advice(format!(
                "It has: {}",
                plain_line(&self.ids().join(", "), 1000)
            ))
        })?;
        let versions = adapter.versions.iter();
        let versions: Vec<_> = match wanted {
            Some(wanted) => versions.filter(|it| it.version == *wanted).collect(),
            None => versions.collect(),
        };
        let here = Target::here();
        let for_here = versions.iter().filter(|it| it.is_for(&here));
        // A version such as 2.0.0-beta is for those who name it, unless there is nothing else.
        let newest = for_here.max_by_key(|it| (it.version.pre.is_empty(), &it.version));
        newest.copied().ok_or_else(|| match wanted {
            Some(wanted) if versions.is_empty() => {
                refused(format!("it has no version {wanted} of `{id}`"))
            }
            _ => refused(format!("it has no package of `{id}` for {here}")),
        })
    }

    /// Gets a package, of exactly the size and hash that the index names.
    pub(crate) fn package(
        &self,
        version: &IndexedVersion,
        terms: Terms,
        output: &Output,
    ) -> Result<Vec<u8>, Failure> {
        let place = self.place.join(&version.file);
        let place = place.map_err(|error| error.failure(&self.place))?;
        let most = version.size.min(MAX_FILE_SIZE);
        let progress = Progress::of(most, "Fetching", output);
        let got = place.get(most, terms.timeout, &mut |bytes| progress.at(bytes));
        let bytes = got.map_err(|error| error.failure(&place))?;
        if bytes.len() as u64 == version.size && sha256_hex(&bytes) == version.sha256 {
            return Ok(bytes);
        }
        let message = format!("{place} is not the file that {} names", self.place);
        Err(Failure::new(Exit::NoAdapter, "index-mismatch", message)
            .advice("It was cut off, damaged or changed. Nothing was installed; try again later."))
    }

    fn check_not_older(&self, host: &Host) -> Result<(), Failure> {
        let seen = host.newest_index(&self.place.to_string())?;
        let time = |text: &str| humantime::parse_rfc3339(text).ok();
        let is_older = seen.as_deref().is_some_and(|seen| {
            time(seen).is_some_and(|seen| time(&self.index.generated) < Some(seen))
        });
        if !is_older {
            return Ok(());
        }
        let message = format!(
            "{} was made {}, and a newer one was seen before",
            self.place, self.index.generated
        );
        Err(Failure::new(Exit::NoAdapter, "older-index", message)
            .advice("If it was set back on purpose: --allow-downgrade"))
    }
}

impl IndexedVersion {
    fn is_for(&self, target: &Target) -> bool {
        let is_one = |it: &PackagedSystem| it.includes(target);
        self.systems.is_empty() || self.systems.iter().any(is_one)
    }
}

fn parsed(bytes: &[u8], place: &Place) -> Result<AdapterIndex, Failure> {
    let invalid = |what: String| {
        let message = format!("{place} is no index: {what}");
        Failure::new(Exit::NoAdapter, "invalid-index", message)
    };
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| invalid(error.to_string()))?;
    match value["format"].as_u64() {
        Some(FORMAT) => {}
        Some(newer) if newer > FORMAT => {
            let what = format!("it has the format {newer}; install a newer Callpop");
            return Err(invalid(what));
        }
        _ => return Err(invalid(format!("its `format` is not {FORMAT}"))),
    }
    let index: AdapterIndex =
        serde_json::from_value(value).map_err(|error| invalid(error.to_string()))?;
    if humantime::parse_rfc3339(&index.generated).is_err() {
        return Err(invalid("`generated` is not a time of RFC 3339".to_owned()));
    }
    Ok(index)
}

/// The signature beside an index; None if there is none.
fn signature_of(place: &Place, terms: Terms) -> Result<Option<String>, Failure> {
    let beside = match place {
        Place::Web(url) => {
            let mut url = url.clone();
            url.set_path(&format!("{}{SIGNATURE_ENDING}", url.path()));
            Place::Web(url)
        }
        Place::File(path) => {
            let mut path = path.clone().into_os_string();
            path.push(SIGNATURE_ENDING);
            Place::File(path.into())
        }
    };
    match beside.get(MAX_SIGNATURE_SIZE, terms.timeout, &mut |_| {}) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(FetchError::NotFound) => Ok(None),
        Err(error) => Err(error.failure(&beside)),
    }
}

/// Who signed an index; None if it is somebody whom nobody here knows.
fn signer(
    bytes: &[u8],
    minisig: &str,
    place: &Place,
    host: &Host,
) -> Result<Option<Signer>, Failure> {
    match verify(bytes, minisig, &host.trusted_keys()?) {
        Ok(signer) => Ok(Some(signer)),
        Err(SignatureError::UnknownKey(_)) => Ok(None),
        Err(error) => {
            let message = format!("{place}: {error}");
            Err(Failure::new(Exit::NoAdapter, error.code(), message))
        }
    }
}
