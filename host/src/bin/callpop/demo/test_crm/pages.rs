//! TestCRM's pages. What is put into them is escaped by the template engine.

use minijinja::{Environment, context};
use serde::Serialize;

#[derive(Debug)]
pub(super) struct Pages(Environment<'static>);

impl Pages {
    pub(super) fn embedded() -> Result<Self, minijinja::Error> {
        let mut pages = Environment::new();
        pages.add_template("frame.html", include_str!("frame.html"))?;
        pages.add_template("style.css", include_str!("style.css"))?;
        pages.add_template("rows.html", include_str!("rows.html"))?;
        pages.add_template("contacts.html", include_str!("contacts.html"))?;
        pages.add_template("contact.html", include_str!("contact.html"))?;
        pages.add_template("activity.html", include_str!("activity.html"))?;
        pages.add_template("search.html", include_str!("search.html"))?;
        pages.add_template("missing.html", include_str!("missing.html"))?;
        Ok(Self(pages))
    }

    pub(super) fn render(
        &self,
        template: &str,
        title: &str,
        record: impl Serialize,
    ) -> Result<String, minijinja::Error> {
        self.0
            .get_template(template)?
            .render(context! { title, record })
    }
}
