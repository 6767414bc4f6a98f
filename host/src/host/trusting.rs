//! What may run in this host: whose signatures count, what is pinned, and how that is changed.

use std::collections::BTreeSet;
use std::path::Path;

use super::Host;
use super::version::Placed;
use crate::admission::{Admission, Requirement};
use crate::causes::with_causes;
use crate::discovery::{AdapterFile, FileState};
use crate::inspection::{self, Inspection};
use crate::loading::LoadError;
use crate::pins::PinChange;
use crate::refusal::Refusal;
use crate::signature::PublicKey;
use crate::state_file::StateError;
use crate::trust::{TrustedKeys, VendorId};

impl Host {
    /// The keys whose signatures count: the administrator's and the user's.
    ///
    /// # Errors
    /// [`StateError`] if the user's cannot be read.
    pub fn trusted_keys(&self) -> Result<TrustedKeys, StateError> {
        self.trust.with(&self.policy.rules().keys)
    }

    /// Trusts what is signed with this key: the adapters of this vendor, or every adapter. Whether
    /// that is new. It counts from the next look at the plugins folders on.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn trust(&self, key: &PublicKey, vendor: Option<&VendorId>) -> Result<bool, StateError> {
        self.trust.add(key, vendor)
    }

    /// Trusts a key no more, for this vendor or, if none is named, at all. Whether the user trusted
    /// it so; what the administrator trusts stays trusted. An adapter that may not run without it
    /// is retired at the next look at the plugins folders.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn distrust(&self, key: &PublicKey, vendor: Option<&VendorId>) -> Result<bool, StateError> {
        self.trust.remove(key, vendor)
    }

    /// What must be known of adapters' files: what the administrator asks for, and what the user
    /// and the dialer do. Each file must satisfy all of them.
    ///
    /// # Errors
    /// [`StateError`] if the user's settings cannot be read.
    pub fn requirements(&self) -> Result<BTreeSet<Requirement>, StateError> {
        let asked = [self.policy.rules().require, self.require];
        let mut all = BTreeSet::from(asked);
        all.insert(self.settings.requirement()?);
        all.remove(&Requirement::Nothing);
        Ok(all)
    }

    /// The change that waits to be accepted, of the adapter with this id.
    #[must_use]
    pub fn waiting_change(&self, adapter: &str) -> Option<PinChange> {
        let catalog = self.catalog();
        let mut files = catalog.files.iter();
        files.find_map(|file| match &file.state {
            FileState::Refused(Refusal::NotAccepted(change)) if change.adapter == adapter => {
                Some(PinChange::clone(change))
            }
            _ => None,
        })
    }

    /// Accepts a change, so that from the next look at the plugins folders on, the adapter is what
    /// it has become. Whether it is accepted: not if something else was accepted meanwhile.
    ///
    /// # Errors
    /// [`StateError`] if that cannot be kept.
    pub fn accept(&self, change: &PinChange) -> Result<bool, StateError> {
        self.pins.accept(change)
    }

    /// Looks at one file, wherever it is and whatever it is called: what it tells of itself, who
    /// signed it, and whether it may run here. Where it stands is not looked at.
    #[must_use]
    pub fn inspect(&self, path: &Path) -> Inspection {
        let admission = self.admission();
        let mut file = AdapterFile::inspect_all(path.to_owned(), &admission.keys);
        admission.decide_by_content(&mut file);
        inspection::told(file)
    }

    /// The rules as they stand at this moment.
    pub(super) fn admission(&self) -> Admission {
        let administrators = self.policy.rules().clone();
        let mut admission = Admission {
            keys: administrators.keys.clone(),
            users: BTreeSet::from([self.require]),
            administrators,
            ..Admission::default()
        };
        match self.settings.requirement() {
            Ok(requirement) => drop(admission.users.insert(requirement)),
            // No adapter is loaded without the settings.
            Err(error) => tracing::warn!(%error, "the settings could not be read"),
        }
        match self.trusted_keys() {
            Ok(keys) => admission.keys = keys,
            Err(error) => tracing::warn!(%error, "the trusted keys could not be read"),
        }
        match self.pins.all() {
            Ok(pins) => admission.pins = pins,
            Err(error) => admission.unreadable_pins = Some(with_causes(&error)),
        }
        admission.look_at_folders(&self.folders);
        admission
    }

    /// Asks the rules once more before a version is loaded, and pins it where that is asked for.
    pub(super) fn admit(&self, adapter: &str, placed: &Placed) -> Result<(), LoadError> {
        let admission = self.admission();
        let candidate = placed.version.candidate();
        let refused = |source| LoadError::Refused {
            path: placed.path.clone(),
            source: Box::new(source),
        };
        let undecided = |error| refused(Refusal::Undecided(with_causes(&error)));
        self.settings.requirement().map_err(undecided)?;
        admission.judge(&placed.path, candidate).map_err(refused)?;
        if !admission.is_pinned(candidate) {
            return Ok(());
        }
        let new = admission.pin_of(candidate);
        let old = self.pins.pin_first(adapter, &new).map_err(undecided)?;
        if old.sha256 == new.sha256 {
            return Ok(());
        }
        Err(refused(Refusal::NotAccepted(Box::new(PinChange {
            adapter: adapter.to_owned(),
            path: placed.path.clone(),
            old,
            new,
        }))))
    }
}
