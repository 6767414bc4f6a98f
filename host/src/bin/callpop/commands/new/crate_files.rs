//! The crate's files, from the templates beside this one, and how they come into their folder: all
//! of them or none.

use std::collections::BTreeSet;
use std::fs;

use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

use super::page::{Kind, Page};
use super::place::Place;
use super::questions::Answers;
use super::sample::Sample;
use super::sdk::Sdk;
use super::{cannot_write, rust, unfit};
use crate::args::Licence;
use crate::failure::{Exit, Failure};

const APACHE: &str = include_str!("../../../../../../LICENSE-APACHE");

/// Each file's path in the crate, its template, and whether a crate in a checkout has it too: there
/// the checkout has the others.
const FILES: [(&str, &str, bool); 8] = [
    ("Cargo.toml", include_str!("template/Cargo.toml"), true),
    ("adapter.json", include_str!("template/adapter.json"), true),
    ("src/lib.rs", include_str!("template/lib.rs"), true),
    ("src/tests.rs", include_str!("template/tests.rs"), true),
    ("README.md", include_str!("template/README.md"), false),
    ("LICENSE", include_str!("template/LICENSE"), false),
    (".gitignore", include_str!("template/gitignore"), false),
    (
        ".github/workflows/ci.yml",
        include_str!("template/ci.yml"),
        false,
    ),
];

/// The texts of a crate's files, by their paths.
#[derive(Debug)]
pub(super) struct CrateFiles(Vec<(&'static str, String)>);

impl CrateFiles {
    pub(super) fn of(
        answers: &Answers,
        place: &Place,
        sdk: &Sdk,
        licence: Licence,
    ) -> Result<Self, Failure> {
        let values = values(answers, place, sdk, licence)?;
        let mut files = Vec::new();
        for (path, template, is_in_checkout) in FILES {
            if is_in_checkout || !place.is_in_checkout() {
                files.push((path, rendered(path, template, &values)?));
            }
        }
        Ok(Self(files))
    }

    pub(super) fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|(path, _)| *path).collect()
    }

    /// Writes them all beside the place first; then the whole folder gets its name.
    pub(super) fn write(&self, place: &Place) -> Result<(), Failure> {
        let failed = |error: &std::io::Error| cannot_write(&place.folder, error);
        let beside = tempfile::Builder::new()
            .prefix(".callpop-new-")
            .tempdir_in(&place.parent)
            .map_err(|error| failed(&error))?;
        let folder = beside.path().join(&place.name);
        for (path, text) in &self.0 {
            let file = folder.join(path);
            let above = file.parent().unwrap_or(&folder);
            fs::create_dir_all(above).map_err(|error| failed(&error))?;
            fs::write(&file, text).map_err(|error| failed(&error))?;
        }
        // Not every system gives a name away that an empty folder has; one that is not empty any
        // more stays, and so does nothing else.
        match fs::remove_dir(&place.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(&error));
            }
            _ => {}
        }
        fs::rename(&folder, &place.folder).map_err(|error| failed(&error))
    }
}

fn rendered(path: &str, template: &str, values: &minijinja::Value) -> Result<String, Failure> {
    let mut environment = Environment::new();
    // Each value is written for its place already.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_keep_trailing_newline(true);
    // JSON's texts are those of TOML as well; Rust's differ in what is not ASCII.
    environment.add_filter("json", |text: &str| {
        serde_json::Value::from(text).to_string()
    });
    environment.add_filter("words", rust::words);
    environment.add_filter("rust", |text: &str| format!("{text:?}"));
    environment
        .render_named_str(path, template, values)
        .map_err(|error| Failure::new(Exit::State, "template", format!("{path}: {error}")))
}

fn values(
    answers: &Answers,
    place: &Place,
    sdk: &Sdk,
    licence: Licence,
) -> Result<minijinja::Value, Failure> {
    let sample = Sample::of(answers);
    let pages: Result<Vec<_>, _> = answers
        .pages
        .iter()
        .map(|page| PageValues::of(page, &sample))
        .collect();
    let pages = pages?;
    let page = |kind| pages.iter().find(|it| it.kind == kind);
    let mut uses = BTreeSet::from(["Adapter", "CallbackResult", "Context"]);
    for page in &pages {
        uses.extend(&page.uses);
    }
    Ok(context! {
        id => answers.id,
        package => answers.package(),
        library => answers.package().replace('-', "_"),
        type_name => rust::type_name(&answers.id),
        name => answers.name,
        vendor => answers.vendor,
        opens => opens(answers),
        hosts => answers.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        contact_page => page(Kind::Contact),
        log_page => page(Kind::Log),
        uses => rust::import("callpop_adapter", &uses),
        settings => answers.settings(),
        stored_values => answers.stored_values(),
        contact_types => answers.contact_types,
        sample => sample,
        sdk => sdk.dependency()?,
        sdk_is_folder => matches!(sdk, Sdk::Folder(_)),
        is_in_checkout => place.is_in_checkout(),
        is_member => place.is_member(),
        needs_workspace => place.needs_workspace_of_its_own(),
        licence => licence.spdx(),
        apache => APACHE,
    })
}

/// What the adapter opens, in words.
fn opens(answers: &Answers) -> &'static str {
    match (answers.page(Kind::Contact), answers.page(Kind::Log)) {
        (Some(_), Some(_)) => "the contact and the logged call",
        (Some(_), None) => "the contact",
        (None, _) => "the logged call",
    }
}

/// What the templates need of a page.
#[derive(Debug, Serialize)]
struct PageValues {
    #[serde(skip)]
    kind: Kind,
    template: String,
    body: String,
    constant: Option<String>,
    #[serde(skip)]
    uses: BTreeSet<&'static str>,
    /// The call and the assertion of the generated test.
    opens: String,
    carries_id: bool,
    /// A setting without which it does not open.
    missing: Option<String>,
}

impl PageValues {
    fn of(page: &Page, sample: &Sample) -> Result<Self, Failure> {
        let mut code = rust::callback(page);
        code.uses.insert(match page.kind {
            Kind::Contact => "Contact",
            Kind::Log => "CallLog",
        });
        let opened = page.template.fill(|token| Some(sample.value(token)));
        let opened = opened.map_err(|error| unfit(page.kind.option(), error))?;
        Ok(Self {
            kind: page.kind,
            template: page.template.to_string(),
            body: code.body.join("\n"),
            constant: code
                .constant
                .map(|name| rust::constant(name, page.template.as_str())),
            uses: code.uses,
            opens: rust::opens(&sample.open(page.kind), &opened),
            carries_id: page.carries_id(),
            missing: page.settings().first().map(ToString::to_string),
        })
    }
}
