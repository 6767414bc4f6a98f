//! What the doctor says of an administrator's file.

use std::path::Path;

use super::{AdminPolicy, Standing, place};
use crate::discovery::Catalog;
use crate::doctor::{Finding, Health};
use crate::owner_only::{ADMINISTRATORS_CURE, is_for_all_to_write};

impl AdminPolicy {
    /// Looks at the file that is in force, and at whether the adapters in the folders have what it
    /// fixes.
    pub(crate) fn examine(&self, catalog: &Catalog) -> Vec<Finding> {
        let mut findings = vec![self.examine_file()];
        let mut bad = |health, found: String, advice: &str| {
            findings.push(Finding::bad("policy", health, found, advice));
        };
        for id in self.adapters.keys() {
            match catalog.ready(id) {
                None => bad(
                    // The file may be the same for machines with different adapters.
                    Health::Warning,
                    format!("it has rules for `{id}`, which is not there"),
                    "Mend the id, or place the adapter into a plugins folder.",
                ),
                Some((_, description)) => {
                    if let Err(error) = self.values(&description.manifest) {
                        bad(
                            Health::Problem,
                            error.to_string(),
                            "The adapter is not called until that is mended.",
                        );
                    }
                }
            }
        }
        findings
    }

    fn examine_file(&self) -> Finding {
        let Some(path) = self.path() else {
            let place = place::system().map_or_else(
                || "the system's place".to_owned(),
                |path| path.display().to_string(),
            );
            return Finding::good("policy", format!("there is none; it would be {place}"));
        };
        let shown = path.display();
        let open = (self.standing == Standing::System)
            .then(|| open_to_others(path))
            .flatten();
        if let Some(open) = open {
            return Finding::bad(
                "policy",
                Health::Problem,
                format!("{shown} is in force, and {open}"),
                ADMINISTRATORS_CURE,
            );
        }
        Finding::good("policy", format!("{shown} is in force"))
    }
}

/// Who besides the administrator can change the file, or put another in its place.
fn open_to_others(path: &Path) -> Option<&'static str> {
    if is_for_all_to_write(path) {
        return Some("users can write it");
    }
    path.parent()
        .is_some_and(is_for_all_to_write)
        .then_some("users can write into its folder")
}
