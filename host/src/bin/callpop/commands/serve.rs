//! `callpop serve`: the host for a dialer that speaks to it over standard input and output.

#[cfg_attr(unix, path = "serve/unix.rs")]
#[cfg_attr(not(unix), path = "serve/other.rs")]
mod stdio;

use std::sync::Arc;

use callpop_host::SystemBrowser;
use callpop_host::json_interface::{BookSource, openrpc};
use callpop_host::json_rpc::{Ending, Session};

use crate::args::{Everywhere, Serve};
use crate::failure::{Exit, Failure};
use crate::output::Output;

pub(crate) fn run(serve: &Serve, everywhere: &Everywhere, output: &Output) -> Result<(), Failure> {
    if serve.describe {
        output.text(&format!("{:#}", openrpc()));
        return Ok(());
    }
    if everywhere.dry_run {
        let message = "a whole session cannot be rehearsed";
        return Err(Failure::new(Exit::Usage, "usage", message)
            .advice("The methods that do something have a parameter `dryRun`."));
    }
    let (input, to_client) = stdio::take().map_err(|cause| cannot_serve(&cause))?;
    let session = Session::new(to_client).map_err(|cause| cannot_serve(&cause))?;
    let stopper = session.stopper();
    ctrlc::set_handler(move || stopper.stop()).map_err(|cause| cannot_serve(&cause))?;
    let book = BookSource::new(everywhere.home_folder()?, session.teller());
    let host = everywhere
        .host_builder()
        .browser(session.browser(Arc::new(SystemBrowser)))
        .contact_source(Arc::new(book))
        .build()?;
    let ending = session.serve(Arc::new(host), input);
    match ending.map_err(|cause| cannot_serve(&cause))? {
        Ending::CutOff => {
            let message = "the input ended in the middle of a frame";
            Err(Failure::new(Exit::Usage, "malformed-frame", message))
        }
        _ => Ok(()),
    }
}

fn cannot_serve(cause: &dyn std::error::Error) -> Failure {
    let message = format!("standard input and output cannot be served: {cause}");
    Failure::new(Exit::State, "serve", message)
}
