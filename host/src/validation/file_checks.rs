//! What can be said of the file without running it: is it an adapter, how is it linked, and what
//! does its manifest say.

use super::codes::Code;
use super::report::Check;
use crate::Manifest;
use crate::discovery::{AdapterFile, AdapterKind, FileState};
use crate::library_file::Linking;
use crate::refusal::Refusal;
use crate::{Permission, with_causes};

/// The newest C library that is taken for granted, of which the oldest distributions in wide use
/// are: RHEL 9 has 2.34, Ubuntu 22.04 has 2.35, Debian 12 has 2.36.
const GLIBC: (u32, u32) = (2, 34);
/// The size that a file is better kept below, in bytes: debug builds of real adapters have 7 MiB.
const LARGE: u64 = 32 * 1024 * 1024;

/// The two names that `export_adapter!` exports.
const EXPORTS: [&str; 2] = [
    callpop_adapter::embedded_manifest::SYMBOL,
    "_1as_0lib_1header_0root_bmodule_bloader",
];

/// What a user's Linux has: the parts of the C library, and the compiler's support library, which
/// every Rust library needs.
const OF_LINUX: [&str; 10] = [
    "ld-linux",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libutil.so.1",
    "linux-vdso.so.1",
];

/// What every Windows has, without `.dll`, in lower case.
const OF_WINDOWS: [&str; 23] = [
    "advapi32",
    "bcrypt",
    "bcryptprimitives",
    "cfgmgr32",
    "combase",
    "crypt32",
    "cryptbase",
    "dbghelp",
    "iphlpapi",
    "kernel32",
    "kernelbase",
    "msvcrt",
    "ntdll",
    "ole32",
    "oleaut32",
    "psapi",
    "rpcrt4",
    "secur32",
    "shell32",
    "ucrtbase",
    "user32",
    "userenv",
    "ws2_32",
];

/// The file as a host would find it.
pub(super) fn file(found: &AdapterFile) -> Check {
    let mut check = Check::new("file", "the file is an adapter");
    if let FileState::Refused(refusal) = &found.state {
        check.find(code_of(refusal), told(refusal));
    }
    if let Some(size) = found.size
        && size > LARGE
    {
        let what = format!("it has {size} bytes; over {LARGE} are a burden to every host");
        check.find(Code::LargeFile, what);
    }
    check
}

fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::OtherMachine { file, .. } => {
            format!("it is built for {file}, so its code was not run")
        }
        other => with_causes(other),
    }
}

fn code_of(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::OtherMachine { .. } | Refusal::PackageForOthers { .. } => Code::OtherSystem,
        Refusal::Package(_) => Code::DamagedPackage,
        other => Code::named(other.code()).unwrap_or(Code::Unreadable),
    }
}

/// How the library is linked, which decides on how many machines it loads.
pub(super) fn linking(linking: &Result<Linking, String>) -> Check {
    let mut check = Check::new("linking", "it loads on a user's machine");
    let linking = match linking {
        Ok(linking) => linking,
        Err(what) => {
            check.find(Code::DamagedTables, what);
            return check;
        }
    };
    if !linking.exports.contains(EXPORTS[1]) {
        check.find(Code::NoRootModule, "it exports no root module");
    }
    let others = linking.exports.iter().map(String::as_str);
    let others: Vec<_> = others.filter(|name| !EXPORTS.contains(name)).collect();
    if !others.is_empty() {
        let what = format!(
            "it exports more than an adapter does: {}",
            others.join(", ")
        );
        check.find(Code::MoreExports, what);
    }
    let mut libraries = linking.libraries.iter();
    if libraries.clone().any(|library| !is_of_system(library)) {
        let foreign: Vec<_> = libraries
            .by_ref()
            .filter(|library| !is_of_system(library))
            .map(String::as_str)
            .collect();
        let what = format!(
            "it needs {}, which not every machine has",
            foreign.join(", ")
        );
        check.find(Code::DynamicDependency, what);
    }
    if !linking.search_path.is_empty() {
        let folders = linking.search_path.join(", ");
        let what = format!("its libraries are looked for in {folders}");
        check.find(Code::SearchPath, what);
    }
    if let Some((major, minor)) = linking.glibc.filter(|version| *version > GLIBC) {
        let what = format!(
            "it needs the C library {major}.{minor} or newer; {}.{} is what the oldest \
             distributions in wide use have",
            GLIBC.0, GLIBC.1
        );
        check.find(Code::NewGlibc, what);
    }
    if linking.is_unoptimised {
        check.find(Code::Unoptimised, "it is a debug build");
    }
    if linking.has_debug_info {
        check.find(Code::DebugInfo, "debug information makes it larger");
    }
    check
}

fn is_of_system(library: &str) -> bool {
    let lower = library.to_ascii_lowercase();
    let windows = lower.strip_suffix(".dll");
    OF_LINUX.contains(&library)
        || library.starts_with(OF_LINUX[0])
        || library.starts_with("/usr/lib/")
        || library.starts_with("/System/Library/")
        || windows.is_some_and(|name| OF_WINDOWS.contains(&name) || name.starts_with("api-ms-win-"))
}

/// What the manifest says, beyond the rules that every host checks.
pub(super) fn manifest(manifest: &Manifest) -> Check {
    let mut check = Check::new("manifest", "the manifest is complete");
    if manifest.hosts.is_empty() {
        let what = "it names no hosts: an account may live on any, and its pages open there alone";
        check.find(Code::AnyHost, what);
    }
    if manifest.permissions.contains(&Permission::Network) {
        let what = "it asks for connections to other machines";
        check.find(Code::AsksForNetwork, what);
    }
    check
}

/// Whether the file is a library.
pub(super) fn is_library(file: &AdapterFile) -> bool {
    let kind = file.description.as_ref().map(|it| &it.kind);
    matches!(kind, Some(AdapterKind::Library { .. }))
}

#[cfg(test)]
mod tests {
    use super::is_of_system;

    #[test]
    fn what_a_system_has_is_told_from_what_a_vendor_must_bring() {
        for library in [
            "libc.so.6",
            "ld-linux-x86-64.so.2",
            "ld-linux-aarch64.so.1",
            "KERNEL32.dll",
            "api-ms-win-core-synch-l1-2-0.dll",
            "/usr/lib/libSystem.B.dylib",
        ] {
            assert!(is_of_system(library), "{library}");
        }
        for library in [
            "libssl.so.3",
            "libstdc++.so.6",
            "libc.musl-x86_64.so.1",
            "VCRUNTIME140.dll",
            "libgcc_s_seh-1.dll",
            "@rpath/libfoo.dylib",
        ] {
            assert!(!is_of_system(library), "{library}");
        }
    }
}
