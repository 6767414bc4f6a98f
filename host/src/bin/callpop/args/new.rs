//! What `callpop new` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

#[derive(Debug, Args)]
#[command(after_help = "\
What is not given is asked for on a terminal, and assumed where there is none or with --yes.

A page is a URL template, or an address that you copied from the browser: then the part that looks
like an id is taken for it. A token that is not built in, such as {workspace}, becomes a setting.

Examples:
  callpop new acme-crm
  callpop new acme-crm --host '*.acme.example' --contact-page 'https://{hostname}/person/{contactId}'
  callpop new acme-crm --contact-page https://jo.acme.example/person/1234
  callpop new acme-crm --log-page 'https://{hostname}/w/{workspace}/calls/{logId}' --yes
  callpop new acme-crm --sdk ../callpop/adapter-api")]
pub(crate) struct New {
    /// The folder to make; its name is the adapter's id too
    #[arg(value_name = "NAME", value_hint = ValueHint::DirPath)]
    pub(crate) folder: PathBuf,
    /// The adapter's name for programs, if it is not that of the folder
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// The CRM's name for people
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Who makes the adapter and answers for it
    #[arg(long)]
    pub(crate) vendor: Option<String>,
    /// A host that accounts live on, or `*.` and a domain; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub(crate) host: Vec<String>,
    /// A kind of record that a contact can be, as the CRM writes it; may be given several times
    #[arg(long, value_name = "TYPE")]
    pub(crate) contact_type: Vec<String>,
    /// A contact's page
    #[arg(long, value_name = "TEMPLATE|URL", value_hint = ValueHint::Url)]
    pub(crate) contact_page: Option<String>,
    /// The CRM has no page for a contact
    #[arg(long, conflicts_with = "contact_page", requires = "log_page")]
    pub(crate) no_contact_page: bool,
    /// A logged call's page
    #[arg(long, value_name = "TEMPLATE|URL", value_hint = ValueHint::Url)]
    pub(crate) log_page: Option<String>,
    /// Under which licence the adapter stands
    #[arg(long, alias = "license", value_enum, default_value_t = Licence::Mit)]
    pub(crate) licence: Licence,
    /// The folder of the SDK, or its version in a registry [default: the checkout that this is in,
    /// `sdk` beside this program, the checkout that this program was built from, or a registry]
    #[arg(long, value_name = "FOLDER|VERSION", value_hint = ValueHint::DirPath)]
    pub(crate) sdk: Option<String>,
    /// Ask nothing, and assume what is not given
    #[arg(long)]
    pub(crate) yes: bool,
}

/// The licences whose texts are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Licence {
    /// The MIT licence
    Mit,
    /// The Apache licence 2.0
    #[value(name = "apache-2.0")]
    Apache,
    /// All rights reserved
    Proprietary,
}

impl Licence {
    /// By its name in the SPDX list, or nothing.
    pub(crate) fn spdx(self) -> &'static str {
        match self {
            Self::Mit => "MIT",
            Self::Apache => "Apache-2.0",
            Self::Proprietary => "",
        }
    }
}
