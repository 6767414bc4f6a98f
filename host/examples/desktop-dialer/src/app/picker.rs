//! Several contacts have the number: which of them is it?

use std::collections::VecDeque;

use callpop_host::{CallEvent, Contact};
use egui::{Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui, Vec2};

use super::calls_page::name_field;
use super::controls;
use super::theme;
use crate::calls::CallId;
use crate::desk::Desk;

struct Question {
    event: CallEvent,
    adapter: String,
    adapter_name: String,
    contacts: Vec<Contact>,
}

/// The questions that wait, the first of which is shown.
#[derive(Default)]
pub(super) struct Picker {
    questions: VecDeque<Question>,
    search: String,
    is_new: bool,
}

impl Picker {
    pub(super) fn ask(
        &mut self,
        event: CallEvent,
        adapter: String,
        adapter_name: String,
        contacts: Vec<Contact>,
    ) {
        let is_asked = |it: &Question| it.event.call_id == event.call_id && it.adapter == adapter;
        if self.questions.iter().any(is_asked) {
            return;
        }
        self.is_new |= self.questions.is_empty();
        self.questions.push_back(Question {
            event,
            adapter,
            adapter_name,
            contacts,
        });
    }

    /// The call is over: nothing opens for it any more.
    pub(super) fn forget(&mut self, id: &CallId) {
        self.questions.retain(|it| it.event.call_id != id.0);
    }

    pub(super) fn is_open(&self) -> bool {
        !self.questions.is_empty()
    }

    pub(super) fn show(&mut self, ui: &Ui, desk: &Desk) {
        let Some(question) = self.questions.front() else {
            return;
        };
        let number = question.event.other_number().unwrap_or_default();
        let mut selected = None;
        let mut is_skipped = false;
        let modal = Modal::new(Id::unique("picker")).show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            ui.label(RichText::new("Who is it?").size(theme::TITLE));
            controls::weak(
                ui,
                format!(
                    "Several contacts in {} have {number}.",
                    question.adapter_name
                ),
            );
            ui.add_space(4.0);
            let field = TextEdit::singleline(&mut self.search)
                .hint_text("Search by name or id")
                .desired_width(f32::INFINITY)
                .margin(egui::Margin::symmetric(12, 8));
            let field = ui.add(field);
            name_field(ui, &field, "Search by name or id");
            if std::mem::take(&mut self.is_new) {
                field.request_focus();
            }
            let found: Vec<&Contact> = question
                .contacts
                .iter()
                .filter(|contact| fits(contact, &self.search))
                .collect();
            if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                selected = found.first().copied().cloned();
            }
            ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
                for contact in &found {
                    if row(ui, contact).clicked() {
                        selected = Some((*contact).clone());
                    }
                }
                if found.is_empty() {
                    controls::weak(ui, "Nobody is called so.");
                }
            });
            ui.add_space(4.0);
            is_skipped = controls::quiet(ui, "None of them")
                .on_hover_text("Escape")
                .clicked();
        });
        if let Some(contact) = selected {
            let crm = desk.crm();
            crm.choose(question.event.clone(), question.adapter.clone(), contact);
            self.next();
        } else if is_skipped || modal.should_close() {
            self.next();
        }
    }

    fn next(&mut self) {
        self.questions.pop_front();
        self.search.clear();
        self.is_new = self.is_open();
    }
}

fn row(ui: &mut Ui, contact: &Contact) -> egui::Response {
    let name = if contact.name.is_empty() {
        &contact.id
    } else {
        &contact.name
    };
    let mut about = format!("{}", contact.id);
    if let Some(kind) = &contact.contact_type {
        about = format!("{kind} {about}");
    }
    let colour = theme::palette(ui).weak;
    let about = RichText::new(about).color(colour).size(theme::SMALL);
    let row = egui::Button::new((name.to_string(), egui::Atom::grow(), about));
    ui.add(row.min_size(Vec2::new(ui.available_width(), 40.0)))
}

fn fits(contact: &Contact, search: &str) -> bool {
    let text = format!("{} {}", contact.name, contact.id).to_lowercase();
    let mut words = search.split_whitespace();
    words.all(|word| text.contains(&word.to_lowercase()))
}
