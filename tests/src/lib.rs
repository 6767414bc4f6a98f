//! What the tests stand on: the libraries and programs under test, and a place of its own for each.

mod artifacts;
mod needs;
mod sandbox;

pub use artifacts::{adapters, build, library, program, workspace};
pub use needs::needed_program;
pub use sandbox::{PATIENT, Ran, Sandbox};
