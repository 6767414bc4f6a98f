//! The parts of the host that benchmarks and fuzz targets look at one by one. For this project
//! alone: hidden from the documentation, and free to change at any time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use callpop_adapter::abi::Callbacks;
use callpop_adapter::{Actions, Context};

use crate::plan::Planning;
use crate::quarantine::QuarantineStore;
use crate::runner::{InProcess, Request, Runner};
use crate::stats::StatsStore;
use crate::worker::{Isolated, Limits, WorkerProgram};
use crate::{AcceptedUrl, Contact, UrlPolicy};

/// A library that is called without accounts and without a browser.
pub struct Called(Runs);

enum Runs {
    InProcess(InProcess),
    Isolated(Box<Isolated>),
}

impl Called {
    /// In this process.
    ///
    /// # Panics
    /// If the library cannot be loaded.
    #[must_use]
    pub fn in_process(library: &Path) -> Self {
        let abi = described(library).abi;
        Self(Runs::InProcess(
            InProcess::load(library, &abi).expect("it loads"),
        ))
    }

    /// In a worker of this program, which is started by the first call.
    ///
    /// # Panics
    /// If the library cannot be read.
    #[must_use]
    pub fn isolated(library: &Path, worker: PathBuf, home: &Path) -> Self {
        Self(Runs::Isolated(Box::new(Isolated {
            adapter: "called".to_owned(),
            library: library.to_owned(),
            sha256: String::new(),
            abi: described(library).abi,
            program: WorkerProgram::Named(worker),
            limits: Limits::default(),
            quarantine: Arc::new(QuarantineStore::in_home(home)),
            stats: Arc::new(StatsStore::in_home(home)),
            worker: parking_lot::Mutex::default(),
            is_forgiven: AtomicBool::default(),
        })))
    }

    /// The process id of the worker that is kept warm.
    #[must_use]
    pub fn worker_id(&self) -> Option<u32> {
        match &self.0 {
            Runs::InProcess(_) => None,
            Runs::Isolated(isolated) => isolated.process_id(),
        }
    }

    /// The actions that it asks for.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn actions(&self, request: &ContactPage) -> Actions {
        match &self.0 {
            Runs::InProcess(runner) => runner.answer(&request.0).into_result().expect("it answers"),
            Runs::Isolated(runner) => runner.ask(&request.0).expect("it answers"),
        }
    }

    /// The page that may open.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn page(&self, request: &ContactPage, policy: UrlPolicy<'_>) -> AcceptedUrl {
        let mut planning = Planning::new(policy);
        let result = match &self.0 {
            Runs::InProcess(runner) => runner.run(&request.0, &mut planning),
            Runs::Isolated(runner) => runner.run(&request.0, &mut planning),
        };
        result.expect("it answers");
        let mut plan = planning.finish().expect("the policy accepts it");
        plan.pages.pop().expect("it opens one").url
    }
}

/// The callbacks of a library, loaded into this process.
///
/// # Panics
/// If it cannot be loaded.
#[must_use]
pub fn callbacks(library: &Path) -> Box<dyn Callbacks> {
    crate::loading::load(library, &described(library).abi).expect("it loads")
}

/// What a call is asked with.
pub struct ContactPage(Request<'static>);

impl ContactPage {
    /// The page of this contact on this host.
    #[must_use]
    pub fn of(hostname: &str, contact: Contact) -> Self {
        Self(Request::OpenContactPage(Context::new(hostname), contact))
    }

    /// How long the frames are that ask a worker for it and bring this answer, in bytes.
    #[must_use]
    pub fn frame_lengths(&self, actions: Actions) -> (usize, usize) {
        crate::worker::frame_lengths(self.0.clone(), actions)
    }
}

fn described(library: &Path) -> crate::library_file::LibraryFile {
    let bytes = std::fs::read(library).expect("it can be read");
    crate::library_file::read(&bytes).expect("it is an adapter")
}

/// Everything that reads what others have written. Each takes any bytes; the fuzz targets and the
/// regression tests look for those that it does not take.
pub mod read {
    use crate::{Hostname, Manifest, UrlPolicy};

    /// Frames of the channel between host and worker.
    pub fn frames(bytes: &[u8]) {
        crate::worker::read_frames(bytes);
    }

    /// An adapter's library.
    pub fn library(bytes: &[u8]) {
        let _refused = crate::library_file::read(bytes);
    }

    /// A package, with everything in it.
    pub fn package(bytes: &[u8]) {
        if let Ok(mut package) = crate::package::Package::open(bytes) {
            let _refused = package.adapter();
            let _refused = package.check_all();
        }
    }

    /// A manifest. What is accepted can be written, and is the same when it is read again.
    ///
    /// # Panics
    /// If it is not.
    pub fn manifest(bytes: &[u8]) {
        let Ok(manifest) = Manifest::parse(&String::from_utf8_lossy(bytes)) else {
            return;
        };
        let text = serde_json::to_string(&manifest).expect("it can be written");
        assert_eq!(Manifest::parse(&text).as_ref(), Ok(&manifest));
    }

    /// A URL. What is accepted is on the account's host or on one of the manifest's.
    ///
    /// # Panics
    /// If it is not.
    pub fn url_policy(bytes: &[u8]) {
        let hostname = Hostname::parse("acme.example.com").expect("it is one");
        let hosts: Vec<_> =
            serde_json::from_str(r#"["*.example.com", "crm.example.net"]"#).expect("they are");
        let policy = UrlPolicy {
            hostname: &hostname,
            hosts: &hosts,
        };
        if let Ok(accepted) = policy.check(&String::from_utf8_lossy(bytes)) {
            let rest = accepted.as_str().strip_prefix("https://").expect("https");
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            assert!(host == "crm.example.net" || host.ends_with(".example.com"));
            assert_eq!(accepted.host(), host);
        }
    }
}
