//! What `callpop serve` takes.

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
Each message is JSON-RPC 2.0 after `Content-Length: N` and an empty line, as in the Language Server
Protocol. Standard output has nothing else on it; what there is to say is said on standard error.

Examples:
  callpop serve --describe > openrpc.json
  callpop serve --home ~/.local/share/my-dialer")]
pub(crate) struct Serve {
    /// Print all methods, notifications and their forms as an OpenRPC document, and end
    #[arg(long)]
    pub(crate) describe: bool,
}
