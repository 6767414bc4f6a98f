//! What can be typed after `callpop keygen`, `sign`, `verify` and `trust`.

use std::path::PathBuf;

use callpop_host::VendorId;
use clap::{Args, Subcommand, ValueHint};

/// Where the password of a secret key comes from.
#[derive(Debug, Args)]
pub(crate) struct KeyPassword {
    /// A file whose first line is the key's password [default: the variable CALLPOP_KEY_PASSWORD,
    /// else you are asked]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
The public key is written beside the secret one, with the ending .pub. Keep the secret key secret and
backed up: who has it and its password signs in your name. The program minisign reads both.

Examples:
  callpop keygen acme.key
  callpop keygen acme.key --no-password      for a place that protects it otherwise, such as CI's")]
pub(crate) struct Keygen {
    /// Where the secret key goes; nothing is written over
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) password: KeyPassword,
    /// Protect the key with no password
    #[arg(long, conflicts_with = "password_file")]
    pub(crate) no_password: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Each signature is written beside its file, with the ending .minisig; ship both. The program minisign
verifies them as well.

Examples:
  callpop sign acme.so acme.dll --key acme.key
  callpop sign acme.so --key acme.key --password-file password.txt")]
pub(crate) struct Sign {
    /// Adapters' libraries or other files
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// Your secret key, made with `callpop keygen` or `minisign -G`
    #[arg(long, value_name = "KEYFILE", value_hint = ValueHint::FilePath)]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) password: KeyPassword,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  callpop verify acme.so
  callpop verify acme.so --key acme.pub
  callpop verify acme.so --key RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")]
pub(crate) struct Verify {
    /// The file; its signature stands beside it, with the ending .minisig, or is in it, if it is a
    /// package
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The public key, as text or as a file [default: the keys that are trusted]
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
KEY is the line of letters that begins with RW, or a .pub file with it. A vendor's ID is the beginning
of its adapters' ids: `acme` stands for the adapter `acme` and for every `acme-…`.

Examples:
  callpop trust add acme.pub --vendor acme
  callpop trust list
  callpop trust remove acme.pub")]
pub(crate) struct Trust {
    #[command(subcommand)]
    pub(crate) action: TrustAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrustAction {
    /// Trust what is signed with a key
    Add(TrustedKeyArgument),
    /// List the keys that are trusted, by you or by your administrator
    List,
    /// Trust a key no more
    Remove(TrustedKeyArgument),
}

#[derive(Debug, Args)]
pub(crate) struct TrustedKeyArgument {
    /// The public key, as text or as a file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) key: String,
    /// For the adapters of this vendor alone [default: for every adapter]
    #[arg(long, value_name = "ID")]
    pub(crate) vendor: Option<VendorId>,
}
