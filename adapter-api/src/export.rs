//! `export_adapter!`: makes a library of an adapter.

/// Exports an [`Adapter`](crate::Adapter) from the library that this crate's user builds.
///
/// `export_adapter!(Acme);` exports the three callbacks of `Acme`, each guarded against panics,
/// and embeds the `adapter.json` that stands beside the crate's `Cargo.toml`, so that a host can
/// read it from the file without running it. Write it once, in a crate with
/// `crate-type = ["cdylib"]`.
///
/// `export_adapter!(Acme, manifest = TEXT);` embeds a constant `&str` instead of the file.
///
/// The crate must be built with `panic = "unwind"`, which is Cargo's default: with `"abort"`, a
/// panic would end the dialer, so that is a compile error.
#[macro_export]
macro_rules! export_adapter {
    ($adapter:ty $(,)?) => {
        $crate::export_adapter!(
            $adapter,
            manifest = ::core::include_str!(::core::concat!(
                ::core::env!("CARGO_MANIFEST_DIR"),
                "/adapter.json"
            ))
        );
    };
    ($adapter:ty, manifest = $manifest:expr $(,)?) => {
        #[cfg(panic = "abort")]
        ::core::compile_error!(
            "an adapter must be built with `panic = \"unwind\"`: \
             with \"abort\", a panic in a callback would end the dialer"
        );

        const _: () = {
            const __CALLPOP_MANIFEST: &str = $manifest;
            const __CALLPOP_LENGTH: usize = $crate::__export::length(__CALLPOP_MANIFEST);

            /// Stands for the crate, so that it may export an adapter of another one.
            enum ThisCrate {}

            impl $crate::__export::Exported<ThisCrate> for $adapter {
                const MANIFEST: &'static str = __CALLPOP_MANIFEST;
            }

            #[used]
            #[unsafe(export_name = "callpop_adapter_manifest")]
            static EMBEDDED: [u8; __CALLPOP_LENGTH] =
                $crate::__export::embedded::<__CALLPOP_LENGTH>(__CALLPOP_MANIFEST);

            #[used]
            #[unsafe(export_name = "_1as_0lib_1header_0root_bmodule_bloader")]
            static HEADER: $crate::__export::Header = $crate::__export::header::<$adapter>();
        };
    };
}

/// What the macro's code calls; not for vendors.
#[doc(hidden)]
pub mod __export {
    pub use crate::abi::newest::{Header, header};
    use crate::{abi, embedded_manifest};

    /// An adapter with its manifest, for [`testing`](crate::testing).
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not exported",
        note = "write `callpop_adapter::export_adapter!({Self});`, or name the manifest: \
                `Account::by_manifest(include_str!(\"../adapter.json\"), ...)`"
    )]
    pub trait Exported<Crate> {
        /// The text of `adapter.json`.
        const MANIFEST: &'static str;
    }

    #[must_use]
    pub const fn length(manifest: &str) -> usize {
        embedded_manifest::embedded_length(abi::NAME, manifest)
    }

    #[must_use]
    pub const fn embedded<const LENGTH: usize>(manifest: &str) -> [u8; LENGTH] {
        embedded_manifest::embed(abi::NAME, manifest)
    }
}
