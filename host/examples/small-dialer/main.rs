//! A dialer in a terminal, as docs/embedding.md builds it: a line is what a person would click, or
//! what the telephone network would tell. It is started with a folder that holds `plugins` and
//! `contacts.txt`.

mod accounts;
mod adapters;
mod calls;
mod contacts;
mod dialer;
mod history;
mod log_out;
mod own_view;
mod support;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use callpop_host::{Host, QueuedHost, WatchOptions};

use crate::contacts::AddressBook;
use crate::dialer::{Dialer, Message};
use crate::own_view::OwnView;

fn main() -> Result<(), Box<dyn Error>> {
    callpop_host::worker::run_if_requested();
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("name a folder for the dialer's files")?;

    // Everything that happens is a message to this thread.
    let (inbox, messages) = mpsc::channel();
    let tell = inbox.clone();
    let view = OwnView(move |page| tell.send(Message::Page(page)).is_ok());
    let host = Host::builder()
        .home(folder.join("home"))
        .plugins_folder(folder.join("plugins"))
        .contact_source(Arc::new(AddressBook::read(&folder.join("contacts.txt"))?))
        .browser(Arc::new(view))
        .build()?;
    let host = Arc::new(host);
    let tell = inbox.clone();
    let watch = host.watch(&WatchOptions::default(), move |change| {
        let _ = tell.send(Message::Folder(change));
    })?;
    let tell = inbox.clone();
    let queued = QueuedHost::new(Arc::clone(&host), move |event| {
        let _ = tell.send(Message::Host(event));
    });
    // A window would send its clicks, and the telephone part its calls.
    let tell = inbox.clone();
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            let _ = tell.send(Message::Typed(line));
        }
        let _ = tell.send(Message::Quit);
    });

    let mut dialer = Dialer::new(queued, inbox);
    for message in messages {
        let Some(lines) = dialer.hear(message) else {
            break; // the user quits
        };
        for line in lines {
            writeln!(io::stdout(), "{line}")?;
        }
    }
    // A log-out that was asked for may end first; nothing else has to.
    let _ = dialer.wait(Duration::from_secs(5));
    drop(dialer); // nothing more is told
    drop(watch);
    drop(host); // the workers end
    Ok(())
}
