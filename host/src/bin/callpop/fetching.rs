//! Gets files from where an index is: a web server, or a folder. The only file that names `ureq`, and
//! what it verifies servers with.
//!
//! Everything is taken into memory, so that a download that is cut leaves nothing behind.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use url::{Host, Url};

use crate::failure::{Exit, Failure};

/// How often a server may send us on.
const MAX_REDIRECTS: usize = 5;
const CONNECT: Duration = Duration::from_secs(30);

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Web(Url),
    File(PathBuf),
}

/// Why a file cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("it is not there")]
    NotFound,
    #[error("the server answers {0}")]
    Status(StatusCode),
    #[error("only https is used, and http to this machine itself")]
    Insecure,
    #[error("the server sends us on to {0}, and only https is followed")]
    InsecureRedirect(Url),
    #[error("the server sends us on and on")]
    Redirects,
    #[error("it is larger than {most} bytes")]
    TooLarge { most: u64 },
    #[error("it took longer than {0} seconds; allow more with --timeout SECONDS")]
    TooSlow(u64),
    #[error("{0}")]
    Failed(String),
}

impl FetchError {
    pub(crate) fn failure(&self, place: &Place) -> Failure {
        let code = match self {
            Self::NotFound => "not-found",
            Self::Insecure | Self::InsecureRedirect(_) => "insecure-address",
            Self::TooLarge { .. } => "download-too-large",
            Self::TooSlow(_) => "download-timeout",
            Self::Status(_) | Self::Redirects | Self::Failed(_) => "download-failed",
        };
        let message = format!("{place} cannot be fetched: {self}");
        Failure::new(Exit::Download, code, message)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(url) => url.fmt(f),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Place {
    /// An address, or a path as it is typed.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        if text.contains("://") || text.starts_with("file:") {
            let url = Url::parse(text).map_err(|error| {
                let message = format!("`{text}` is no address: {error}");
                Failure::new(Exit::Usage, "invalid-address", message)
            })?;
            if url.scheme() == "file" {
                let path = url.to_file_path();
                return path
                    .map(Self::File)
                    .map_err(|()| FetchError::NotFound.failure(&Self::Web(url)));
            }
            check_secure(&url).map_err(|error| error.failure(&Self::Web(url.clone())))?;
            return Ok(Self::Web(url));
        }
        let path = std::path::absolute(text).map_err(|error| {
            let message = format!("`{text}` is no path: {error}");
            Failure::new(Exit::Usage, "invalid-address", message)
        })?;
        Ok(Self::File(path))
    }

    /// What a file at this place means by a relative address.
    pub(crate) fn join(&self, relative: &str) -> Result<Self, FetchError> {
        match self {
            Self::Web(url) => {
                let url = url.join(relative);
                let url = url.map_err(|error| FetchError::Failed(error.to_string()))?;
                check_secure(&url)?;
                Ok(Self::Web(url))
            }
            Self::File(path) => Ok(Self::File(
                path.parent().unwrap_or(Path::new(".")).join(relative),
            )),
        }
    }

    /// Whether its name ends so.
    pub(crate) fn ends_with(&self, ending: &str) -> bool {
        let name = match self {
            Self::Web(url) => url.path().to_owned(),
            Self::File(path) => path.to_string_lossy().into_owned(),
        };
        name.to_ascii_lowercase().ends_with(ending)
    }

    /// Gets the file, of at most so many bytes, and tells how many have come so far.
    pub(crate) fn get(
        &self,
        most: u64,
        timeout: Duration,
        so_far: &mut dyn FnMut(u64),
    ) -> Result<Vec<u8>, FetchError> {
        match self {
            Self::Web(url) => from_web(url, most, timeout, so_far),
            Self::File(path) => from_file(path, most),
        }
    }
}

fn check_secure(url: &Url) -> Result<(), FetchError> {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback => Ok(()),
        _ => Err(FetchError::Insecure),
    }
}

fn from_file(path: &Path, most: u64) -> Result<Vec<u8>, FetchError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => FetchError::NotFound,
        _ => FetchError::Failed(error.to_string()),
    };
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(FetchError::Failed("it is not a file".to_owned()));
    }
    if metadata.len() > most {
        return Err(FetchError::TooLarge { most });
    }
    fs::read(path).map_err(failed)
}

fn from_web(
    url: &Url,
    most: u64,
    timeout: Duration,
    so_far: &mut dyn FnMut(u64),
) -> Result<Vec<u8>, FetchError> {
    let end = Instant::now() + timeout;
    let too_slow = || FetchError::TooSlow(timeout.as_secs());
    let mut url = url.clone();
    for _ in 0..=MAX_REDIRECTS {
        let left = end.saturating_duration_since(Instant::now());
        let request = agent().get(url.as_str()).config();
        let request = request.timeout_global(Some(left)).build();
        let mut answer = request.call().map_err(|error| match error {
            ureq::Error::Timeout(_) => too_slow(),
            error => FetchError::Failed(error.to_string()),
        })?;
        let status = answer.status();
        if status.is_redirection() {
            let to = answer.headers().get("location");
            let to = to.and_then(|it| it.to_str().ok()).unwrap_or_default();
            let next = url.join(to);
            let next = next.map_err(|error| FetchError::Failed(error.to_string()))?;
            let is_step_down = url.scheme() == "https" && next.scheme() != "https";
            if is_step_down || check_secure(&next).is_err() {
                return Err(FetchError::InsecureRedirect(next));
            }
            url = next;
            continue;
        }
        if [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&status) {
            return Err(FetchError::NotFound);
        }
        if status != StatusCode::OK {
            return Err(FetchError::Status(status));
        }
        let body = answer.body_mut().as_reader();
        return read(body, most, so_far).map_err(|error| match error {
            FetchError::Failed(_) if Instant::now() >= end => too_slow(),
            error => error,
        });
    }
    Err(FetchError::Redirects)
}

fn read(
    mut body: impl Read,
    most: u64,
    so_far: &mut dyn FnMut(u64),
) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let mut part = vec![0; 64 * 1024];
    loop {
        let length = body
            .read(&mut part)
            .map_err(|error| FetchError::Failed(format!("it was cut off: {error}")))?;
        if length == 0 {
            return Ok(bytes);
        }
        bytes.extend_from_slice(&part[..length]);
        if bytes.len() as u64 > most {
            return Err(FetchError::TooLarge { most });
        }
        so_far(bytes.len() as u64);
    }
}

/// One for the whole program: it reads the system's certificates.
fn agent() -> &'static Agent {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    AGENT.get_or_init(|| {
        // Without any, no https is verified, and each address says so.
        let found = rustls_native_certs::load_native_certs().certs;
        let roots = found.iter();
        let roots: Vec<_> = roots
            .map(|it| Certificate::from_der(it).to_owned())
            .collect();
        let crypto = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(crypto)
            .root_certs(RootCerts::new_with_certs(&roots))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("callpop/", env!("CARGO_PKG_VERSION")));
        config.build().new_agent()
    })
}
