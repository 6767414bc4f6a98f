//! Reads an adapter's library as a file: what it is built for, and the manifest in it.
//!
//! None of the library's code runs. ELF, PE and Mach-O are read alike, whatever this machine is.

#[cfg(feature = "validation")]
mod linking;

#[cfg(feature = "validation")]
pub(crate) use linking::{Linking, linking};

use callpop_adapter::abi;
use callpop_adapter::embedded_manifest::{self, DecodeError, Embedded};
use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
use object::{
    Architecture, BinaryFormat, ExportTarget, FileKind, Object, ObjectKind, ObjectSegment,
    read::NameOrOrdinal,
};

use crate::Manifest;
use crate::abi_name::AbiName;
use crate::refusal::Refusal;
use crate::target::Target;

/// What was read from a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LibraryFile {
    pub(crate) target: Target,
    pub(crate) abi: AbiName,
    pub(crate) manifest: Manifest,
}

/// Reads a library of any system.
///
/// # Errors
/// [`Refusal`] for everything that is not an adapter's library. A library for another machine is
/// none here: see [`check_loadable`].
pub(crate) fn read(bytes: &[u8]) -> Result<LibraryFile, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    let bytes = slice_for_here(bytes)?;
    let file = object::File::parse(bytes).map_err(|cause| Refusal::NotALibrary {
        found: match FileKind::parse(bytes) {
            Ok(_) => format!("it is damaged or cut off ({cause})"),
            Err(_) => "it begins like no system's libraries do".to_owned(),
        },
    })?;
    let target = target_of(&file)?;
    let embedded = find_manifest(&file)?;
    Ok(LibraryFile {
        target,
        abi: AbiName::parse(embedded.abi)
            .ok_or_else(|| Refusal::UnknownAbi(embedded.abi.to_owned()))?,
        manifest: Manifest::parse(embedded.manifest)?,
    })
}

/// The processors that a library is for: several in a "universal" one of macOS.
#[cfg(feature = "cli")]
pub(crate) fn machines(bytes: &[u8], target: &Target) -> Vec<String> {
    fn all<A: FatArch>(parts: &[A]) -> Vec<String> {
        let machines = parts.iter().map(|part| machine_name(part.architecture()));
        machines.collect()
    }
    let machines = match FileKind::parse(bytes) {
        Ok(FileKind::MachOFat32) => MachOFatFile32::parse(bytes).map(|fat| all(fat.arches())),
        Ok(FileKind::MachOFat64) => MachOFatFile64::parse(bytes).map(|fat| all(fat.arches())),
        _ => Ok(Vec::new()),
    };
    let mut machines = machines.unwrap_or_default();
    machines.sort();
    if machines.is_empty() {
        machines.push(target.machine.clone());
    }
    machines
}

/// Refuses what this host cannot load: another machine's library, or an ABI without a loader here.
pub(crate) fn check_loadable(target: &Target, abi: &AbiName) -> Result<(), Refusal> {
    let here = Target::here();
    if *target != here {
        return Err(Refusal::OtherMachine {
            file: target.clone(),
            here,
        });
    }
    if abi.family != abi::FAMILY {
        return Err(Refusal::UnknownAbi(abi.to_string()));
    }
    if abi.major != abi::MAJOR {
        return Err(Refusal::OtherAbiMajor(abi.clone()));
    }
    Ok(())
}

/// The part of a file for several processors (macOS's "universal" libraries) that is for this one,
/// else its first part; any other file as it is.
fn slice_for_here(bytes: &[u8]) -> Result<&[u8], Refusal> {
    fn pick<'bytes, A: FatArch>(parts: &[A], bytes: &'bytes [u8]) -> object::Result<&'bytes [u8]> {
        let here = Target::here().machine;
        let part = parts
            .iter()
            .find(|part| machine_name(part.architecture()) == here)
            .or(parts.first());
        part.map_or(Ok(bytes), |part| part.data(bytes))
    }
    let slice = match FileKind::parse(bytes) {
        Ok(FileKind::MachOFat32) => {
            MachOFatFile32::parse(bytes).and_then(|fat| pick(fat.arches(), bytes))
        }
        Ok(FileKind::MachOFat64) => {
            MachOFatFile64::parse(bytes).and_then(|fat| pick(fat.arches(), bytes))
        }
        _ => Ok(bytes),
    };
    slice.map_err(|cause| Refusal::NotALibrary {
        found: format!("a damaged universal file: {cause}"),
    })
}

fn target_of(file: &object::File<'_>) -> Result<Target, Refusal> {
    let not_a_library = |found: &str| Refusal::NotALibrary {
        found: found.to_owned(),
    };
    match file.kind() {
        ObjectKind::Dynamic => {}
        ObjectKind::Executable => return Err(not_a_library("a program")),
        ObjectKind::Relocatable => return Err(not_a_library("an object file, not linked yet")),
        ObjectKind::Core => return Err(not_a_library("a memory dump")),
        _ => return Err(not_a_library("another kind of binary file")),
    }
    let system = match file.format() {
        BinaryFormat::Elf => "Linux",
        BinaryFormat::Pe => "Windows",
        BinaryFormat::MachO => "macOS",
        _ => return Err(not_a_library("another kind of binary file")),
    };
    Ok(Target {
        system,
        machine: machine_name(file.architecture()),
    })
}

/// The name that `std::env::consts::ARCH` has for it.
fn machine_name(architecture: Architecture) -> String {
    match architecture {
        Architecture::X86_64 => "x86_64".to_owned(),
        Architecture::I386 => "x86".to_owned(),
        Architecture::Aarch64 => "aarch64".to_owned(),
        other => format!("{other:?}").to_ascii_lowercase(),
    }
}

fn find_manifest<'bytes>(file: &object::File<'bytes>) -> Result<Embedded<'bytes>, Refusal> {
    let address = manifest_address(file)?.ok_or(Refusal::NoManifest)?;
    let bytes = file
        .segments()
        .find_map(|segment| {
            let offset = address.checked_sub(segment.address())?;
            let data = segment.data().ok()?;
            data.get(usize::try_from(offset).ok()?..)
        })
        .ok_or(Refusal::DamagedEmbedding(DecodeError::Length))?;
    Ok(embedded_manifest::decode(bytes)?)
}

fn manifest_address(file: &object::File<'_>) -> Result<Option<u64>, Refusal> {
    let damaged = |cause| Refusal::NotALibrary {
        found: format!("its table of exported names is damaged: {cause}"),
    };
    for export in file.exports().map_err(damaged)? {
        let export = export.map_err(damaged)?;
        let NameOrOrdinal::Name(name) = export.name() else {
            continue;
        };
        // Mach-O writes every C name with a `_` before it.
        let name = match file.format() {
            BinaryFormat::MachO => name.strip_prefix(b"_").unwrap_or(name),
            _ => name,
        };
        if name == embedded_manifest::SYMBOL.as_bytes() {
            return Ok(match export.target() {
                ExportTarget::Address { address } => Some(address),
                _ => None,
            });
        }
    }
    Ok(None)
}
