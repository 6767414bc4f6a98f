//! The thread with the window. It hears of everything, and waits for nothing.

use std::sync::mpsc::Sender;
use std::time::Duration;

use callpop_host::{
    CallEvent, CallState, Contact, FolderChange, Host, HostEvent, Lane, OpenAs, Page, PopResult,
    QueueFull, QueuedHost, with_causes,
};

use crate::{accounts, adapters, calls, history, log_out, support};

pub(crate) enum Message {
    Typed(String),
    Host(HostEvent),
    Page(Page),
    Folder(FolderChange),
    /// What came of something that has no event of its own.
    Said(Vec<String>),
    Quit,
}

pub(crate) struct Dialer {
    queued: QueuedHost,
    inbox: Sender<Message>,
    /// What the user is asked: which of these contacts it is, for this call, in this adapter's CRM.
    asked: Vec<(CallEvent, String, Vec<Contact>)>,
}

impl Dialer {
    pub(crate) fn new(queued: QueuedHost, inbox: Sender<Message>) -> Self {
        let asked = Vec::new();
        Self {
            queued,
            inbox,
            asked,
        }
    }

    /// What is to be shown; nothing any more, once the user quits.
    pub(crate) fn hear(&mut self, message: Message) -> Option<Vec<String>> {
        Some(match message {
            Message::Typed(line) => match self.typed(&line) {
                Ok(lines) => lines,
                Err(full) => vec![full.to_string()],
            },
            Message::Host(event) => self.told(event),
            Message::Page(page) => vec![shown(&page)],
            Message::Folder(change) => vec![format!("adapters: {change}")],
            Message::Said(lines) => lines,
            Message::Quit => return None,
        })
    }

    fn typed(&mut self, line: &str) -> Result<Vec<String>, QueueFull> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["ring", call, number] => self.heard(CallState::Ringing, call, number)?,
            ["answer", call, number] => self.heard(CallState::Connected, call, number)?,
            ["end", call, number] => self.heard(CallState::Ended, call, number)?,
            ["choose", id] => return self.chosen(id),
            ["adapters"] => self.ask(&Lane::Quick, adapters::shown)?,
            ["release", adapter] => self.of_adapter(adapter, adapters::release)?,
            ["connect", adapter, address] => {
                let address = address.to_owned();
                self.of_adapter(adapter, move |host, id| {
                    accounts::connect(host, id, &address)
                })?;
            }
            ["settings", adapter] => self.of_adapter(adapter, accounts::settings)?,
            ["set", adapter, id, value] => {
                let (id, value) = (id.to_owned(), value.to_owned());
                self.of_adapter(adapter, move |host, adapter| {
                    accounts::save(host, adapter, &id, &value)
                })?;
            }
            ["menu", adapter, log, contact] => {
                let log = history::logged(log, contact);
                return Ok(history::menu(self.queued.host(), adapter, &log));
            }
            ["open-log", adapter, log, contact] => {
                let log = history::logged(log, contact);
                self.of_adapter(adapter, move |host, id| history::open(host, id, &log))?;
            }
            ["log-out", adapter] => self.of_adapter(adapter, log_out::log_out)?,
            ["support"] => self.ask(&Lane::Slow("support"), support::examined)?,
            ["history"] => self.ask(&Lane::Slow("history"), support::past)?,
            ["quit"] => drop(self.inbox.send(Message::Quit)),
            _ => return Ok(vec![format!("what is `{line}`?")]),
        }
        Ok(Vec::new())
    }

    fn heard(&self, state: CallState, call: &str, number: &str) -> Result<(), QueueFull> {
        let event = calls::event(state, call, number);
        self.queued.on_call(&event)?; // returns at once
        Ok(())
    }

    /// The user has picked one of the contacts.
    fn chosen(&mut self, id: &str) -> Result<Vec<String>, QueueFull> {
        for (index, (event, adapter, contacts)) in self.asked.iter().enumerate() {
            if let Some(contact) = contacts.iter().find(|contact| contact.id == id) {
                self.queued.choose(event, adapter, contact)?;
                self.asked.remove(index);
                return Ok(Vec::new());
            }
        }
        Ok(vec![format!("nobody is asked about {id}")])
    }

    /// Has something done after what was asked of the same adapter.
    fn of_adapter(
        &self,
        adapter: &str,
        work: impl FnOnce(&Host, &str) -> Vec<String> + Send + 'static,
    ) -> Result<(), QueueFull> {
        let id = adapter.to_owned();
        self.ask(&Lane::Adapter(id.clone()), move |host| work(host, &id))
    }

    fn ask(
        &self,
        lane: &Lane,
        work: impl FnOnce(&Host) -> Vec<String> + Send + 'static,
    ) -> Result<(), QueueFull> {
        let inbox = self.inbox.clone();
        self.queued.run(lane, move |host| {
            let mut lines = work(host);
            lines.extend(support::damaged(host));
            let _ = inbox.send(Message::Said(lines));
        })
    }

    fn told(&mut self, event: HostEvent) -> Vec<String> {
        match event {
            HostEvent::Call { event, result, .. } => {
                let lines = calls::told(&result);
                for account in result.into_iter().flatten() {
                    if let PopResult::Ask(contacts) = account.result {
                        let event = CallEvent::clone(&event);
                        self.asked.push((event, account.adapter, contacts));
                    }
                }
                if event.state == CallState::Ended {
                    self.asked.retain(|(of, ..)| of.call_id != event.call_id);
                }
                lines
            }
            HostEvent::Contact { result, .. } => match result {
                Ok(result) => vec![calls::shown(&result)],
                Err(error) => vec![with_causes(&error)],
            },
            HostEvent::Panicked { .. } => vec!["the dialer has a fault".to_owned()],
            _ => Vec::new(), // what this dialer does not ask for
        }
    }

    pub(crate) fn wait(&self, patience: Duration) -> bool {
        self.queued.wait(patience)
    }
}

/// Stands for a tab, or a window, of the dialer's own view.
fn shown(page: &Page) -> String {
    let place = match page.open_as {
        OpenAs::Popup => "window",
        _ => "tab",
    };
    format!("{place}: {}", page.url.as_str())
}
