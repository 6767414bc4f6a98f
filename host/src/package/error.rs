//! Why a file is not a whole package, in words that its vendor can act on.

/// Why a file is not a whole package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// No archive, or one that was cut off, or not written as packages are.
    #[error("it is not a whole package: {what}")]
    Damaged {
        /// What is wrong with it.
        what: String,
    },
    /// More than is read, as it is declared or as it turned out.
    #[error("`{name}` in it is larger than {most} bytes")]
    TooLarge {
        /// The file in the package.
        name: String,
        /// The most that is read of it, in bytes.
        most: u64,
    },
    /// More files than are read.
    #[error("it has {found} files; at most {most} are read")]
    TooMany {
        /// How many.
        found: usize,
        /// The most that are read.
        most: usize,
    },
    /// A name that leads elsewhere, or that not every system has.
    #[error(
        "the name {name:?} in it is not a plain one; \
         a package has no folders, and names of letters, digits, `.`, `_`, `+` and `-`"
    )]
    UnsafeName {
        /// The name.
        name: String,
    },
    /// Two files that one name, or one system, stands for.
    #[error("it has two files for {what}")]
    Twice {
        /// The name or the system.
        what: String,
    },
    /// A file that has to be there.
    #[error("`{name}` is missing in it")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A file that the list does not have.
    #[error("`{name}` in it is not in its package.json")]
    Unlisted {
        /// Its name.
        name: String,
    },
    /// Another size or hash than the list says.
    #[error("`{name}` in it is not what its package.json says; it was damaged or changed")]
    OtherContent {
        /// The file in the package.
        name: String,
    },
    /// The list breaks a rule.
    #[error("its package.json is not valid: {what}")]
    Listing {
        /// Which.
        what: String,
    },
    /// Made for a later Callpop.
    #[error(
        "it is a package of format {0}, which this host does not know; install a newer Callpop"
    )]
    Newer(u64),
    /// What it says of a file is not so.
    #[error("`{name}` in it is not what the package says: {what}")]
    Contradiction {
        /// The file in the package.
        name: String,
        /// What it is instead.
        what: String,
    },
}

impl PackageError {
    /// The error's name for programs; it never changes once released.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "damaged-package",
            Self::TooLarge { .. } | Self::TooMany { .. } => "package-too-large",
            Self::UnsafeName { .. } => "package-unsafe-name",
            Self::Twice { .. } => "package-double-entry",
            Self::Missing { .. } => "package-missing-file",
            Self::Unlisted { .. } => "package-unlisted-file",
            Self::OtherContent { .. } => "package-other-content",
            Self::Listing { .. } => "package-listing",
            Self::Newer(_) => "package-newer",
            Self::Contradiction { .. } => "package-contradiction",
        }
    }
}
