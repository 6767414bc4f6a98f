//! The header is what the functions and structs are.

use std::fs;
use std::path::Path;

/// The header, made of the sources.
fn made() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).expect("it is readable");
    let bindings = cbindgen::Builder::new()
        .with_crate(folder)
        .with_config(config)
        .generate()
        .expect("the sources are readable");
    let mut header = Vec::new();
    bindings.write(&mut header);
    let header = String::from_utf8(header).expect("it is text");
    header.lines().map(tidied).collect()
}

/// A line of the header in its usual form: `const char * name` is `const char *name`.
fn tidied(line: &str) -> String {
    let is_code = !line.trim_start().starts_with('*') && !line.contains("/*");
    let tidied = if is_code {
        line.replace("* ", "*")
    } else {
        line.to_owned()
    };
    format!("{}\n", tidied.trim_end())
}

#[test]
fn the_header_is_what_is_exported() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/callpop.h");
    let made = made();
    if std::env::var_os("CALLPOP_TEST_WRITE").is_some() {
        fs::write(&file, &made).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == made,
        "include/callpop.h is an older one; CALLPOP_TEST_WRITE=1 makes it anew"
    );
}
