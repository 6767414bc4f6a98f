//! A host that a C program holds: the JSON interface to it, and what it tells unasked.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use callpop_host::json_interface::{BookSource, JsonInterface, Notification};
use callpop_host::worker::Limits;
use callpop_host::{
    Browser, BrowserError, Host, HostBuilder, Isolation, Page, Requirement, default_home,
};

use crate::failed::Failed;
use crate::notifications::{Notifications, USUAL_LENGTH};
use crate::structs::{
    CALLPOP_CONTACTS_FROM_BOOK, CALLPOP_CONTACTS_FROM_EVENTS, CALLPOP_IN_PROCESS, CALLPOP_ISOLATED,
    CALLPOP_PAGES_IN_BROWSER, CALLPOP_PAGES_TOLD, CALLPOP_REQUIRE_NOTHING, CALLPOP_REQUIRE_PINNED,
    CALLPOP_REQUIRE_SIGNED, Options,
};

/// A host that a program holds.
pub(crate) struct HostEntry {
    pub(crate) interface: JsonInterface,
    pub(crate) notifications: Arc<Notifications>,
}

impl HostEntry {
    pub(crate) fn new(options: Option<&Options>) -> Result<Self, Failed> {
        let length = options.map_or(0, |options| options.notification_count);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let notifications = Arc::new(Notifications::new(match length {
            0 => USUAL_LENGTH,
            length => length,
        }));
        let builder = match options {
            Some(options) => options.builder(&notifications)?,
            None => with_contact_book(Host::builder(), None, &notifications),
        };
        let told = Arc::clone(&notifications);
        let interface = JsonInterface::new(Arc::new(builder.build()?), move |notification| {
            let _ = told.add(&notification);
        });
        Ok(Self {
            interface,
            notifications,
        })
    }

    /// Calls a method of the JSON interface.
    pub(crate) fn call(&self, method: &str, params: &str) -> Result<String, Failed> {
        Ok(self.interface.call(method, params)?)
    }
}

impl Options {
    fn builder(&self, notifications: &Arc<Notifications>) -> Result<HostBuilder, Failed> {
        let home = self.home.optional("home")?;
        let mut builder = Host::builder()
            .isolation(self.isolation()?)
            .require(self.requirement()?)
            .limits(self.limits()?);
        if let Some(home) = &home {
            builder = builder.home(home);
        }
        let count = self.plugins_folder_count;
        for folder in self.plugins_folders.read(count, "plugins_folders")? {
            builder = builder.plugins_folder(folder);
        }
        if let Some(program) = self.worker_program.optional("worker_program")? {
            builder = builder.worker_program(program);
        }
        if let Some(file) = self.policy_file.optional("policy_file")? {
            builder = builder.policy_file(file);
        }
        builder = match self.pages {
            CALLPOP_PAGES_IN_BROWSER => builder,
            CALLPOP_PAGES_TOLD => builder.browser(Arc::new(ToldPages(Arc::clone(notifications)))),
            other => return Err(Failed::constant("pages", other)),
        };
        match self.contacts {
            CALLPOP_CONTACTS_FROM_BOOK => Ok(with_contact_book(builder, home, notifications)),
            CALLPOP_CONTACTS_FROM_EVENTS => Ok(builder),
            other => Err(Failed::constant("contacts", other)),
        }
    }

    fn isolation(&self) -> Result<Isolation, Failed> {
        match self.isolation {
            CALLPOP_ISOLATED => Ok(Isolation::Isolated),
            CALLPOP_IN_PROCESS => Ok(Isolation::InProcess),
            other => Err(Failed::constant("isolation", other)),
        }
    }

    fn requirement(&self) -> Result<Requirement, Failed> {
        match self.require {
            CALLPOP_REQUIRE_NOTHING => Ok(Requirement::Nothing),
            CALLPOP_REQUIRE_PINNED => Ok(Requirement::Pinned),
            CALLPOP_REQUIRE_SIGNED => Ok(Requirement::Signed),
            other => Err(Failed::constant("require", other)),
        }
    }

    fn limits(&self) -> Result<Limits, Failed> {
        let usual = Limits::default();
        let milliseconds = |number: u32, usual: Duration| match number {
            0 => usual,
            number => Duration::from_millis(u64::from(number)),
        };
        let require_sandbox = match self.require_sandbox {
            0 => false,
            1 => true,
            other => return Err(Failed::constant("require_sandbox", other)),
        };
        Ok(Limits {
            page_deadline: milliseconds(self.page_deadline_ms, usual.page_deadline),
            unauthorize_deadline: milliseconds(
                self.unauthorize_deadline_ms,
                usual.unauthorize_deadline,
            ),
            require_sandbox,
            ..usual
        })
    }
}

/// Has the contact book of this home asked whose number it is.
fn with_contact_book(
    builder: HostBuilder,
    home: Option<String>,
    notifications: &Arc<Notifications>,
) -> HostBuilder {
    // Without a home there is no host either.
    let Some(home) = home.map(Into::into).or_else(default_home) else {
        return builder;
    };
    let told = Arc::clone(notifications);
    let tell = Arc::new(move |notification: Notification| {
        let _ = told.add(&notification);
    });
    builder.contact_source(Arc::new(BookSource::new(home, tell)))
}

/// Tells the program which pages to open.
struct ToldPages(Arc<Notifications>);

impl Browser for ToldPages {
    fn open(&self, page: &Page) -> Result<(), BrowserError> {
        if self.0.add(&Notification::OpenPage(page.clone())) {
            return Ok(());
        }
        Err(BrowserError {
            url: page.url.as_str().to_owned(),
            source: io::Error::new(io::ErrorKind::BrokenPipe, "the host is destroyed"),
        })
    }
}
