//! stub
use std::time::Duration;
pub(crate) struct Site;
pub(crate) struct Visit {
    pub(crate) path: String,
    pub(crate) title: String,
}
impl Site {
    pub(crate) fn start() -> std::io::Result<Self> {
        Ok(Self)
    }
    pub(crate) fn hostname(&self) -> String {
        "127.0.0.1:1".to_owned()
    }
    pub(crate) fn next_visit(&self, _: Duration) -> Option<Visit> {
        None
    }
}
pub(crate) fn demo_contact() -> serde_json::Value {
    serde_json::json!({"id":"1"})
}
pub(crate) fn demo_log_id() -> &'static str {
    "1"
}
