//! What can be typed: the commands, their options, and the help that teaches them.

mod accounts;
mod contacts;
mod history;
mod installing;
mod new;
mod package;
mod ring;
mod serve;
mod settings;
mod signing;
mod validate;

pub(crate) use accounts::Accounts;
pub(crate) use contacts::{Contacts, ContactsAction};
pub(crate) use history::{History, LogFormat, LogOptions, Since};
pub(crate) use installing::{Index, Install, Uninstall, Update};
pub(crate) use new::{Licence, New};
pub(crate) use package::Package;
pub(crate) use ring::Ring;
pub(crate) use serve::Serve;
pub(crate) use settings::Settings;
pub(crate) use signing::{
    KeyPassword, Keygen, Sign, Trust, TrustAction, TrustedKeyArgument, Verify,
};
pub(crate) use validate::Validate;

use std::path::PathBuf;

use callpop_host::{BuildError, CallOptions, Host, HostBuilder, Limits, Permission, Requirement};
use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

const AFTER_HELP: &str = "\
First steps:
  callpop demo                                      see a call open a page
  callpop adapters                                  what is in the plugins folders
  callpop connect pipedrive acme.pipedrive.com      connect your CRM
  callpop pop pipedrive --contact '{\"id\":\"7\",\"name\":\"Jo Doe\",\"phone\":\"+12025550123\"}'

Exit codes:
  0  done
  1  the state under the home or the administrator's file could not be read or written
  2  wrong usage or input
  3  no such adapter, or it is refused
  4  the adapter failed
  5  the URL policy refused a page
  6  no browser could be started
  7  a file could not be fetched";

/// When the phone rings, the right CRM page is already open.
///
/// Callpop loads CRM adapters, one library per CRM, from a plugins folder, and opens the pages that
/// they name, on the account's own CRM and nowhere else.
#[derive(Debug, Parser)]
#[command(name = "callpop", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Everywhere {
    /// Where accounts and the cache of adapters are kept [default: the platform's place for a
    /// user's data]
    #[arg(long, global = true, env = "CALLPOP_HOME", value_name = "DIR", value_hint = ValueHint::DirPath, hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,

    /// A folder with adapters; may be given several times, and the first one with an adapter wins
    /// [default: `plugins` beside this program, then `plugins` under the home]
    #[arg(long, global = true, env = "CALLPOP_PLUGINS", value_name = "DIR", value_hint = ValueHint::DirPath, value_delimiter = PATH_SEPARATOR, hide_env_values = true)]
    pub(crate) plugins: Vec<PathBuf>,

    /// The administrator's file, where the system has none of its own [default: `policy.toml` under
    /// the home, if it is there]
    #[arg(long, global = true, env = "CALLPOP_POLICY", value_name = "FILE", value_hint = ValueHint::FilePath, hide_env_values = true)]
    pub(crate) policy: Option<PathBuf>,

    /// Refuse an adapter if this system cannot put it into the whole sandbox
    #[arg(long, global = true)]
    pub(crate) require_sandbox: bool,

    /// Refuse adapters that are not `pinned`, or not `signed`, besides what the settings and the
    /// administrator ask for
    #[arg(long, global = true, value_name = "WHAT")]
    pub(crate) require: Option<Requirement>,

    /// Perform nothing; say what would be done
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,

    /// Print one JSON object on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) log: LogOptions,
}

/// What separates folders in a variable, as in `PATH`.
const PATH_SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

impl Everywhere {
    /// A host set up as these options say.
    pub(crate) fn host(&self) -> Result<Host, BuildError> {
        self.host_builder().build()
    }

    /// The home that these options name.
    pub(crate) fn home_folder(&self) -> Result<PathBuf, BuildError> {
        let home = self.home.clone().or_else(callpop_host::default_home);
        home.ok_or(BuildError::NoHome)
    }

