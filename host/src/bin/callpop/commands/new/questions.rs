//! What must be known of the new adapter: given, asked for, or assumed, and checked by the
//! manifest's own rules.

use callpop_host::{HostPattern, Manifest};
use serde_json::{Value, json};

use super::page::{Kind, Page, Unfit};
use super::place::Place;
use super::unfit;
use crate::args::New;
use crate::asking::{self, NoAnswer};
use crate::failure::{Exit, Failure};

const USUAL_TYPE: &str = "person";
const USUAL_CONTACT_PAGE: &str = "https://{hostname}/contacts/{contactId}";

/// What is typed where there is no page, and where accounts live on any host.
const NONE: &str = "none";
const ANY: &str = "any";

/// All that the crate is made of.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) vendor: String,
    pub(super) hosts: Vec<HostPattern>,
    /// The kinds of record, where there are several or a page needs to know.
    pub(super) contact_types: Vec<String>,
    /// The contact's, the log's, or both.
    pub(super) pages: Vec<Page>,
}

/// Something that was neither given nor asked for.
#[derive(Debug)]
pub(super) struct Assumed {
    /// The option that says otherwise.
    pub(super) option: &'static str,
    pub(super) value: String,
}

impl Answers {
    /// The package's name.
    pub(super) fn package(&self) -> String {
        format!("callpop-adapter-{}", self.id)
    }

    pub(super) fn page(&self, kind: Kind) -> Option<&Page> {
        self.pages.iter().find(|it| it.kind == kind)
    }

    /// The settings that the pages need, each once.
    pub(super) fn settings(&self) -> Vec<&str> {
        each_once(self.pages.iter().flat_map(Page::settings))
    }

    /// The stored values that the pages need, each once.
    pub(super) fn stored_values(&self) -> Vec<&str> {
        each_once(self.pages.iter().flat_map(Page::stored_values))
    }

    /// Whether a page has this token.
    pub(super) fn needs(&self, token: &str) -> bool {
        self.pages.iter().any(|page| page.needs(token))
    }

    /// What `new` gives, and the rest from the terminal or by assumption.
    pub(super) fn of(
        new: &New,
        place: &Place,
        asks: bool,
    ) -> Result<(Self, Vec<Assumed>), Failure> {
        let mut questions = Questions {
            asks,
            assumed: Vec::new(),
        };
        let id = match &new.id {
            Some(id) => given("--id", "id", id)?,
            None => given("NAME", "id", &place.name).map_err(|failure| {
                failure.advice("Name the folder so, or give the id with --id")
            })?,
        };
        let usual_name = in_title_case(&id);
        let name = questions.line(&new.name, "name", "--name", "The CRM's name:", &usual_name)?;
        let usual_vendor = if place.is_in_checkout() {
            "Callpop"
        } else {
            &name
        };
        let vendor = questions.line(
            &new.vendor,
            "vendor",
            "--vendor",
            "Who makes the adapter:",
            usual_vendor,
        )?;
        let pages = questions.pages(new)?;
        let hosts = questions.hosts(&new.host, &pages)?;
        let contact_types = questions.contact_types(&new.contact_type, &pages)?;
        let answers = Self {
            id,
            name,
            vendor,
            hosts,
            contact_types,
            pages,
        };
        Ok((answers, questions.assumed))
    }
}

struct Questions {
    asks: bool,
    assumed: Vec<Assumed>,
}

impl Questions {
    fn line(
        &mut self,
        given_line: &Option<String>,
        member: &'static str,
        option: &'static str,
        question: &str,
        usual: &str,
    ) -> Result<String, Failure> {
        if let Some(line) = given_line {
            return given(option, member, line);
        }
        if self.asks {
            let check = move |line: &str| checked(member, &json!(line)).map(drop);
            return asking::text(question, "", usual, check).map_err(cancelled);
        }
        self.assume(option, format!("the {member} {usual:?}"));
        given(option, member, usual)
    }

    fn pages(&mut self, new: &New) -> Result<Vec<Page>, Failure> {
        let contact = match &new.contact_page {
            Some(text) => Some(self.given_page(Kind::Contact, text)?),
            None if new.no_contact_page => None,
            None if self.asks => self.asked_page(Kind::Contact)?,
            None => {
                let value = format!("the contact page {USUAL_CONTACT_PAGE}");
                self.assume("--contact-page", value);
                Some(self.given_page(Kind::Contact, USUAL_CONTACT_PAGE)?)
            }
        };
        let log = match &new.log_page {
            Some(text) => Some(self.given_page(Kind::Log, text)?),
            None if self.asks => self.asked_page(Kind::Log)?,
            None => {
                self.assume("--log-page", "that there is no log page".to_owned());
                None
            }
        };
        let pages: Vec<_> = contact.into_iter().chain(log).collect();
        if pages.is_empty() {
            let message = "an adapter opens a contact's page, a log's page, or both";
            return Err(Failure::new(Exit::Usage, "no-page", message));
        }
        Ok(pages)
    }

