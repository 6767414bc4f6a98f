//! What `callpop package` takes.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::KeyPassword;

#[derive(Debug, Args)]
#[command(after_help = "\
The same files make the same package, byte for byte; a signature names the time of signing.

Examples:
  callpop package acme.so acme.dll acme.dylib --icon acme.svg --licence LICENCE.txt --key acme.key
  callpop package acme.adapter.json -o acme.callpop")]
pub(crate) struct Package {
    /// The adapter's libraries, one for each system, all of one version; or one file of templates
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// A picture of the CRM (.svg, .png, .ico)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) icon: Option<PathBuf>,
    /// The terms of use (.txt, .md)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) licence: Option<PathBuf>,
    /// Sign the package with your secret key, made with `callpop keygen` or `minisign -G`
    #[arg(long, value_name = "KEYFILE", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) password: KeyPassword,
    /// The package [default: `ID-VERSION.callpop` here]
    #[arg(long, short, value_name = "NAME.callpop", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
}