    pub(crate) fn host_builder(&self) -> HostBuilder {
        let mut builder = Host::builder();
        if let Some(home) = &self.home {
            builder = builder.home(home);
        }
        if let Some(file) = &self.policy {
            builder = builder.policy_file(file);
        }
        if let Some(requirement) = self.require {
            builder = builder.require(requirement);
        }
        let limits = Limits {
            require_sandbox: self.require_sandbox,
            ..Limits::default()
        };
        self.plugins
            .iter()
            .fold(builder.limits(limits), HostBuilder::plugins_folder)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See a call open a contact's page, on a small CRM that runs on this machine
    Demo(Demo),
    /// List every file in the plugins folders with its state
    Adapters(Adapters),
    /// Show what an adapter's file tells of itself, without running it
    Inspect {
        /// The adapter's library or package, wherever it is
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Make an adapter: a crate that builds and passes its tests, from a few answers
    New(New),
    /// Make one file to ship of an adapter's libraries for several systems
    Package(Package),
    /// Run an adapter through everything that a host will ever do to it
    Validate(Validate),
    /// Make an index of a folder of packages, to install and update from
    Index(Index),
    /// Install a package into the plugins folder, from a file or from an index
    Install(Install),
    /// Install newer versions, from the indexes that adapters were installed from
    Update(Update),
    /// Take an adapter out of the plugins folder
    Uninstall(Uninstall),
    /// Connect an account: an adapter, and the address of your CRM
    Connect(Connect),
    /// List the connected accounts, in the order in which they are asked about a call
    Accounts(Accounts),
    /// Show what can be set for an adapter, or set it
    Settings(Settings),
    /// Import contacts, for a dialer that has none, and look for a number among them
    Contacts(Contacts),
    /// Open the page of a contact that is known, whatever the rules say
    Pop(Pop),
    /// Play a call through the rules: ring, perhaps answer, end
    Ring(Ring),
    /// "Open call log": open the page of a logged call
    OpenLog(OpenLog),
    /// Log out: the adapter cleans up, and the account is forgotten
    Logout(Logout),
    /// What became of calls so far: which pages opened, and why others did not
    History(History),
    /// Watch the plugins folders, and say what becomes of each change, until Ctrl-C
    Watch(Watch),
    /// Serve a dialer that speaks JSON-RPC over standard input and output
    Serve(Serve),
    /// Look for what is wrong around Callpop, and say what to do about it
    Doctor,
    /// Make a key pair to sign adapters with
    Keygen(Keygen),
    /// Sign adapters, so that others can tell that they are yours
    Sign(Sign),
    /// Tell whether a file is signed with a key that is trusted
    Verify(Verify),
    /// Decide whose signatures count
    Trust(Trust),
    /// Print a script that completes commands in a shell
    #[command(
        after_help = "Example:\n  callpop completions bash > ~/.local/share/bash-completion/completions/callpop"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop adapters --stats
  callpop adapters --release pipedrive
  callpop adapters --grant acme-crm=network
  callpop adapters --accept acme-crm --dry-run
  callpop adapters import-manifest manifest.json --to plugins")]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Adapters {
    #[command(subcommand)]
    pub(crate) command: Option<AdaptersCommand>,
    /// Show what each adapter has cost: calls, failures, restarts, time, memory
    #[arg(long, conflicts_with_all = ["release", "grant", "revoke", "accept"])]
    pub(crate) stats: bool,
    /// Let an adapter out of quarantine, and forget its failures
    #[arg(long, value_name = "ID", conflicts_with_all = ["grant", "revoke", "accept"])]
    pub(crate) release: Option<String>,
    /// Grant an adapter what its manifest asks for
    #[arg(long, value_name = "ID=PERMISSION", value_parser = id_and_permission, conflicts_with_all = ["revoke", "accept"])]
    pub(crate) grant: Option<(String, Permission)>,
    /// Take a permission back
    #[arg(long, value_name = "ID=PERMISSION", value_parser = id_and_permission, conflicts_with = "accept")]
    pub(crate) revoke: Option<(String, Permission)>,
    /// Accept what an adapter has changed to, where adapters are pinned; --dry-run shows it
    #[arg(long, value_name = "ID")]
    pub(crate) accept: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdaptersCommand {
    /// Make adapters of templates from a manifest in the reference extension's form
    ImportManifest(ImportManifest),
}

#[derive(Debug, Args)]
pub(crate) struct ImportManifest {
    /// The manifest, a JSON file with `platforms`
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Where the files go [default: the first plugins folder]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) to: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Each line is a change that is carried out already. With --json, each is an object on a line.

Examples:
  callpop watch
  callpop watch --plugins //server/share/plugins --poll 2")]
pub(crate) struct Watch {
    /// Look every so many seconds, and use none of the system's events, which network drives may
    /// not have [default: events, and a look every 5 seconds]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) poll: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Print the page's address instead of starting a browser
    #[arg(long)]
    pub(crate) no_browser: bool,
    /// How long to wait for the browser to ask for the page
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) wait: u64,
    /// How long the small CRM stays after the last page, so that you can look around
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) linger: u64,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop connect pipedrive acme.pipedrive.com
  callpop connect pipedrive https://acme.pipedrive.com/person/7
  callpop connect gohighlevel app.gohighlevel.com --set locationId=ve9EPM428h8vShlRW1KT
  callpop connect bullhorn app.bullhornstaffing.com --set user_urls.atsUrl=https://cls42.bullhornstaffing.com")]
pub(crate) struct Connect {
    /// The adapter's id, as `callpop adapters` lists it
    pub(crate) adapter: String,
    /// The CRM's host name, or any address that you copied from the browser
    #[arg(value_name = "HOST-OR-URL", value_hint = ValueHint::Url)]
    pub(crate) host: String,
    /// Set a value that the adapter knows; a dot leads into a stored JSON object
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(crate) set: Vec<(String, String)>,
}

/// The options of the commands that run a callback.
#[derive(Debug, Args)]
pub(crate) struct OneCall {
    /// The adapter's id, as `callpop adapters` lists it
    pub(crate) adapter: String,
    /// Use this hostname for this call, without connecting
    #[arg(long, value_name = "HOST-OR-URL", value_hint = ValueHint::Hostname)]
    pub(crate) hostname: Option<String>,
}

impl OneCall {
    pub(crate) fn options(&self, everywhere: &Everywhere) -> CallOptions {
        CallOptions {
            hostname: self.hostname.clone(),
            dry_run: everywhere.dry_run,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop pop pipedrive --contact '{\"id\":\"7\",\"name\":\"Jo Doe\",\"phone\":\"+12025550123\"}'
  callpop pop insightly --contact '{\"id\":\"7\",\"type\":\"Lead\"}' --dry-run
  callpop pop pipedrive --hostname acme.pipedrive.com --contact @contact.json")]
pub(crate) struct Pop {
    #[command(flatten)]
    pub(crate) call: OneCall,
    /// The matched contact: `{"id","name","phone"}`, optionally `type` and others; or `@FILE`, or
    /// `-` for standard input
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub(crate) contact: String,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Where a CRM has no page for a log, the contact's page opens instead.

Examples:
  callpop open-log pipedrive --log-id 42
  callpop open-log freshdesk --log-id 42 --contact '{\"id\":\"7\"}'")]
pub(crate) struct OpenLog {
    #[command(flatten)]
    pub(crate) call: OneCall,
    /// The logged activity's id in the CRM
    #[arg(long, value_name = "ID")]
    pub(crate) log_id: String,
    /// The contact that the call was logged with, as in `callpop pop`
    #[arg(long, value_name = "JSON|@FILE|-")]
    pub(crate) contact: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Logout {
    #[command(flatten)]
    pub(crate) call: OneCall,
}

fn id_and_permission(text: &str) -> Result<(String, Permission), String> {
    let (id, permission) = key_and_value(text).map_err(|_| "write it as ID=network".to_owned())?;
    match permission.as_str() {
        "network" => Ok((id, Permission::Network)),
        other => Err(format!(
            "there is no permission `{other}`; there is: network"
        )),
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as KEY=VALUE".to_owned()),
    }
}