    fn given_page(&self, kind: Kind, text: &str) -> Result<Page, Failure> {
        match Page::read(kind, text) {
            Err(Unfit::Several(templates, host)) if self.asks => {
                let help = "↑↓ to move, Enter to take it";
                let template = asking::select("Which part is the id?", help, templates);
                let page = Page::read(kind, &template.map_err(cancelled)?);
                let page = page.map_err(|what| unfit(kind.option(), what))?;
                Ok(Page { host, ..page })
            }
            page => page.map_err(|what| unfit(kind.option(), what)),
        }
    }

    fn asked_page(&self, kind: Kind) -> Result<Option<Page>, Failure> {
        let (question, usual) = match kind {
            Kind::Contact => ("A contact's page:", USUAL_CONTACT_PAGE),
            Kind::Log => ("A logged call's page:", NONE),
        };
        let help = "a template, or an address from the browser; none if there is none";
        let check = move |text: &str| match Page::read(kind, text) {
            Err(Unfit::Page(what)) if text != NONE => Err(what),
            _ => Ok(()),
        };
        let text = asking::text(question, help, usual, check).map_err(cancelled)?;
        if text == NONE {
            return Ok(None);
        }
        self.given_page(kind, &text).map(Some)
    }

    /// The hosts, which the pages' examples must be among.
    fn hosts(&mut self, given: &[String], pages: &[Page]) -> Result<Vec<HostPattern>, Failure> {
        let mut of_pages: Vec<&str> = pages.iter().filter_map(|it| it.host.as_deref()).collect();
        of_pages.dedup();
        let hosts = if !given.is_empty() {
            host_patterns(given).map_err(|what| unfit("--host", what))?
        } else if self.asks {
            let usual = match of_pages.as_slice() {
                [] => ANY.to_owned(),
                hosts => hosts.join(", "),
            };
            let help = "app.acme.example or *.acme.example, several with commas between; any for \
                        any host";
            let check = |text: &str| host_patterns(&listed(text)).map(drop);
            let text = asking::text("Accounts live on:", help, &usual, check);
            host_patterns(&listed(&text.map_err(cancelled)?)).unwrap_or_default()
        } else {
            let hosts: Vec<_> = of_pages.iter().map(|host| (*host).to_owned()).collect();
            let value = match hosts.as_slice() {
                [] => "that accounts live on any host".to_owned(),
                hosts => format!("that accounts live on {} alone", hosts.join(" and ")),
            };
            self.assume("--host", value);
            host_patterns(&hosts).map_err(|what| unfit("--host", what))?
        };
        for page in pages {
            let host = page.host.as_deref().unwrap_or_default();
            let fits = hosts.is_empty() || hosts.iter().any(|pattern| pattern.matches(host));
            if page.host.is_some() && !fits {
                let what = format!("{host} is none of the hosts that accounts live on");
                return Err(unfit(page.kind.option(), what));
            }
        }
        Ok(hosts)
    }

    fn contact_types(&mut self, given: &[String], pages: &[Page]) -> Result<Vec<String>, Failure> {
        let types: Vec<_> = given
            .iter()
            .map(|value| json!({ "value": value }))
            .collect();
        checked("contactTypes", &json!(types)).map_err(|what| unfit("--contact-type", what))?;
        if given.is_empty() && pages.iter().any(|page| page.needs("contactType")) {
            self.assume("--contact-type", format!("the contact type {USUAL_TYPE:?}"));
            return Ok(vec![USUAL_TYPE.to_owned()]);
        }
        Ok(given.to_vec())
    }

    fn assume(&mut self, option: &'static str, value: String) {
        self.assumed.push(Assumed { option, value });
    }
}

fn each_once<'text>(texts: impl Iterator<Item = &'text str>) -> Vec<&'text str> {
    let mut once = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

/// A value for a member of `adapter.json`, by its rules.
fn given(option: &str, member: &str, value: &str) -> Result<String, Failure> {
    checked(member, &json!(value)).map_err(|what| unfit(option, what))?;
    Ok(value.to_owned())
}

fn host_patterns(hosts: &[String]) -> Result<Vec<HostPattern>, String> {
    checked("hosts", &json!(hosts)).map(|manifest| manifest.hosts)
}

/// A manifest with this member, or what its rules say against that.
fn checked(member: &str, value: &Value) -> Result<Manifest, String> {
    let mut manifest = json!({ "id": "x", "name": "x", "version": "0.1.0", "vendor": "x" });
    manifest[member] = value.clone();
    Manifest::parse(&manifest.to_string()).map_err(|error| error.what)
}

fn listed(text: &str) -> Vec<String> {
    let parts = text.split(',').map(str::trim);
    parts
        .filter(|it| !it.is_empty() && *it != ANY)
        .map(ToOwned::to_owned)
        .collect()
}

/// `acme-crm` as people write it: Acme Crm.
fn in_title_case(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join(" ")
}

fn cancelled(why: NoAnswer) -> Failure {
    let failure = Failure::new(Exit::Usage, "no-answer", format!("{why}; nothing was made"));
    match why {
        NoAnswer::Given => failure,
        NoAnswer::Terminal(_) => failure.advice("Give what is asked for as options, or --yes"),
    }
}
