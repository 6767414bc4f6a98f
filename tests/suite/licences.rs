//! The licences and sources of everything that is built, by the rules in `deny.toml`. `cargo deny check`
//! looks at the same and at more, known weaknesses among it; this needs no program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use callpop_tests::workspace;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId, Source};
use serde::Deserialize;
use spdx::{Expression, LicenseReq, ParseMode};

#[derive(Deserialize)]
struct Rules {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

/// What one package may have besides.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: Vec<String>,
}

#[test]
fn everything_has_a_licence_that_is_allowed_and_comes_from_the_registry() {
    let rules = fs::read_to_string(workspace().join("deny.toml")).unwrap();
    let rules: Rules = toml::from_str(&rules).unwrap();
    let exceptions: BTreeMap<&str, &Vec<String>> = (rules.licenses.exceptions.iter())
        .map(|exception| (exception.package.as_str(), &exception.allow))
        .collect();
    let metadata = MetadataCommand::new()
        .current_dir(workspace())
        .exec()
        .unwrap();
    let built = built(&metadata);
    assert!(built.len() > 300);
    let mut refused = Vec::new();
    for package in metadata.packages.iter().filter(|it| built.contains(&it.id)) {
        let of_its_own = exceptions.get(package.name.as_str());
        let is_allowed = |asked: &LicenseReq| {
            let name = asked.license.to_string();
            let in_rules = rules.licenses.allow.contains(&name);
            in_rules || of_its_own.is_some_and(|allowed| allowed.contains(&name))
        };
        let said = package.license.as_deref().unwrap_or_default();
        // Some packages still separate what may be chosen by `/`.
        let expression = Expression::parse_mode(said, ParseMode::LAX);
        if !expression.is_ok_and(|expression| expression.evaluate(is_allowed)) {
            refused.push(format!("{} {}: {said:?}", package.name, package.version));
        }
        let source = package.source.as_ref();
        assert!(source.is_none_or(Source::is_crates_io), "{source:?}");
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

/// What is built for what ships and for this project's own programs, on any system; what its tests are
/// built with is left out, as `cargo deny` does.
fn built(metadata: &Metadata) -> BTreeSet<PackageId> {
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let mut built = BTreeSet::new();
    let mut next = metadata.workspace_members.clone();
    while let Some(id) = next.pop() {
        let node = nodes.iter().find(|node| node.id == id).unwrap();
        if built.insert(id) {
            let deps = node.deps.iter().filter(|dependency| {
                let kinds = &dependency.dep_kinds;
                kinds
                    .iter()
                    .any(|it| it.kind != DependencyKind::Development)
            });
            next.extend(deps.map(|dependency| dependency.pkg.clone()));
        }
    }
    built
}
