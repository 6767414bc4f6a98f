//! Makes adapters of templates from a manifest in the reference extension's form.
//!
//! Source: `ringcentral/rc-unified-crm-extension`, `docs/developers/manifest.md` and
//! `src/connectors/manifest.json`: `platforms`, by their name, each with page URLs, an
//! `environment`, `contactTypes`, `settings` and an `override` for single hosts. What a dialer does
//! itself there (logging in, forms, logging calls) is no adapter's business here, and is left out.

mod hosts;
mod pages;
mod settings;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::manifest::{ManifestError, PageUrls};
use hosts::Hosts;
use pages::PAGES;

/// An adapter that was made of one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportedAdapter {
    /// Its id, made of the platform's name.
    pub id: String,
    /// The text of its file, `ID.adapter.json`.
    pub text: String,
    /// What was not taken over as it stands, in words.
    pub remarks: Vec<String>,
}

/// What a manifest made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportedManifest {
    /// The adapters, in the order of the platforms.
    pub adapters: Vec<ImportedAdapter>,
    /// The platforms that make none, by name, each with the reason.
    pub left_out: Vec<(String, ManifestError)>,
    /// The members beside the platforms that were not taken over.
    pub not_taken: Vec<String>,
}

/// A manifest of which no adapter can be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestImportError {
    /// It is not JSON.
    #[error("it is not JSON")]
    Json(#[from] serde_json::Error),
    /// It is another kind of file.
    #[error(
        "it has no `platforms`, so it is no manifest in the reference extension's form; \
         a file of templates (NAME.adapter.json) goes into a plugins folder as it is"
    )]
    NoPlatforms,
    /// A platform that makes no adapter.
    #[error("the platform `{platform}` makes no adapter")]
    Platform {
        /// Its name.
        platform: String,
        /// Why.
        source: ManifestError,
    },
}

/// Makes an adapter of each platform, and one more of each host with pages of its own.
///
/// # Errors
/// [`ManifestImportError`] if no platform makes an adapter.
pub fn import_manifest(text: &str) -> Result<ImportedManifest, ManifestImportError> {
    let manifest: Value = serde_json::from_str(text)?;
    let platforms = platforms_of(&manifest);
    if platforms.is_empty() {
        return Err(ManifestImportError::NoPlatforms);
    }
    let members = manifest.as_object().into_iter().flat_map(Map::keys);
    let mut imported = ImportedManifest {
        not_taken: members
            .filter(|member| !["platforms", "author", "version"].contains(&member.as_str()))
            .cloned()
            .collect(),
        ..ImportedManifest::default()
    };
    for (name, platform) in platforms {
        for (suffix, platform) in with_overrides(platform) {
            let adapter = import(&manifest, &name, suffix.as_deref(), &platform);
            match PageUrls::parse(&adapter.text) {
                Ok(_) => imported.adapters.push(adapter),
                Err(why) => imported.left_out.push((name.clone(), why)),
            }
        }
    }
    match imported.left_out.pop() {
        Some((platform, source)) if imported.adapters.is_empty() => {
            Err(ManifestImportError::Platform { platform, source })
        }
        left_out => {
            imported.left_out.extend(left_out);
            Ok(imported)
        }
    }
}

