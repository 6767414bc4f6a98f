//! The window's content without a window: what a person or a screen reader finds in it, and what they
//! do there. Behind it are a real host and real workers; the telephone and the browser are recorded.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use callpop_desktop_dialer::app::App;
use callpop_desktop_dialer::calls::{CallId, Ending};
use callpop_desktop_dialer::crm::Setup;
use callpop_desktop_dialer::desk::Desk;
use callpop_desktop_dialer::sip::{Command, Event};
use callpop_host::{
    ConnectRequest, ContactBook, Host, ImportOptions, Limits, PopSettings, RecordingBrowser,
};
use callpop_tests::{PATIENT, Sandbox};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use egui_kittest::{Harness, Node};

/// One contact of TestCRM has this number.
pub(crate) const JOHN: &str = "+12025550123";
/// Two have this one.
pub(crate) const AMINA: &str = "+12025550147";

const TEST_CRM: &str = "id,name,phone\n1234829292,John Doe,+12025550123\n\
    1234829311,Amina Haddad,+12025550147\n1234829318,Noah Brandt,+12025550147\n";

/// A call from this number that is logged.
pub(crate) fn incoming(id: &str, number: &str) -> Event {
    calling(id, number, Some("88421"))
}

/// A call that nobody logs.
pub(crate) fn incoming_without_log(id: &str, number: &str) -> Event {
    calling(id, number, None)
}

fn calling(id: &str, number: &str, log_id: Option<&str>) -> Event {
    Event::Incoming {
        id: CallId(id.to_owned()),
        number: Some(number.to_owned()),
        name: None,
        dialled: Some("+12025550100".to_owned()),
        log_id: log_id.map(ToOwned::to_owned),
        arrived: Instant::now(),
    }
}

pub(crate) struct Window {
    sandbox: Sandbox,
    browser: Arc<RecordingBrowser>,
    open: Option<Open>,
}

struct Open {
    harness: Harness<'static, App>,
    desk: Desk,
    commands: Receiver<Command>,
    /// Told whenever there is something new to show.
    woken: Receiver<()>,
}

impl Window {
    pub(crate) fn new(adapters: &[&str]) -> Self {
        Self {
            sandbox: Sandbox::with(adapters),
            browser: Arc::default(),
            open: None,
        }
    }

    /// With an account of this adapter.
    pub(crate) fn connected(self, adapter: &str) -> Self {
        let hostname = match adapter {
            "test-crm" => "127.0.0.1:8123",
            "freshdesk" => "acme.freshdesk.com",
            _ => "crm.example.com",
        };
        let request = ConnectRequest::new(adapter, hostname);
        self.another_host().connect(&request).unwrap();
        self
    }

    /// With the contacts of TestCRM in the contact book, and one of Freshdesk's.
    pub(crate) fn with_contacts(self) -> Self {
        self.import("test-crm", TEST_CRM);
        self.import("freshdesk", "id,name,phone\n7,John Doe,+12025550123\n");
        self
    }

    pub(crate) fn with_contacts_of(self, adapter: &str, csv: &str) -> Self {
        self.import(adapter, csv);
        self
    }

    pub(crate) fn import(&self, adapter: &str, csv: &str) {
        let book = ContactBook::open(&self.sandbox.home(), None).unwrap();
        let options = ImportOptions {
            adapter: Some(adapter.to_owned()),
            ..ImportOptions::default()
        };
        book.import(csv.as_bytes(), &options, |_| ()).unwrap();
    }

    pub(crate) fn with_pop_settings(self, adapter: &str, settings: PopSettings) -> Self {
        self.another_host()
            .set_pop_settings(adapter, settings)
            .unwrap();
        self
    }

    pub(crate) fn write_home(&self, name: &str, text: &str) {
        fs::create_dir_all(self.sandbox.home()).unwrap();
        fs::write(self.sandbox.home().join(name), text).unwrap();
    }

    pub(crate) fn write_plugin(&self, name: &str, bytes: &[u8]) {
        self.sandbox.write(name, bytes);
    }

    pub(crate) fn plugins(&self) -> PathBuf {
        self.sandbox.plugins()
    }

    /// Another host over the same home, to look what is kept there.
    pub(crate) fn another_host(&self) -> Host {
        self.sandbox.host()
    }

    /// The pages that opened.
    pub(crate) fn pages(&self) -> Vec<String> {
        let pages = self.browser.pages().into_iter();
        pages.map(|page| page.url.as_str().to_owned()).collect()
    }

    /// Opens the window.
    pub(crate) fn open(&mut self) {
        let browser = Arc::clone(&self.browser);
        let setup = Setup {
            home: Some(self.sandbox.home()),
            plugins: vec![self.sandbox.plugins()],
            more: Some(Box::new(move |builder| {
                builder
                    .browser(browser)
                    // As the dialer does itself: this very program would be the tests'.
                    .worker_program(env!("CARGO_BIN_EXE_callpop-desktop-dialer"))
                    // A busy machine is no fault of an adapter.
                    .limits(Limits {
                        page_deadline: PATIENT * 10,
                        unauthorize_deadline: PATIENT,
                        processor_seconds: 60,
                        ..Limits::default()
                    })
            })),
        };
        let (send, updates) = mpsc::channel();
        let (wake, woken) = mpsc::channel();
        let folder = self.sandbox.home().join("dialer");
        let desk = Desk::new(setup, folder, None, move |update| {
            let _ = send.send(update);
            let _ = wake.send(());
        });
        let desk = desk.unwrap();
        let (telephone, commands): (Sender<Command>, _) = mpsc::channel();
        desk.connect_telephone(Box::new(move |command| drop(telephone.send(command))));
        let app = App::new(desk.clone(), updates, "sip:agent@127.0.0.1:5060".to_owned());
        let harness = Harness::builder()
            .with_size([980.0, 1400.0])
            // Notices do not go while a test looks for them.
            .with_step_dt(0.001)
            .with_theme(egui::Theme::Light)
            .build_ui_state(|ui, app: &mut App| app.show(ui), app);
        self.open = Some(Open {
            harness,
            desk,
            commands,
            woken,
        });
    }

