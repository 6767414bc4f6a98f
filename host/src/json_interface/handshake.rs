//! How a session over a stream begins and ends: the two methods that are the session's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::method::Described;
use super::{Failure, FailureKind, JsonInterface, PROTOCOL_VERSION};

/// How a session begins.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Initialize {
    /// The version of the protocol that the client speaks.
    pub(crate) protocol_version: u32,
    /// What the client is, for the log.
    #[serde(default)]
    pub(crate) client: Option<Client>,
    /// Where pages open; in the system's browser, if nothing is said.
    #[serde(default)]
    pub(crate) pages: Pages,
}

/// What a client is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    #[serde(default)]
    pub(crate) version: Option<String>,
}

/// Where pages open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Pages {
    /// In the system's browser.
    #[default]
    System,
    /// In the client: each page comes as `callpop/openPage`.
    Client,
}

/// What the client speaks to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Initialized {
    /// The version of the protocol that holds for this session.
    pub(crate) protocol_version: u32,
    /// What the client speaks to.
    pub(crate) server: Server,
    /// The methods that there are. Some builds have no contact book.
    pub(crate) methods: Vec<&'static str>,
    /// What may not be exceeded.
    pub(crate) limits: SessionLimits,
}

/// What a server is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Server {
    /// Its name: `callpop`.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
}

/// What a client may not exceed. What is over a limit is answered with an error.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionLimits {
    /// The longest frame from the client, in bytes.
    pub(crate) frame_bytes: usize,
    /// The most requests in a batch.
    pub(crate) batch: usize,
    /// The most requests that may wait for their replies.
    pub(crate) waiting: usize,
    /// The longest result, in bytes.
    pub(crate) result_bytes: usize,
}

impl Initialize {
    /// What this is answered with.
    pub(crate) fn answered(&self, limits: SessionLimits) -> Result<Initialized, Failure> {
        if self.protocol_version != PROTOCOL_VERSION {
            let message = format!(
                "there is no version {} of the protocol here; there is version {PROTOCOL_VERSION}",
                self.protocol_version
            );
            return Err(Failure::new(
                FailureKind::Protocol,
                "protocol-version",
                message,
            ));
        }
        Ok(Initialized {
            protocol_version: PROTOCOL_VERSION,
            server: Server {
                name: "callpop",
                version: env!("CARGO_PKG_VERSION"),
            },
            methods: JsonInterface::methods().collect(),
            limits,
        })
    }
}

/// No parameters.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shutdown {}

/// The session's own methods, for the description.
pub(super) fn described() -> Vec<Described> {
    vec![
        Described::new::<Initialize, Initialized>(
            "initialize",
            "Begins the session; it comes before everything else.",
        ),
        Described::new::<Shutdown, ()>(
            "shutdown",
            "Ends the session: what was asked for is done first, and nothing more is taken. The \
             process ends after the reply. The end of its input does the same.",
        ),
    ]
}
