//! Access lists. A private folder has one of its own, and what is made in it inherits that.
//!
//! Source: "Security Descriptor String Format" and "ACE Strings" in the documentation of Windows.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;

use backon::{BlockingRetryable, ConstantBuilder};
use tempfile::NamedTempFile;

use super::Access;
use crate::win32;

/// The system itself, its administrators, its installer, and who is named again as what he is.
const ADMINISTRATORS: [&str; 4] = [
    "SY",
    "BA",
    "LA",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
];
/// The owner, whoever that is, and whoever makes something in a folder.
const OWNERS: [&str; 3] = ["OW", "CO", "S-1-3-4"];

/// Everybody, the users, who is logged in, guests, and nobody in particular.
const EVERYBODY: [&str; 6] = ["WD", "BU", "AU", "IU", "BG", "AN"];

/// The rights to change a file or folder, as bits: to write and append, attributes, to delete, and
/// to change the list itself; and what stands for all of them.
const WRITING_BITS: u32 = 0x2 | 0x4 | 0x10 | 0x40 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x5000_0000;
/// The same as letters.
const WRITING: [&str; 10] = ["FA", "FW", "GA", "GW", "WD", "WO", "SD", "DC", "LC", "DT"];

/// Makes the folder, and those above it, for its owner alone.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    // The first that is not there yet: those in it inherit its list.
    let new = path
        .ancestors()
        .take_while(|folder| !folder.exists())
        .last();
    fs::create_dir_all(&path)?;
    match new {
        Some(new) => win32::restrict_to_owner(new),
        None => Ok(()),
    }
}

/// Opens a file for writing, and makes it if need be. Its folder's list is inherited.
pub(crate) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    options
}

pub(super) fn others_may(path: &Path, access: Access) -> io::Result<bool> {
    let user = win32::this_user()?;
    let list = win32::access_list(path)?;
    let mine = [ADMINISTRATORS.as_slice(), &OWNERS, &[user.as_str()]].concat();
    Ok(has_others(&list, &mine, access))
}

pub(super) fn is_for_all_to_write(path: &Path) -> io::Result<bool> {
    let list = win32::access_list(path)?;
    Ok(has_others(&list, &ADMINISTRATORS, Access::Write))
}

pub(super) fn everybody_may_write(path: &Path) -> io::Result<bool> {
    let list = win32::access_list(path)?;
    Ok(gives(&list, Access::Write, |who| EVERYBODY.contains(&who)))
}

/// Whether the list gives this access to anybody who is not one of these.
fn has_others(list: &str, these: &[&str], access: Access) -> bool {
    list.contains("NO_ACCESS_CONTROL") || gives(list, access, |who| !these.contains(&who))
}

/// Whether the list gives this access to one who is meant.
fn gives(list: &str, access: Access, is_meant: impl Fn(&str) -> bool) -> bool {
    let entries = list.split('(').skip(1);
    entries.into_iter().any(|entry| {
        let mut parts = entry.trim_end_matches(')').split(';');
        let mut next = || parts.next().unwrap_or_default();
        let (kind, flags, rights, _, _, who) = (next(), next(), next(), next(), next(), next());
        let allows = kind == "A" || kind == "XA";
        // For what is made in the folder, not for the folder.
        let is_inherited_only = pairs(flags).any(|flag| flag == "IO");
        let is_this = access == Access::Any || writes(rights);
        allows && !is_inherited_only && is_this && is_meant(who)
    })
}

fn writes(rights: &str) -> bool {
    match rights.strip_prefix("0x") {
        Some(bits) => u32::from_str_radix(bits, 16).is_ok_and(|bits| bits & WRITING_BITS != 0),
        None => pairs(rights).any(|right| WRITING.contains(&right)),
    }
}

/// The two-letter words of which flags and rights are made.
fn pairs(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len())
        .step_by(2)
        .filter_map(|at| text.get(at..at + 2))
}

pub(super) fn cure(path: &Path, access: Access) -> String {
    let shown = path.display();
    match access {
        Access::Any if path.is_dir() => {
            format!("icacls \"{shown}\" /inheritance:r /grant:r \"%USERNAME%:(OI)(CI)F\"")
        }
        Access::Any => format!("icacls \"{shown}\" /inheritance:r /grant:r \"%USERNAME%:F\""),
        Access::Write => {
            format!("icacls \"{shown}\" /inheritance:d /remove:g *S-1-1-0 *S-1-5-32-545 *S-1-5-11")
        }
    }
}

pub(super) const ADMINISTRATORS_CURE: &str = "Let only administrators change it and its folder: \
     icacls FOLDER /inheritance:r /grant:r *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX";

/// Its folder's list is inherited.
#[expect(
    clippy::unnecessary_wraps,
    reason = "where there is something to do, it may fail"
)]
pub(super) fn let_others_read(_: &Path) -> io::Result<()> {
    Ok(())
}

/// NTFS keeps a journal of names, and a folder cannot be written through.
#[expect(
    clippy::unnecessary_wraps,
    reason = "where there is something to do, it may fail"
)]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The standard library's renaming replaces a file that others have open, which the function that
/// temporary files have for it does not. Where a file system cannot do that, and where a scanner
/// has just taken the file, it is tried again: nobody has it open for long.
pub(super) fn put_in_place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    // Closed first: this handle would not let it be renamed.
    let (file, temporary) = file.keep().map_err(|failed| failed.error)?;
    drop(file);
    let rename = || fs::rename(&temporary, path);
    let patience = ConstantBuilder::new()
        .with_delay(Duration::from_millis(2))
        .with_max_times(500);
    let renamed = rename
        .retry(patience)
        .when(|error| error.kind() == io::ErrorKind::PermissionDenied)
        .call();
    renamed.inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

#[cfg(test)]
mod tests {
    use super::{ADMINISTRATORS, Access, EVERYBODY, gives, has_others};

    const ME: &str = "S-1-5-21-1-2-3-1000";

    #[test]
    fn lists_of_windows_are_understood() {
        let these = [ADMINISTRATORS.as_slice(), &[ME]].concat();
        for (list, any, write) in [
            (
                "D:P(A;OICI;FA;;;S-1-5-21-1-2-3-1000)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)",
                false,
                false,
            ),
            ("D:(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)", true, false),
            ("D:(A;;0x1301bf;;;AU)", true, true),
            ("D:(A;;FR;;;WD)", true, false),
            ("D:(A;OICIIO;GA;;;WD)(A;;FA;;;BA)", false, false),
            ("D:(D;;FA;;;WD)(A;;FA;;;BA)", false, false),
            ("D:(A;CI;DCLCRPCR;;;BU)", true, true),
            ("D:NO_ACCESS_CONTROL", true, true),
            ("D:", false, false),
        ] {
            assert_eq!(has_others(list, &these, Access::Any), any, "{list}");
            assert_eq!(has_others(list, &these, Access::Write), write, "{list}");
        }
    }

    #[test]
    fn everybody_has_several_names() {
        for (list, everybody) in [
            ("D:(A;;0x1301bf;;;AU)", true),
            ("D:(A;;FA;;;WD)", true),
            ("D:(A;;FR;;;WD)(A;ID;0x1200a9;;;BU)", false),
            ("D:(A;;FA;;;S-1-5-21-1-2-3-513)(A;;FA;;;BA)", false),
            ("D:(A;OICIIO;GA;;;WD)", false),
        ] {
            let found = gives(list, Access::Write, |who| EVERYBODY.contains(&who));
            assert_eq!(found, everybody, "{list}");
        }
    }
}
