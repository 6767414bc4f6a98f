//! What a library needs of the system that loads it, and what it shows to others: read from the
//! file, whatever system it is for.

use std::collections::BTreeSet;

use object::elf::{DT_RPATH, DT_RUNPATH};
use object::read::elf::{ElfFile, FileHeader};
use object::{BinaryFormat, File, ImportFlags, Object, ObjectSection, read::NameOrOrdinal};

use super::slice_for_here;

/// What stands in a library whose own code was compiled without optimisation: the standard library
/// checks there what its callers promise, and says this where it does not hold.
/// Source: `core::ub_checks` of Rust 1.78 and later.
const UNOPTIMISED: &str = "precondition(s) violated: ";

/// How a library is linked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Linking {
    /// The names that it exports, sorted.
    pub(crate) exports: BTreeSet<String>,
    /// The libraries that the system must have, as the file names them.
    pub(crate) libraries: Vec<String>,
    /// The newest version of the GNU C library that one of its imports is of: `(2, 34)`.
    pub(crate) glibc: Option<(u32, u32)>,
    /// Folders that the file itself has its libraries looked for in.
    pub(crate) search_path: Vec<String>,
    pub(crate) has_debug_info: bool,
    pub(crate) is_unoptimised: bool,
}

/// Reads how a library is linked.
///
/// # Errors
/// What is damaged, in words.
pub(crate) fn linking(bytes: &[u8]) -> Result<Linking, String> {
    let bytes = slice_for_here(bytes).map_err(|refusal| refusal.to_string())?;
    read(bytes).map_err(|error| error.to_string())
}

fn read(bytes: &[u8]) -> object::Result<Linking> {
    let file = File::parse(bytes)?;
    let mut libraries = Vec::new();
    for library in file.import_libraries()? {
        libraries.push(text(library?.name()));
    }
    let search_path = match &file {
        File::Elf32(elf) => search_path(elf)?,
        File::Elf64(elf) => search_path(elf)?,
        _ => Vec::new(),
    };
    libraries.sort();
    libraries.dedup();
    Ok(Linking {
        exports: exports(&file)?,
        libraries,
        glibc: newest_glibc(&file)?,
        search_path,
        has_debug_info: file.has_debug_symbols(),
        is_unoptimised: is_unoptimised(&file),
    })
}

fn exports(file: &File<'_>) -> object::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for export in file.exports()? {
        let export = export?;
        let NameOrOrdinal::Name(name) = export.name() else {
            continue;
        };
        let name = text(name);
        names.insert(match file.format() {
            // Mach-O writes every C name with a `_` before it.
            BinaryFormat::MachO => name.strip_prefix('_').unwrap_or(&name).to_owned(),
            _ => name,
        });
    }
    Ok(names)
}

/// What is only imported weakly may be missing.
fn newest_glibc(file: &File<'_>) -> object::Result<Option<(u32, u32)>> {
    let mut newest = None;
    for import in file.imports()? {
        let import = import?;
        if let ImportFlags::Elf {
            version: Some(version),
            ..
        } = import.flags()
            && !import.is_weak()
        {
            newest = newest.max(glibc_version(&text(version)));
        }
    }
    Ok(newest)
}

/// `GLIBC_2.34`, or `GLIBC_2.2.5`, of which two numbers are enough.
fn glibc_version(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.strip_prefix("GLIBC_")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn search_path<'bytes, Elf: FileHeader>(
    file: &ElfFile<'bytes, Elf>,
) -> object::Result<Vec<String>> {
    let table = file.elf_dynamic_table()?;
    let mut folders = Vec::new();
    for entry in table.iter() {
        if entry.tag == DT_RPATH || entry.tag == DT_RUNPATH {
            let paths = text(table.string(entry)?);
            folders.extend(paths.split(':').map(ToOwned::to_owned));
        }
    }
    Ok(folders)
}

fn is_unoptimised(file: &File<'_>) -> bool {
    let mut constants = file
        .sections()
        .filter(|section| section.name().is_ok_and(is_constants))
        .filter_map(|section| section.data().ok());
    constants.any(|data| String::from_utf8_lossy(data).contains(UNOPTIMISED))
}

fn is_constants(section: &str) -> bool {
    section.starts_with(".rodata") || section.starts_with(".rdata") || section == "__const"
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::glibc_version;

    #[test]
    fn versions_of_the_c_library_are_compared_as_numbers() {
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some((2, 2)));
        assert!(glibc_version("GLIBC_2.34") > glibc_version("GLIBC_2.4"));
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version("GCC_3.0"), None);
    }
}
