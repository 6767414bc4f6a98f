//! The layout of every type that crosses the boundary, as released. A difference here is a break of
//! the ABI: undo it, or begin the next minor version in a file of its own.

use abi_stable::StableAbi;
use abi_stable::abi_stability::PrefixStableAbi;
use abi_stable::type_layout::{TLData, TypeLayout};
use callpop_adapter::abi::v1_0;

/// A type's size, alignment and fields, each with its name and type. Pointers are 8 bytes here.
fn described(layout: &TypeLayout) -> String {
    let mut text = format!(
        "{} size {} align {}\n",
        layout.name(),
        layout.size(),
        layout.alignment()
    );
    let fields = match layout.data() {
        TLData::Struct { fields } => fields,
        TLData::PrefixType(prefix) => prefix.fields,
        other => panic!("an unexpected kind of type: {other:?}"),
    };
    for field in fields.iter() {
        let functions: Vec<_> = field
            .function_range()
            .iter()
            .map(|it| it.to_string())
            .collect();
        let functions = functions.concat();
        let of = if field.is_function() {
            functions
        } else {
            field.full_type().to_string()
        };
        text += &format!("  {}: {of}\n", field.name());
    }
    text
}

#[test]
#[cfg(target_pointer_width = "64")]
fn version_1_0_is_frozen() {
    let layouts = [
        v1_0::Named::LAYOUT,
        v1_0::Context::LAYOUT,
        v1_0::Contact::LAYOUT,
        v1_0::CallLog::LAYOUT,
        v1_0::Action::LAYOUT,
        v1_0::Reply::LAYOUT,
        <v1_0::RootModule_Prefix as PrefixStableAbi>::LAYOUT,
    ];
    let text: String = layouts.into_iter().map(described).collect();
    insta::assert_snapshot!(text, @"
    Named size 64 align 8
      name: RString
      value: RString
    Context size 128 align 8
      hostname: RString
      stored: RVec
      settings: RVec
      extras: RVec
    Contact size 160 align 8
      id: RString
      name: RString
      phone: RString
      contact_type: RString
      extras: RVec
    CallLog size 128 align 8
      log_id: RString
      contact_id: RString
      contact_type: RString
      extras: RVec
    Action size 104 align 8
      kind: u32
      name: RString
      value: RString
      extras: RVec
    Reply size 104 align 8
      code: u32
      message: RString
      actions: RVec
      extras: RVec
    RootModule size 24 align 8
      open_contact_page: fn(,,: &'a  Context , param_1: &'a  Contact )->Reply
    lifetime indices:Array(ArrayLen { len: 1, array: [[ANONYMOUS, ANONYMOUS], [NONE, NONE], [NONE, NONE]] })

      open_log_page: fn(,,: &'a  Context , param_1: &'a  CallLog )->Reply
    lifetime indices:Array(ArrayLen { len: 1, array: [[ANONYMOUS, ANONYMOUS], [NONE, NONE], [NONE, NONE]] })

      on_unauthorize: fn(,: &'a  Context )->Reply
    lifetime indices:Array(ArrayLen { len: 1, array: [[ANONYMOUS, NONE], [NONE, NONE], [NONE, NONE]] })
    ");
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
}

#[test]
fn the_names_in_the_library_are_frozen() {
    let exported = include_str!("../src/export.rs");
    assert!(exported.contains("\"callpop_adapter_manifest\""));
    assert!(exported.contains(&format!(
        "{:?}",
        abi_stable::library::ROOT_MODULE_LOADER_NAME
    )));
    assert_eq!(
        callpop_adapter::embedded_manifest::SYMBOL,
        "callpop_adapter_manifest"
    );
    assert_eq!(callpop_adapter::abi::NAME, "abi_stable/1.0");
}
