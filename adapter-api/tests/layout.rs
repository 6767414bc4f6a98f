//! Everything that crosses the boundary, as released: the layout of each type, the functions, the
//! codes, the names in the library and the manifest's form. A difference here is a break of the ABI:
//! undo it, or begin the next minor version in a file of its own. `ABI.md` says what is promised.

use std::mem::{align_of, offset_of, size_of};

use abi_stable::StableAbi;
use abi_stable::abi_stability::PrefixStableAbi;
use abi_stable::library::{AbiHeader, LibHeader};
use abi_stable::std_types::{RSlice, RStr};
use abi_stable::type_layout::{TLData, TLField, TypeLayout};
use callpop_adapter::abi::{self, v1_0};
use callpop_adapter::embedded_manifest;

/// A struct's size, alignment and fields, each with its place, name and type.
macro_rules! laid_out {
    ($type:ty: $($field:ident),+) => {
        described::<$type>(&[$((stringify!($field), offset_of!($type, $field))),+])
    };
}

fn described<T: StableAbi>(offsets: &[(&str, usize)]) -> String {
    let layout = T::LAYOUT;
    // What the compiler says is what `abi_stable` compares.
    assert_eq!(layout.size(), size_of::<T>());
    assert_eq!(layout.alignment(), align_of::<T>());
    let TLData::Struct { fields } = layout.data() else {
        panic!("not a struct: {layout:?}");
    };
    let names: Vec<_> = fields.iter().map(|field| field.name()).collect();
    assert!(names.iter().eq(offsets.iter().map(|(name, _)| name)));
    let fields = fields.iter().zip(offsets);
    fields.fold(of_type(layout), |text, (field, (_, offset))| {
        text + &format!("  {offset:>2} {}: {}\n", field.name(), type_of(&field))
    })
}

fn of_type(layout: &TypeLayout) -> String {
    let (size, alignment) = (layout.size(), layout.alignment());
    format!("{} size {size} align {alignment}\n", layout.name())
}

/// A field's type; for a function, its parameters and its result with their lifetimes.
fn type_of(field: &TLField) -> String {
    if !field.is_function() {
        let text = field.full_type().to_string();
        return match field.layout().data() {
            // Its first field is the pointer to what it is a slice of.
            TLData::Struct { fields } if text.starts_with("RSlice") => {
                let pointer = fields.iter().next().map(|it| it.full_type().to_string());
                format!("{text} {}", pointer.unwrap_or_default().trim())
            }
            _ => text.trim().to_owned(),
        };
    }
    let functions = field.function_range();
    let functions: Vec<_> = functions.iter().map(|it| it.to_string()).collect();
    let text = functions.concat();
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
}

