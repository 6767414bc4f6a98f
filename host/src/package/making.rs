//! Makes packages: of libraries for several systems, or of templates.

use std::path::{Path, PathBuf};

use super::listing::{FORMAT, FileRole, Listing, MAX_LISTING_SIZE, PackagedFile, PackagedSystem};
use super::{LISTING, MAX_SIGNATURE_SIZE, Package, PackageError, SIGNATURE, archive};
use crate::library_file;
use crate::manifest::Manifest;
use crate::private_copy::sha256_hex;
use crate::refusal::Refusal;
use crate::template_file;

/// A file that goes into a package.
#[derive(Debug, Clone)]
pub struct PackageSource {
    /// Where it is from; its ending says what it is.
    pub path: PathBuf,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a package cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackagingError {
    /// There is nothing to run.
    #[error("a package needs a library, or one file of templates")]
    Nothing,
    /// A file is not an adapter.
    #[error("{} cannot be packaged", path.display())]
    NotAnAdapter {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Refusal,
    },
    /// Templates run on every system, and stand alone.
    #[error("{} is a file of templates, which is packaged alone", path.display())]
    TemplatesAndMore {
        /// The file.
        path: PathBuf,
    },
    /// The libraries are not of one version of one adapter.
    #[error(
        "{} and {} are not one adapter: {what}; build all libraries from one source",
        one.display(),
        other.display()
    )]
    Differ {
        /// A library.
        one: PathBuf,
        /// Another.
        other: PathBuf,
        /// What differs.
        what: String,
    },
    /// A picture or a licence of another kind than dialers show.
    #[error("{} is not named like {expected}", path.display())]
    Ending {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// What was put together is not a package.
    #[error("no package can be made of it")]
    Package(#[from] PackageError),
    /// The archive could not be written.
    #[error("the archive cannot be written")]
    Write(#[from] std::io::Error),
}

/// A package in the making.
#[derive(Debug)]
pub struct PackageBuilder {
    manifest: Manifest,
    files: Vec<(PackagedFile, Vec<u8>)>,
}

impl PackageBuilder {
    /// Begins with what runs: libraries, each for another system and all with the same manifest, or
    /// one file of templates.
    ///
    /// # Errors
    /// [`PackagingError`] if the files are not that.
    pub fn new(sources: Vec<PackageSource>) -> Result<Self, PackagingError> {
        let is_templates = |it: &PackageSource| template_file::is_named_so(&it.path);
        match sources.iter().find(|it| is_templates(it)) {
            Some(templates) if sources.len() > 1 => Err(PackagingError::TemplatesAndMore {
                path: templates.path.clone(),
            }),
            Some(templates) => Self::of_templates(templates.clone()),
            None => Self::of_libraries(sources),
        }
    }

    /// Adds a picture of the CRM.
    ///
    /// # Errors
    /// [`PackagingError::Ending`] if it is named like none.
    pub fn icon(&mut self, icon: PackageSource) -> Result<(), PackagingError> {
        let ending = ending(&icon.path);
        if !["svg", "png", "ico"].contains(&ending.as_str()) {
            return Err(PackagingError::Ending {
                path: icon.path,
                expected: "a picture (.svg, .png, .ico)",
            });
        }
        self.add(format!("icon.{ending}"), FileRole::Icon, None, icon.bytes);
        Ok(())
    }

    /// Adds the terms of use.
    ///
    /// # Errors
    /// [`PackagingError::Ending`] if it is named like no text.
    pub fn licence(&mut self, licence: PackageSource) -> Result<(), PackagingError> {
        let name = match ending(&licence.path).as_str() {
            "" => "LICENCE".to_owned(),
            ending @ ("txt" | "md") => format!("LICENCE.{ending}"),
            _ => {
                return Err(PackagingError::Ending {
                    path: licence.path,
                    expected: "a text (.txt, .md)",
                });
            }
        };
        self.add(name, FileRole::Licence, None, licence.bytes);
        Ok(())
    }

    /// The manifest of what is packaged.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is in it so far.
    pub fn files(&self) -> impl Iterator<Item = &PackagedFile> {
        self.files.iter().map(|(file, _)| file)
    }

    /// The list of what is in it, `package.json`: what is to be signed.
    #[must_use]
    pub fn listing(&self) -> Vec<u8> {
        let listing = Listing {
            format: FORMAT,
            id: self.manifest.id.clone(),
            version: self.manifest.version.clone(),
            files: self.files().cloned().collect(),
        };
        let mut text = serde_json::to_vec_pretty(&listing).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// The package, with the signature of [`listing`](Self::listing) if there is one. The same
    /// input gives the same bytes, on every system.
    ///
    /// # Errors
    /// [`PackagingError`] if there is more in it than is read.
    pub fn finish(&self, signature: Option<&str>) -> Result<Vec<u8>, PackagingError> {
        let listing = self.listing();
        Listing::parse(&listing)?;
        let of_package = [
            (Some(listing.as_slice()), LISTING, MAX_LISTING_SIZE),
            (signature.map(str::as_bytes), SIGNATURE, MAX_SIGNATURE_SIZE),
        ];
        let mut members = Vec::new();
        for (bytes, name, most) in of_package {
            let Some(bytes) = bytes else { continue };
            if bytes.len() as u64 > most {
                let name = name.to_owned();
                return Err(PackageError::TooLarge { name, most }.into());
            }
            members.push((name, bytes));
        }
        let files = self.files.iter();
        members.extend(files.map(|(file, bytes)| (file.name.as_str(), bytes.as_slice())));
        let whole = archive::write(members)?;
        // What is written is what a host would take.
        Package::open(&whole)?.check_all()?;
        Ok(whole)
    }

    fn of_templates(templates: PackageSource) -> Result<Self, PackagingError> {
        let (manifest, _) =
            template_file::read(&templates.bytes).map_err(refused(&templates.path))?;
        let mut package = Self::empty(manifest);
        let (name, role) = ("adapter.json".to_owned(), FileRole::Templates);
        package.add(name, role, None, templates.bytes);
        Ok(package)
    }

    fn of_libraries(sources: Vec<PackageSource>) -> Result<Self, PackagingError> {
        let mut libraries = Vec::new();
        for source in sources {
            let read = library_file::read(&source.bytes).map_err(refused(&source.path))?;
            let machines = library_file::machines(&source.bytes, &read.target);
            let system = PackagedSystem {
                system: read.target.system.to_owned(),
                machines,
            };
            libraries.push((system, read.manifest, source));
        }
        let Some((_, manifest, first)) = libraries.first() else {
            return Err(PackagingError::Nothing);
        };
        for (_, other_manifest, other) in &libraries {
            if let Some(what) = difference(manifest, other_manifest) {
                return Err(PackagingError::Differ {
                    one: first.path.clone(),
                    other: other.path.clone(),
                    what,
                });
            }
        }
        let mut package = Self::empty(manifest.clone());
        let mut text = serde_json::to_vec_pretty(manifest).unwrap_or_default();
        text.push(b'\n');
        package.add("adapter.json".to_owned(), FileRole::Manifest, None, text);
        // In whatever order they are named, the package is the same.
        libraries.sort_by_key(|(system, ..)| (system.system.clone(), system.machines.clone()));
        for (system, _, source) in libraries {
            let name = library_name(&system);
            package.add(name, FileRole::Library, Some(system), source.bytes);
        }
        Ok(package)
    }

    fn empty(manifest: Manifest) -> Self {
        Self {
            manifest,
            files: Vec::new(),
        }
    }

    fn add(
        &mut self,
        name: String,
        role: FileRole,
        system: Option<PackagedSystem>,
        bytes: Vec<u8>,
    ) {
        let file = PackagedFile {
            name,
            role,
            system,
            size: bytes.len() as u64,
            sha256: sha256_hex(&bytes),
        };
        self.files.push((file, bytes));
    }
}

/// `linux-x86_64.so`
fn library_name(system: &PackagedSystem) -> String {
    let ending = match system.system.as_str() {
        "Windows" => "dll",
        "macOS" => "dylib",
        _ => "so",
    };
    let name = system.system.to_ascii_lowercase();
    format!("{name}-{}.{ending}", system.machines.join("+"))
}

fn difference(one: &Manifest, other: &Manifest) -> Option<String> {
    if one == other {
        return None;
    }
    let name = |it: &Manifest| format!("{} {}", it.id, it.version);
    Some(if name(one) == name(other) {
        "their manifests differ".to_owned()
    } else {
        format!("{} and {}", name(one), name(other))
    })
}

fn refused(path: &Path) -> impl FnOnce(Refusal) -> PackagingError {
    let path = path.to_owned();
    |source| PackagingError::NotAnAdapter { path, source }
}

fn ending(path: &Path) -> String {
    let ending = path.extension().unwrap_or_default();
    ending.to_string_lossy().to_ascii_lowercase()
}
