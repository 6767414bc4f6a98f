//! What a vendor's code can name of the SDK: all of it stands in `adapter-api/public-items.txt`, so
//! that no one changes it unnoticed, and what a frozen version had is there in every later one of the
//! same major version.
//!
//! `rustdoc` tells the items in a form that only its nightly version has, which a variable lets this
//! one have; the crate `public-api` reads it. Generic items may change in ways that no line shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::layout;

const SDK: &str = "callpop-adapter";
const LIST: &str = "adapter-api/public-items.txt";
const FROZEN: &str = "tests/compat";
/// A frozen version's list, in its folder.
pub(crate) const NAME: &str = "public-items.txt";

/// Compares the items with the lists, or writes the list of this version.
pub(crate) fn run(folder: &Path, write: bool) -> Result<()> {
    let items = items(folder)?;
    for list in frozen_lists()? {
        let lost: Vec<_> = list.lines().filter(|it| !items.contains(*it)).collect();
        ensure!(
            lost.is_empty(),
            "a vendor's code may not compile any more; the SDK had and has not:\n{}",
            lost.join("\n")
        );
    }
    let text = items.into_iter().fold(String::new(), |mut text, item| {
        text.push_str(&item);
        text.push('\n');
        text
    });
    if write {
        return fs::write(LIST, text).with_context(|| format!("cannot write {LIST}"));
    }
    let shown = fs::read_to_string(LIST).with_context(|| format!("cannot read {LIST}"))?;
    ensure!(
        shown == text,
        "{LIST} shows other items; `cargo xtask compat --write` writes these"
    );
    Ok(())
}

fn items(folder: &Path) -> Result<BTreeSet<String>> {
    let target = folder.join("items");
    let status = layout::cargo()
        .args(["rustdoc", "--quiet", "--package", SDK, "--lib"])
        .arg("--target-dir")
        .arg(&target)
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTDOCFLAGS")
        .status()
        .context("cannot start cargo")?;
    ensure!(status.success(), "the SDK's items cannot be told");
    let items = public_api::Builder::from_rustdoc_json(target.join("doc/callpop_adapter.json"))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .context("what rustdoc says of the SDK cannot be read")?;
    Ok(items.items().map(ToString::to_string).collect())
}

/// The lists of the frozen versions; they are all of one major version so far.
fn frozen_lists() -> Result<Vec<String>> {
    let mut lists = Vec::new();
    for entry in fs::read_dir(FROZEN).with_context(|| format!("cannot read {FROZEN}"))? {
        let list = entry?.path().join(NAME);
        if list.is_file() {
            lists.push(fs::read_to_string(&list)?);
        }
    }
    Ok(lists)
}