#[test]
#[cfg(target_pointer_width = "64")]
fn the_types_of_version_1_0_are_frozen() {
    let text = [
        laid_out!(v1_0::Named<'static>: name, value),
        laid_out!(v1_0::Context<'static>: hostname, stored, settings, extras),
        laid_out!(v1_0::Contact<'static>: id, name, phone, contact_type, extras),
        laid_out!(v1_0::CallLog<'static>: log_id, contact_id, contact_type, extras),
        laid_out!(v1_0::Action<'static>: kind, flags, name, value, extras),
        laid_out!(v1_0::Reply<'static>: code, message, actions, extras),
        laid_out!(v1_0::ReplyTo: host, take),
    ];
    insta::assert_snapshot!(text.concat(), @"
    Named size 32 align 8
       0 name: RStr<'a>
      16 value: RStr<'a>
    Context size 64 align 8
       0 hostname: RStr<'a>
      16 stored: RSlice<'a> *const Named<'call>
      32 settings: RSlice<'a> *const Named<'call>
      48 extras: RSlice<'a> *const Named<'call>
    Contact size 80 align 8
       0 id: RStr<'a>
      16 name: RStr<'a>
      32 phone: RStr<'a>
      48 contact_type: RStr<'a>
      64 extras: RSlice<'a> *const Named<'call>
    CallLog size 64 align 8
       0 log_id: RStr<'a>
      16 contact_id: RStr<'a>
      32 contact_type: RStr<'a>
      48 extras: RSlice<'a> *const Named<'call>
    Action size 56 align 8
       0 kind: u32
       4 flags: u32
       8 name: RStr<'a>
      24 value: RStr<'a>
      40 extras: RSlice<'a> *const Named<'call>
    Reply size 56 align 8
       0 code: u32
       8 message: RStr<'a>
      24 actions: RSlice<'a> *const Action<'reply>
      40 extras: RSlice<'a> *const Named<'call>
    ReplyTo size 16 align 8
       0 host: *mut ()
       8 take: fn(,,: *mut () , param_1: &'a Reply<'reply> )->() lifetime indices:Array(ArrayLen { len: 1, array: [[ANONYMOUS, ANONYMOUS], [NONE, NONE], [NONE, NONE]] })
    ");
}

/// The functions stand one behind the other. A later version has more of them, behind these.
#[test]
#[cfg(target_pointer_width = "64")]
fn the_functions_of_version_1_0_are_frozen() {
    let layout = <v1_0::RootModule_Prefix as PrefixStableAbi>::LAYOUT;
    let TLData::PrefixType(prefix) = layout.data() else {
        panic!("not a prefix type: {layout:?}");
    };
    let mut text = of_type(layout);
    for field in prefix.fields.iter() {
        text += &format!("  {}: {}\n", field.name(), type_of(&field));
    }
    text += &format!("in every version: {}", prefix.first_suffix_field);
    insta::assert_snapshot!(text, @"
    RootModule size 24 align 8
      open_contact_page: fn(,,,: &'a Context<'call> , param_1: &'a Contact<'call> , param_2: &'a ReplyTo )->() lifetime indices:Array(ArrayLen { len: 3, array: [[ANONYMOUS, ANONYMOUS], [ANONYMOUS, ANONYMOUS], [ANONYMOUS, NONE]] })
      open_log_page: fn(,,,: &'a Context<'call> , param_1: &'a CallLog<'call> , param_2: &'a ReplyTo )->() lifetime indices:Array(ArrayLen { len: 3, array: [[ANONYMOUS, ANONYMOUS], [ANONYMOUS, ANONYMOUS], [ANONYMOUS, NONE]] })
      on_unauthorize: fn(,,: &'a Context<'call> , param_1: &'a ReplyTo )->() lifetime indices:Array(ArrayLen { len: 2, array: [[ANONYMOUS, ANONYMOUS], [ANONYMOUS, NONE], [NONE, NONE]] })
    in every version: 3
    ");
}

/// The foreign types among them, and what `abi_stable` looks at first. It loads adapters of the same
/// minor version of its own alone, so an SDK of this major version stays at that one.
#[test]
#[cfg(target_pointer_width = "64")]
fn what_abi_stable_brings_is_frozen() {
    let types = [
        <RStr<'static>>::LAYOUT,
        <RSlice<'static, u8>>::LAYOUT,
        LibHeader::LAYOUT,
    ];
    let mut text: String = types.into_iter().map(of_type).collect();
    let header = AbiHeader::VALUE;
    let magic = header.magic_string.iter().take_while(|byte| **byte != 0);
    let magic: String = magic.map(|byte| char::from(*byte)).collect();
    let (major, minor) = (header.abi_major, header.abi_minor);
    text += &format!("header {magic:?} {major}.{minor}");
    insta::assert_snapshot!(text, @r#"
    RStr size 16 align 8
    RSlice size 16 align 8
    LibHeader size 152 align 8
    header "abi stable library for Rust     " 0.11
    "#);
}

/// `abi_stable` compares the name of the crate that a type is from, and its major version.
#[test]
fn the_crates_name_and_major_version_are_part_of_the_abi() {
    let (package, version) = <v1_0::Context<'static>>::LAYOUT.package_and_version();
    assert_eq!(package, "callpop-adapter");
    assert!(version.to_string().starts_with("1."), "{version}");
}

#[test]
fn the_codes_of_version_1_0_are_frozen() {
    let actions = [
        v1_0::ACTION_OPEN_TAB,
        v1_0::ACTION_OPEN_POPUP,
        v1_0::ACTION_SET_STORED,
        v1_0::ACTION_REMOVE_STORED,
        v1_0::ACTION_NOTICE,
    ];
    assert_eq!(actions, [1, 2, 3, 4, 5]);
    let replies = [
        v1_0::REPLY_DONE,
        v1_0::REPLY_NOT_SUPPORTED,
        v1_0::REPLY_MISSING_VALUE,
        v1_0::REPLY_INVALID_INPUT,
        v1_0::REPLY_INTERNAL,
        v1_0::REPLY_PANICKED,
    ];
    assert_eq!(replies, [0, 1, 2, 3, 4, 5]);
    assert_eq!(v1_0::FLAG_MAY_BE_LEFT_OUT, 1);
    assert_eq!(abi::RESERVED_PREFIX, "callpop.");
}

#[test]
fn the_names_in_the_library_are_frozen() {
    let exported = include_str!("../src/export.rs");
    assert!(exported.contains("\"callpop_adapter_manifest\""));
    assert!(exported.contains(&format!(
        "{:?}",
        abi_stable::library::ROOT_MODULE_LOADER_NAME
    )));
    assert_eq!(embedded_manifest::SYMBOL, "callpop_adapter_manifest");
    assert_eq!((abi::FAMILY, abi::MAJOR, abi::MINOR), ("abi_stable", 1, 0));
    assert_eq!(abi::NAME, "abi_stable/1.0");
}

#[test]
fn the_form_of_the_embedded_manifest_is_frozen() {
    const MANIFEST: &str = "{\"id\":\"a\"}";
    const LENGTH: usize = embedded_manifest::embedded_length(abi::NAME, MANIFEST);
    let bytes: [u8; LENGTH] = embedded_manifest::embed(abi::NAME, MANIFEST);
    let expected = b"CALLPOP1\x0e\0\0\0\x0a\0\0\0abi_stable/1.0{\"id\":\"a\"}";
    assert_eq!(bytes.as_slice(), expected);
}
