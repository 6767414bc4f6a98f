//! Runs an adapter that is a file of templates. It is data and no code, so it needs no worker: what
//! it answers is filled in here, and checked like any adapter's answer.

use callpop_adapter::{Actions, AdapterError, CallLog, Contact, Context, OpenAs, PageTemplate};

use crate::manifest::{Manifest, PageUrls};
use crate::plan::Planning;
use crate::runner::{Answer, Request, Runner, RunnerError};

/// What `trigger` says among a context's extras when a call opens the page.
const CALL_POP: &str = "call-pop";

pub(crate) struct TemplateAdapter {
    pub(crate) pages: PageUrls,
    pub(crate) open_as: OpenAs,
    /// The hash of the file.
    pub(crate) sha256: String,
}

impl TemplateAdapter {
    pub(crate) fn answer(&self, request: &Request<'_>) -> Result<Actions, AdapterError> {
        match request {
            Request::OpenContactPage(context, contact) => {
                let by_call = self.pages.call_pop_url.as_ref();
                let is_call_pop = context
                    .extras
                    .get("trigger")
                    .is_some_and(|it| it == CALL_POP);
                let template = by_call.filter(|_| is_call_pop);
                let template = template.or(self.pages.contact_page_url.as_ref());
                self.page(template, context, Some(contact), None)
            }
            Request::OpenLogPage(context, log) => {
                self.page(self.pages.log_page_url.as_ref(), context, None, Some(log))
            }
            Request::OnUnauthorize(_) => Ok(Actions::none()),
        }
    }

    fn page(
        &self,
        template: Option<&PageTemplate>,
        context: &Context<'_>,
        contact: Option<&Contact<'_>>,
        log: Option<&CallLog<'_>>,
    ) -> Result<Actions, AdapterError> {
        // The manifest says which pages there are, so nobody asks for one that is not.
        let template =
            template.ok_or_else(|| AdapterError::not_supported("it has no such page"))?;
        Ok(opening(
            template.fill_from(context, contact, log)?,
            self.open_as,
        ))
    }
}

impl Runner for TemplateAdapter {
    fn run(&self, request: &Request<'_>, plan: &mut Planning<'_>) -> Result<(), RunnerError> {
        plan.add_all(&Answer::from(self.answer(request)).into_result()?);
        Ok(())
    }

    fn sha256(&self) -> Option<&str> {
        Some(&self.sha256)
    }
}

/// What opens when nobody matched the caller, if the adapter has a page for that.
pub(crate) fn fallback_page(
    manifest: &Manifest,
    context: &Context<'_>,
) -> Option<Result<Actions, AdapterError>> {
    let template = manifest.fallback_contact_page_url.as_ref()?;
    let url = template.fill_from(context, None, None);
    Some(url.map(|url| opening(url, manifest.open_as)))
}

fn opening(url: String, open_as: OpenAs) -> Actions {
    match open_as {
        OpenAs::Popup => Actions::none().open_popup(url),
        _ => Actions::none().open_tab(url),
    }
}