/// The platforms by name: an object, as the form has it now, or a list, as it had once.
fn platforms_of(manifest: &Value) -> Vec<(String, Map<String, Value>)> {
    let object = |value: &Value| value.as_object().cloned();
    match &manifest["platforms"] {
        Value::Object(platforms) => platforms
            .iter()
            .filter_map(|(name, platform)| Some((name.clone(), object(platform)?)))
            .collect(),
        Value::Array(platforms) => platforms
            .iter()
            .filter_map(|platform| Some((platform["name"].as_str()?.to_owned(), object(platform)?)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The platform, and one for each host that it has other pages for, with that host's first label.
fn with_overrides(mut platform: Map<String, Value>) -> Vec<(Option<String>, Map<String, Value>)> {
    let overrides = platform.remove("override");
    let mut all = vec![(None, platform.clone())];
    let mut left_out = BTreeSet::new();
    let overrides = overrides.as_ref().and_then(Value::as_array);
    for one in overrides.into_iter().flatten() {
        let host = one["triggerValue"].as_str().unwrap_or_default();
        let changes: Vec<(&str, &Value)> = one["overrideObjects"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|change| Some((change["path"].as_str()?, &change["value"])))
            .filter(|(path, _)| PAGES.contains(path))
            .collect();
        let is_for_host = one["triggerType"] == "hostname" && !host.is_empty();
        let paths = one["overrideObjects"].as_array().into_iter().flatten();
        let paths = paths.filter_map(|change| change["path"].as_str());
        left_out.extend(paths.filter(|path| !is_for_host || !PAGES.contains(path)));
        if !is_for_host || changes.is_empty() {
            continue;
        }
        let mut changed = platform.clone();
        for (path, value) in changes {
            changed.insert(path.to_owned(), value.clone());
        }
        let url = format!("https://{host}");
        changed.insert(
            "environment".to_owned(),
            json!({ "type": "fixed", "url": url }),
        );
        changed.remove("urlIdentifier");
        all.push((host.split('.').next().map(str::to_owned), changed));
    }
    if !left_out.is_empty() {
        all[0].1.insert("override".to_owned(), json!(left_out));
    }
    all
}

fn import(
    manifest: &Value,
    name: &str,
    suffix: Option<&str>,
    platform: &Map<String, Value>,
) -> ImportedAdapter {
    let mut remarks = Vec::new();
    let text = |member: &str| platform.get(member).and_then(Value::as_str);
    let mut id = id_of(name);
    id.extend(suffix.map(|suffix| format!("-{}", id_of(suffix))));
    let mut made = Map::new();
    made.insert("id".to_owned(), json!(id));
    let shown = text("displayName").or(text("name")).unwrap_or(name);
    made.insert("name".to_owned(), json!(shown));
    made.insert("version".to_owned(), json!(version_of(manifest)));
    let vendor = platform
        .get("developer")
        .and_then(|developer| developer["name"].as_str())
        .or(manifest["author"]["name"].as_str())
        .or(manifest["author"].as_str())
        .unwrap_or(shown);
    made.insert("vendor".to_owned(), json!(vendor));
    for (member, from) in [
        ("website", "documentationUrl"),
        ("support", "getSupportUrl"),
    ] {
        if let Some(url) = text(from).filter(|url| url.starts_with("https://")) {
            made.insert(member.to_owned(), json!(url));
        }
    }
    let hosts = Hosts::of(platform, &mut remarks);
    made.insert("hosts".to_owned(), json!(hosts.patterns));
    let types = contact_types(platform.get("contactTypes"));
    if !types.is_empty() {
        made.insert("contactTypes".to_owned(), types.into());
    }
    let own = settings::of(platform.get("settings"), &mut remarks);
    let ids = settings::ids(&own);
    if !own.is_empty() {
        made.insert("settings".to_owned(), own.into());
    }
    for (member, url) in pages::of(platform, &mut remarks) {
        let url = pages::with_known_tokens(&url, &ids, member, &mut remarks);
        made.insert(member.to_owned(), json!(url));
    }
    remark_on_the_rest(platform, &mut remarks);
    // Values of our own making, with text keys: this cannot fail.
    let text = serde_json::to_string_pretty(&made).unwrap_or_default() + "\n";
    ImportedAdapter { id, text, remarks }
}

/// `googleSheets` is `google-sheets`.
fn id_of(name: &str) -> String {
    let (mut id, mut is_small) = (String::new(), false);
    for c in name.chars() {
        let begins_word = c.is_ascii_uppercase() && is_small;
        if begins_word {
            id.push('-');
        }
        is_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => id.push(c),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    id.trim_end_matches('-').to_owned()
}

fn version_of(manifest: &Value) -> &str {
    let version = manifest["version"].as_str().unwrap_or_default();
    match version.parse::<semver::Version>() {
        Ok(_) => version,
        Err(_) => "1.0.0",
    }
}

fn contact_types(types: Option<&Value>) -> Vec<Value> {
    let types = types.and_then(Value::as_array);
    types
        .into_iter()
        .flatten()
        .filter_map(|it| match it {
            Value::String(value) => Some(json!({ "value": value })),
            other => {
                let value = other["value"].as_str()?;
                let display = other["display"].as_str().unwrap_or(value);
                Some(json!({ "value": value, "display": display }))
            }
        })
        .collect()
}

/// Members that say how the reference's own client looks and logs in, which a dialer does itself.
const OF_THE_CLIENT: [&str; 19] = [
    "auth",
    "authType",
    "authUrl",
    "clientId",
    "scope",
    "customState",
    "page",
    "embeddedOnCrmPage",
    "embedUrls",
    "logoUrl",
    "releaseNotesUrl",
    "writeReviewUrl",
    "serverSideLogging",
    "trackSmsTypingDuration",
    "useLicense",
    "enableExtensionNumberLoggingSetting",
    "logFormats",
    "requestConfig",
    "rcAdditionalSubmission",
];

/// Members that were looked at.
const TAKEN: [&str; 10] = [
    "override",
    "name",
    "displayName",
    "developer",
    "documentationUrl",
    "getSupportUrl",
    "environment",
    "urlIdentifier",
    "contactTypes",
    "settings",
];

fn remark_on_the_rest(platform: &Map<String, Value>, remarks: &mut Vec<String>) {
    let (client, unknown): (Vec<_>, Vec<_>) = platform
        .keys()
        .map(String::as_str)
        .filter(|member| !TAKEN.contains(member) && !PAGES.contains(member))
        .partition(|member| OF_THE_CLIENT.contains(member));
    if !client.is_empty() {
        remarks.push(format!(
            "left to the dialer, which logs in and shows forms itself: {}",
            client.join(", ")
        ));
    }
    let texts = |value: &Value| {
        let texts = value.as_array().into_iter().flatten();
        texts
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(paths) = platform.get("override") {
        let paths = texts(paths);
        remarks.push(format!(
            "`override` changes what no adapter is made of, so this is left out: {paths}"
        ));
    }
    let instructions = platform
        .get("environment")
        .map(|it| texts(&it["instructions"]));
    if let Some(steps) = instructions.filter(|it| !it.is_empty()) {
        remarks.push(format!(
            "`environment.instructions` are for people, and left out: {steps}"
        ));
    }
    if !unknown.is_empty() {
        remarks.push(format!("not known, and left out: {}", unknown.join(", ")));
    }
}
