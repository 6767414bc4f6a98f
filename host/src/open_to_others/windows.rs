//! Access lists: whether one lets everybody change the file or folder, under one of the names that
//! Windows has for everybody. What a list grants to groups of a company is its administrator's
//! business; `callpop doctor` warns of it.

use std::path::Path;

use super::OpenToOthers;
use crate::owner_only::{Access, cure, everybody_may_write};

pub(super) fn folder(path: &Path) -> Option<OpenToOthers> {
    file(path)
}

pub(super) fn file(path: &Path) -> Option<OpenToOthers> {
    everybody_may_write(path).then(|| OpenToOthers {
        path: path.to_owned(),
        who: "every user".to_owned(),
        cure: cure(path, Access::Write),
    })
}
