//! The window: what it shows, and what becomes of what the user does in it. It never waits: what
//! takes time is asked of the [`Desk`], and what comes of it is heard before the next frame.

mod adapters_page;
mod calls_page;
mod controls;
mod crm_page;
mod history_page;
mod navigation;
mod picker;
mod setting_field;
mod theme;
mod toasts;

use std::sync::mpsc::Receiver;

use callpop_host::Direction;
use egui::{CentralPanel, Frame, Margin, Ui};

use crate::calls::history::Entry;
use crate::calls::{Call, CallId, Ending};
use crate::crm::{Overview, Told};
use crate::desk::{Desk, Update};

use calls_page::CallsPage;
use crm_page::CrmPage;
use history_page::HistoryPage;
use navigation::Page;
use picker::Picker;
use toasts::Toasts;

/// How long a call that is over stays to be seen, in seconds.
const FAREWELL: f64 = 4.0;

/// A call that is shown.
struct Shown {
    call: Call,
    /// What it led to in the CRMs.
    popped: Vec<String>,
    /// When it ended, on the window's clock.
    ended: Option<f64>,
}

/// The window's content.
pub struct App {
    desk: Desk,
    updates: Receiver<Update>,
    /// Where calls come in, in words.
    listening: String,
    page: Page,
    shown: Vec<Shown>,
    history: Vec<Entry>,
    /// The newest call of the history when that was last looked at, or read.
    seen: Option<CallId>,
    is_history_read: bool,
    /// `None` until the host has looked.
    overview: Option<Overview>,
    calls_page: CallsPage,
    history_page: HistoryPage,
    crm_page: CrmPage,
    picker: Picker,
    toasts: Toasts,
    is_styled: bool,
}

impl App {
    /// Shows what the desk tells of. `listening` says where calls come in.
    #[must_use]
    pub fn new(desk: Desk, updates: Receiver<Update>, listening: String) -> Self {
        Self {
            desk,
            updates,
            listening,
            page: Page::Calls,
            shown: Vec::new(),
            history: Vec::new(),
            seen: None,
            is_history_read: false,
            overview: None,
            calls_page: CallsPage::default(),
            history_page: HistoryPage::default(),
            crm_page: CrmPage::default(),
            picker: Picker::default(),
            toasts: Toasts::default(),
            is_styled: false,
        }
    }

    /// Shows a frame.
    pub fn show(&mut self, ui: &mut Ui) {
        if !std::mem::replace(&mut self.is_styled, true) {
            theme::apply(ui.ctx());
        }
        let now = ui.input(|input| input.time);
        self.hear(ui, now);
        self.take_leave(ui, now);
        self.keys(ui);
        let missed = self.missed();
        navigation::show(ui, &mut self.page, missed, &self.listening);
        let palette = theme::palette(ui);
        let margin = Frame::NONE
            .fill(palette.background)
            .inner_margin(Margin::symmetric(28, 22));
        CentralPanel::no_frame()
            .frame(margin)
            .show(ui, |ui| match self.page {
                Page::Calls => {
                    self.calls_page
                        .show(ui, &self.desk, &self.shown, now, &mut self.toasts)
                }
                Page::History => {
                    self.history_page
                        .show(ui, &self.desk, &self.history, &mut self.toasts)
                }
                Page::Crm => self.crm_page.show(ui, &self.desk, self.overview.as_ref()),
                Page::Adapters => adapters_page::show(ui, &self.desk, self.overview.as_ref()),
            });
        self.picker.show(ui, &self.desk);
        self.toasts.show(ui, now);
    }

    /// Hears what has happened since the last frame.
    fn hear(&mut self, ui: &Ui, now: f64) {
        while let Ok(update) = self.updates.try_recv() {
            match update {
                Update::Call(call) => self.hear_of_call(ui, call, now),
                Update::History(entries) => {
                    self.history = entries;
                    if !std::mem::replace(&mut self.is_history_read, true) {
                        self.seen = self.history.first().map(|it| it.id.clone());
                    }
                    self.history_page.ask_again();
                }
                Update::Crm(told) => self.hear_of_crm(told, now),
            }
        }
    }

    fn hear_of_call(&mut self, ui: &Ui, call: Call, now: f64) {
        let ended = call.is_over().then_some(now);
        if let Some(shown) = self.shown.iter_mut().find(|it| it.call.id == call.id) {
            let matches = std::mem::take(&mut shown.call.matches);
            shown.call = call;
            if shown.call.matches.is_empty() {
                shown.call.matches = matches;
            }
            shown.ended = ended;
            if ended.is_some() {
                self.picker.forget(&shown.call.id);
            }
            return;
        }
        if ended.is_some() {
            return;
        }
        if call.direction == Direction::Inbound {
            self.page = Page::Calls;
            let wanted = egui::UserAttentionType::Informational;
            let asked = egui::ViewportCommand::RequestUserAttention(wanted);
            ui.ctx().send_viewport_cmd(asked);
        }
        self.shown.push(Shown {
            call,
            popped: Vec::new(),
            ended,
        });
    }

    fn hear_of_crm(&mut self, told: Told, now: f64) {
        match told {
            Told::Overview(overview) => {
                self.crm_page.hear_overview(&self.desk, &overview);
                self.history_page.ask_again();
                if let Some(problem) = &overview.problem {
                    self.toasts.problem(problem.clone(), now);
                }
                self.overview = Some(overview);
            }
            Told::Matches(id, matches) => {
                if let Some(shown) = self.shown.iter_mut().find(|it| it.call.id == id) {
                    shown.call.matches = matches;
                }
            }
            Told::Popped(id, what) => {
                if let Some(shown) = self.shown.iter_mut().find(|it| it.call.id == id) {
                    shown.popped.push(what);
                }
            }
            Told::Ask {
                event,
                adapter,
                adapter_name,
                contacts,
            } => self.picker.ask(event, adapter, adapter_name, contacts),
            Told::Menu(id, items) => self.history_page.hear_menu(id, items),
            Told::Notice { text, is_problem } if is_problem => self.toasts.problem(text, now),
            Told::Notice { text, .. } => self.toasts.notice(text, now),
            told => {
                if let Some(notice) = self.crm_page.hear(&self.desk, told) {
                    self.toasts.notice(notice, now);
                }
            }
        }
    }

    /// How many calls were missed since the history was last looked at.
    fn missed(&mut self) -> usize {
        if self.page == Page::History {
            self.seen = self.history.first().map(|it| it.id.clone());
        }
        let is_new = |it: &&Entry| Some(&it.id) != self.seen.as_ref();
        let new = self.history.iter().take_while(is_new);
        new.filter(|it| it.ending == Ending::Missed).count()
    }

    /// Lets calls go that have been over for a while.
    fn take_leave(&mut self, ui: &Ui, now: f64) {
        self.shown
            .retain(|it| it.ended.is_none_or(|ended| now - ended < FAREWELL));
        if !self.shown.is_empty() {
            // Times of calls go on, once a second.
            ui.ctx()
                .request_repaint_after(std::time::Duration::from_millis(500));
        }
    }
}
