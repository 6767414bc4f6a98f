//! Owners, modes and groups, of the path as it is written and as its links lead. What OpenSSH asks
//! of a user's keys, but that a folder's owner is trusted with what is in it, and so is a group
//! that is the owner's alone: many systems give each user one, with a mask that lets it write.
//!
//! Source: `auth_secure_path` and `safe_path` of OpenSSH; "User Private Groups" in the documentation
//! of Debian and Red Hat.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Group, Uid, User, geteuid};

use super::OpenToOthers;

const GROUP_WRITES: u32 = 0o020;
const ALL_WRITE: u32 = 0o002;
/// In such a folder nobody renames or removes what another has made.
const STICKY: u32 = 0o1000;
/// The group of macOS's administrators, to whom `/Applications` belongs.
const MACOS_ADMIN: u32 = 80;

pub(super) fn folder(path: &Path) -> Option<OpenToOthers> {
    let real = path.canonicalize().ok()?;
    let own = changeable(&real, &real.metadata().ok()?);
    own.or_else(|| above(&real)).or_else(|| above(path))
}

pub(super) fn file(path: &Path) -> Option<OpenToOthers> {
    let real = path.canonicalize().ok()?;
    let own = changeable(&real, &real.metadata().ok()?);
    let is_link = fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
    own.or_else(|| is_link.then(|| folder(real.parent()?)).flatten())
}

/// The first folder above in which others can put another entry in this one's place.
fn above(path: &Path) -> Option<OpenToOthers> {
    path.ancestors().skip(1).find_map(|folder| {
        let metadata = folder.metadata().ok()?;
        if metadata.mode() & STICKY != 0 {
            return None;
        }
        written_by_others(folder, &metadata)
    })
}

/// Who can change this very file or folder.
fn changeable(path: &Path, metadata: &Metadata) -> Option<OpenToOthers> {
    let (owner, user) = (metadata.uid(), geteuid());
    if owner == 0 || owner == user.as_raw() {
        return written_by_others(path, metadata);
    }
    Some(OpenToOthers {
        path: path.to_owned(),
        who: format!("the user {}, whose it is", user_name(Uid::from_raw(owner))),
        cure: format!("{}chown {} {}", sudo(true), user_name(user), quoted(path)),
    })
}

fn written_by_others(path: &Path, metadata: &Metadata) -> Option<OpenToOthers> {
    let mode = metadata.mode();
    let who = if mode & ALL_WRITE != 0 {
        "every user".to_owned()
    } else if mode & GROUP_WRITES != 0 && !is_trusted_group(metadata) {
        let group = Gid::from_raw(metadata.gid());
        format!("the group {}", group_name(group))
    } else {
        return None;
    };
    let is_anothers = metadata.uid() != geteuid().as_raw();
    Some(OpenToOthers {
        path: path.to_owned(),
        who,
        cure: format!("{}chmod go-w {}", sudo(is_anothers), quoted(path)),
    })
}

/// Whether nobody is in the group but the owner, or whoever may do everything anyway.
fn is_trusted_group(metadata: &Metadata) -> bool {
    let gid = metadata.gid();
    if cfg!(target_os = "macos") && gid == MACOS_ADMIN {
        return true;
    }
    let Ok(Some(owner)) = User::from_uid(Uid::from_raw(metadata.uid())) else {
        return false;
    };
    let Ok(Some(group)) = Group::from_gid(Gid::from_raw(gid)) else {
        return false;
    };
    let is_owners = owner.gid.as_raw() == gid && group.name == owner.name;
    let is_roots = gid == 0;
    let is_alone = |member: &String| *member == owner.name || member == "root";
    (is_owners || is_roots) && group.mem.iter().all(is_alone)
}

fn user_name(user: Uid) -> String {
    let found = User::from_uid(user).ok().flatten();
    found.map_or_else(|| user.to_string(), |it| it.name)
}

fn group_name(group: Gid) -> String {
    let found = Group::from_gid(group).ok().flatten();
    found.map_or_else(|| group.to_string(), |it| it.name)
}

/// What stands before a command that only an administrator can give.
fn sudo(is_needed: bool) -> &'static str {
    if is_needed && !geteuid().is_root() {
        "sudo "
    } else {
        ""
    }
}

/// The path as one word of a shell.
fn quoted(path: &Path) -> String {
    let text = PathBuf::from(path).display().to_string();
    format!("'{}'", text.replace('\'', r"'\''"))
}