    fn opened(&mut self) -> &mut Open {
        self.open.as_mut().unwrap()
    }

    fn harness(&self) -> &Harness<'static, App> {
        &self.open.as_ref().unwrap().harness
    }

    fn step(&mut self) {
        let harness = &mut self.opened().harness;
        harness.step();
        harness.step();
    }

    /// The telephone tells of something.
    pub(crate) fn happens(&mut self, event: Event) {
        self.opened().desk.heard(event);
        self.step();
    }

    pub(crate) fn rings(&mut self, id: &str, number: &str) {
        self.happens(incoming(id, number));
    }

    pub(crate) fn ends(&mut self, id: &str, ending: Ending) {
        self.happens(Event::Ended(CallId(id.to_owned()), ending));
    }

    /// What the user had the telephone do.
    pub(crate) fn commanded(&mut self) -> Command {
        self.opened().commands.try_recv().unwrap()
    }

    pub(crate) fn no_command(&mut self) -> bool {
        self.opened().commands.try_recv().is_err()
    }

    /// All texts and names that are shown.
    fn texts(&self) -> Vec<String> {
        let nodes = self.harness().root().children_recursive();
        let text = |node: Node<'_>| {
            let node = node.accesskit_node();
            node.label().into_iter().chain(node.value())
        };
        nodes.flat_map(text).collect()
    }

    pub(crate) fn shows_any(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.texts().iter().any(|text| fits(text))
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.shows_any(|it| it == text)
    }

    /// Waits until something is shown that fits.
    #[track_caller]
    pub(crate) fn until_any(&mut self, fits: impl Fn(&str) -> bool) {
        self.wait(|window| window.shows_any(&fits));
    }

    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) {
        self.until_any(|it| it == text);
    }

    #[track_caller]
    pub(crate) fn until_gone(&mut self, text: &str) {
        self.wait(|window| !window.shows(text));
    }

    #[track_caller]
    fn wait(&mut self, is_so: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENT;
        loop {
            self.step();
            if is_so(self) {
                return;
            }
            assert!(
                Instant::now() < end,
                "not shown; there is {:?}",
                self.texts()
            );
            // Something new, or time that passes in the window.
            let _ = self.opened().woken.recv_timeout(Duration::from_millis(50));
        }
    }

    /// Presses a key, whatever has the focus.
    pub(crate) fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness().key_press_modifiers(modifiers, key);
        self.step();
    }

    /// Clicks the button of this name.
    #[track_caller]
    pub(crate) fn click(&mut self, name: &str) {
        self.click_role(Role::Button, name);
    }

    #[track_caller]
    pub(crate) fn click_role(&mut self, role: Role, name: &str) {
        self.wait(|window| window.find(role, name).is_some());
        self.find(role, name).unwrap().click();
        self.step();
    }

    /// The last of this role and name: what is in front is painted last.
    fn find(&self, role: Role, name: &str) -> Option<Node<'_>> {
        let nodes = self.harness().root().children_recursive();
        nodes
            .filter(|node| node.accesskit_node().role() == role)
            .filter(|node| node.accesskit_node().label().as_deref() == Some(name))
            .last()
    }

    /// Whether the field of this name cannot be changed.
    pub(crate) fn is_disabled(&self, role: Role, name: &str) -> bool {
        self.find(role, name)
            .unwrap()
            .accesskit_node()
            .is_disabled()
    }

    /// Selects an option of a choice.
    #[track_caller]
    pub(crate) fn choose(&mut self, name: &str, option: &str) {
        self.click_role(Role::ComboBox, name);
        self.wait(|window| window.option(option).is_some());
        self.option(option).unwrap().click();
        self.step();
    }

    fn option(&self, name: &str) -> Option<Node<'_>> {
        let nodes = self.harness().root().children_recursive();
        nodes
            .filter(|node| !matches!(node.accesskit_node().role(), Role::ComboBox | Role::Label))
            .filter(|node| node.accesskit_node().label().as_deref() == Some(name))
            .last()
    }

    /// Writes into the field of this name, instead of what stands there.
    #[track_caller]
    pub(crate) fn type_into(&mut self, name: &str, text: &str) {
        self.wait(|window| window.find(Role::TextInput, name).is_some());
        self.find(Role::TextInput, name).unwrap().focus();
        self.step();
        self.key(Modifiers::COMMAND, Key::A);
        self.find(Role::TextInput, name).unwrap().type_text(text);
        self.step();
    }

    /// The names of what has the focus, as the tabulator goes from one to the next.
    pub(crate) fn tab_order(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            self.key(Modifiers::NONE, Key::Tab);
            let nodes = self.harness().root().children_recursive();
            let focused = nodes
                .filter(|node| node.accesskit_node().is_focused())
                .filter_map(|node| node.accesskit_node().label())
                .last();
            names.push(focused.unwrap_or_default());
        }
        names
    }
}
