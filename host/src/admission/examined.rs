//! What the doctor says of the rules.

use super::{Admission, Requirement};
use crate::doctor::{Finding, Health};
use crate::trust::TrustedBy;

impl Admission {
    /// Looks at what is required, and at whether that can be satisfied and is worth anything.
    pub(crate) fn examine(&self) -> Vec<Finding> {
        let mut findings = vec![self.examine_requirement()];
        let mut bad = |health, found: String, advice: &str| {
            findings.push(Finding::bad("trust", health, found, advice));
        };
        if let Some(why) = &self.unreadable_pins {
            bad(
                Health::Problem,
                why.clone(),
                "Where adapters must be pinned, all are refused until that is mended.",
            );
        }
        let trusts = |by| self.keys.iter().filter(|key| key.trusted_by == by).count();
        let (own, administrators) = (trusts(TrustedBy::User), trusts(TrustedBy::Administrator));
        let requires = |it| self.administrators.require == it;
        if requires(Requirement::Signed) && own > 0 {
            bad(
                Health::Warning,
                format!(
                    "the administrator asks for signatures, for which the keys that you trust \
                     yourself ({own}) do not count"
                ),
                "Ask your administrator to trust them, or remove them: callpop trust list",
            );
        }
        let is_missing = requires(Requirement::Signed) && administrators == 0
            || self.users.contains(&Requirement::Signed) && own + administrators == 0;
        if is_missing {
            bad(
                Health::Problem,
                "only signed adapters may run, and no key is trusted that could sign one"
                    .to_owned(),
                "Trust a vendor's key: callpop trust add KEY --vendor ID, or in policy.toml.",
            );
        }
        for key in self.keys.iter().filter(|key| key.vendor.is_none()) {
            bad(
                Health::Warning,
                format!("the key {} is trusted for every adapter", key.key.id()),
                "Name the vendor whose adapters it signs: --vendor ID, or in policy.toml.",
            );
        }
        findings
    }

    fn examine_requirement(&self) -> Finding {
        let mut asked: Vec<String> = Vec::new();
        if self.administrators.require > Requirement::Nothing {
            asked.push(format!(
                "{} (by the administrator)",
                self.administrators.require
            ));
        }
        let users = self.users.iter().filter(|it| **it > Requirement::Nothing);
        asked.extend(users.map(|it| format!("{it} (by you or the dialer)")));
        let keys = match self.keys.iter().count() {
            1 => "1 key is trusted".to_owned(),
            count => format!("{count} keys are trusted"),
        };
        let found = match asked.as_slice() {
            [] => format!("adapters need no signature; {keys}"),
            asked => format!("adapters must be {}; {keys}", asked.join(" and ")),
        };
        Finding::good("trust", found)
    }
}
