//! What a library is built for, and what this program is built for.

use serde::Serialize;

/// What a library is built for: an operating system and a processor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-interface", derive(schemars::JsonSchema))]
pub struct Target {
    /// `Linux`, `Windows` or `macOS`.
    pub system: &'static str,
    /// The processor, as Rust names it: `x86_64`, `aarch64`.
    pub machine: String,
}

impl Target {
    /// What this program is built for.
    #[must_use]
    pub fn here() -> Self {
        let system = if cfg!(windows) {
            "Windows"
        } else if cfg!(target_vendor = "apple") {
            "macOS"
        } else {
            "Linux"
        };
        Self {
            system,
            machine: std::env::consts::ARCH.to_owned(),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.system, self.machine)
    }
}
