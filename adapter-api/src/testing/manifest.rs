//! What a test needs to know of `adapter.json`. The host has the whole of its rules.

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    #[serde(default)]
    pub(super) hosts: Vec<String>,
    #[serde(default = "yes")]
    pub(super) can_open_contact_page: bool,
    #[serde(default)]
    pub(super) can_open_log_page: bool,
    #[serde(default)]
    settings: Vec<Setting>,
}

#[derive(Debug, Clone, Deserialize)]
struct Setting {
    id: String,
    #[serde(default, rename = "type")]
    kind: Kind,
    default: Option<serde_json::Value>,
    #[serde(default)]
    options: Vec<Choice>,
    #[serde(default)]
    items: Vec<Setting>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Text,
    Boolean,
    Choice,
    Section,
}

#[derive(Debug, Clone, Deserialize)]
struct Choice {
    value: String,
}

fn yes() -> bool {
    true
}

impl Manifest {
    #[track_caller]
    pub(super) fn read(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(manifest) => manifest,
            Err(error) => panic!("adapter.json cannot be read: {error}"),
        }
    }

    #[track_caller]
    pub(super) fn check_hostname(&self, hostname: &str) {
        let fits = self.hosts.is_empty() || super::refusal::is_one_of(&self.hosts, hostname);
        assert!(
            fits,
            "no account can live on `{hostname}`: adapter.json has the hosts {}",
            self.hosts.join(", ")
        );
    }

    #[track_caller]
    pub(super) fn check_setting(&self, id: &str, value: &str) {
        let Some(setting) = self.with_values().find(|it| it.id == id) else {
            let ids: Vec<_> = self.with_values().map(|it| it.id.as_str()).collect();
            panic!(
                "adapter.json has no setting `{id}`; it has: {}",
                ids.join(", ")
            );
        };
        let values: Vec<&str> = match setting.kind {
            Kind::Boolean => vec!["true", "false"],
            Kind::Choice => setting.options.iter().map(|it| it.value.as_str()).collect(),
            _ => return,
        };
        assert!(
            values.contains(&value),
            "the setting `{id}` cannot be {value:?}; it is one of: {}",
            values.join(", ")
        );
    }

    /// The settings' values where nobody has set any.
    pub(super) fn defaults(&self) -> Vec<(String, String)> {
        self.with_values()
            .filter_map(|setting| {
                let text = match setting.default.as_ref()? {
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                Some((setting.id.clone(), text))
            })
            .collect()
    }

    fn with_values(&self) -> impl Iterator<Item = &Setting> {
        self.settings
            .iter()
            .flat_map(|it| std::iter::once(it).chain(&it.items))
            .filter(|it| it.kind != Kind::Section)
    }
}
