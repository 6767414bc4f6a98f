//! What a validation can find: one code each, with a level and what to do about it. The long story
//! of each is a section of `docs/validation.md`.

use std::fmt;

use serde::{Serialize, Serializer};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Good to know.
    Info,
    /// A host goes on; some users will not be content.
    Warn,
    /// Something does not work, or a host refuses it.
    Fail,
}

macro_rules! codes {
    ($($variant:ident = $name:literal, $level:ident, $advice:literal;)+) => {
        /// The kind of a finding. Its name never changes once released.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "each has a section of docs/validation.md")]
        pub enum Code {
            $($variant,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The code's name for programs: `page-not-allowed`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// How bad it is.
            #[must_use]
            pub fn level(self) -> Level {
                match self {
                    $(Self::$variant => Level::$level,)+
                }
            }

            /// What to do about it, in a sentence.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self {
                    $(Self::$variant => $advice,)+
                }
            }
        }
    };
}

codes! {
    // The file.
    Unreadable = "unreadable", Fail, "Name a file that you may read.";
    Folder = "folder", Fail, "Name the library itself, not the folder that it is in.";
    NotAFile = "not-a-file", Fail, "Name an ordinary file.";
    Empty = "empty", Fail, "Build or copy it once more, to the end.";
    TooLarge = "too-large", Fail, "Make it smaller: no host reads more.";
    NotALibrary = "not-a-library", Fail, "Build the crate with `crate-type = [\"cdylib\"]`, and name the library that comes of it.";
    NoManifest = "no-manifest", Fail, "Write `export_adapter!` once in the crate, and build with the SDK.";
    DamagedManifest = "damaged-manifest", Fail, "Mend adapter.json as it says, and build once more.";
    NotText = "not-text", Fail, "Save the file of templates as UTF-8.";
    DamagedTemplate = "damaged-template", Fail, "Mend the file of templates as it says.";
    DamagedPackage = "damaged-package", Fail, "Make it once more with `callpop package`.";
    UnknownAbi = "unknown-abi", Fail, "Build with an SDK that this version of Callpop knows, or get a newer Callpop.";
    OtherAbiMajor = "other-abi-major", Fail, "Build with the SDK whose major version is the hosts' one.";
    OtherSystem = "other-system", Info, "Validate it on that system as well, where its code can run.";
    LargeFile = "large-file", Warn, "Build with `--release`, strip it, and leave out what the adapter does not need.";
    // How it is linked.
    DamagedTables = "damaged-tables", Fail, "Build once more; if a tool changed the library afterwards, leave that tool out.";
    NoRootModule = "no-root-module", Fail, "Write `export_adapter!` once in the crate, and strip no exported names.";
    MoreExports = "more-exports", Info, "Leave `#[no_mangle]` out, unless somebody else loads the library as well.";
    DynamicDependency = "dynamic-dependency", Warn, "Link it statically, or do without: users have the system's own libraries only.";
    SearchPath = "search-path", Warn, "Link without `rpath`: what runs is a private copy in another folder.";
    NewGlibc = "new-glibc", Warn, "Build on an older distribution, or for an older C library (cargo-zigbuild does that).";
    DebugInfo = "debug-info", Info, "Strip what you ship: `strip = \"symbols\"` under `[profile.release]`.";
    Unoptimised = "unoptimised", Warn, "Ship what `cargo build --release` builds.";
    // The manifest.
    AnyHost = "any-host", Info, "Name the CRM's hosts in `hosts`, if it has hosts of its own.";
    AsksForNetwork = "asks-for-network", Info, "Do without if you can: until a user grants it, connecting fails.";
    UndeclaredValue = "undeclared-value", Fail, "Name it in adapter.json: under `settings` if people set it, under `storedValues` if the dialer stores it.";
    UnusedValue = "unused-value", Info, "Take it out of adapter.json, unless another version of the adapter uses it.";
    UndeclaredContactType = "undeclared-contact-type", Fail, "Name the types in `contactTypes`, so that dialers know what to send.";
    ContactTypeRefused = "contact-type-refused", Fail, "Open a page for it, or take it out of `contactTypes`.";
    PageNotSupported = "page-not-supported", Fail, "Write the callback, or say in adapter.json that there is no such page.";
    PageNotDeclared = "page-not-declared", Warn, "Say in adapter.json that the page can be opened, or no dialer asks for it.";
    // Loading.
    LoadFailed = "load-failed", Fail, "Mend what the system's loader says; `dynamic-dependency` may say more.";
    WrongAbi = "wrong-abi", Fail, "Build with `export_adapter!` of one released SDK, and nothing of your own in its place.";
    LaunchFailed = "launch-failed", Fail, "This is no fault of the adapter; `callpop doctor` says what is wrong with this machine.";
    SandboxNotWhole = "sandbox-not-whole", Info, "Validate on a machine whose sandbox is whole, before you ship.";
    // How a worker ends that should not.
    Crashed = "crashed", Fail, "Look for recursion without an end, `abort`, and code that is not checked; a debugger shows where.";
    Ended = "ended", Fail, "Do not call `exit`: give back an error.";
    Killed = "killed", Fail, "Let the adapter leave its own process and its files alone.";
    OutOfMemory = "out-of-memory", Fail, "Use less memory: what a callback needs is a few kilobytes.";
    Deadline = "deadline", Fail, "Answer at once: wait for nothing, and loop over nothing that grows with the input.";
    ProtocolViolation = "protocol-violation", Fail, "Write to no file that the adapter has not opened itself.";
    // What a callback answers.
    Panicked = "panicked", Fail, "Give back an error instead: no `unwrap`, no index that the input decides.";
    BadReply = "bad-reply", Fail, "Build with `export_adapter!` of the SDK, which keeps to the ABI's rules; answer with 64 actions at most.";
    InternalError = "internal-error", Warn, "Say what is wrong with the input: `AdapterError::invalid_input` or `missing_value`.";
    EmptyMessage = "empty-message", Warn, "Say in one sentence what is wrong: the user reads it.";
    PageNotAllowed = "page-not-allowed", Fail, "Build URLs with `context.url()`, which encodes each value, or name the CRM's hosts in `hosts`.";
    TooManyPages = "too-many-pages", Fail, "Open five pages at most.";
    StoredValueNotAllowed = "stored-value-not-allowed", Fail, "Store at most 64 values of 64 KiB, under names of letters, digits, `_` and `-`.";
    OpensNothing = "opens-nothing", Warn, "Open a page, or give back an error that says why there is none.";
    PageNeverOpens = "page-never-opens", Fail, "Give the values that it needs with `--set NAME=VALUE`, as `callpop connect` takes them.";
    IdNotInPage = "id-not-in-page", Warn, "Put the id into the page's address, if the CRM's page is one record's.";
    NotEncoded = "not-encoded", Fail, "Put values into URLs with `path`, `query` and `fragment_path`, each of which encodes for its place.";
    // What shows when it is called often.
    OtherAnswer = "other-answer", Fail, "Let the answer follow from the input alone: no clock, no random number, nothing kept between calls.";
    NotThreadSafe = "not-thread-safe", Fail, "Keep nothing in `static` variables that a call changes.";
    Prints = "prints", Warn, "Print nothing: say what the user should know in an error or a notice.";
    Slow = "slow", Warn, "Compute less in the callback, and nothing that waits.";
    MemoryGrowth = "memory-growth", Warn, "Keep nothing between calls: no cache, no `leak`, no list that grows.";
    ThreadsLeft = "threads-left", Warn, "Join every thread before the callback ends, or start none.";
    NotMeasured = "not-measured", Info, "Validate on Linux as well, which tells all of it.";
}

impl Code {
    /// The code with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Where the whole story stands, from the root of the project: `docs/validation.md#slow`.
    #[must_use]
    pub fn page(self) -> String {
        format!("docs/validation.md#{}", self.name())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Fail => "fail",
        })
    }
}
