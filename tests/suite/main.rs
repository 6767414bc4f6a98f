//! The tests across the crates, in reading order.

mod accounts;
mod adapters;
mod browser;
mod calling;
mod command_line;
mod discovery;
mod documents;
mod hostnames;
mod house;
mod loading;
mod url_policy;
mod vendor;
