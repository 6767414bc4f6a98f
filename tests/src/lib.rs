//! What the tests stand on: the libraries and programs under test, and a place of its own for each.

mod artifacts;
mod needs;
mod ratio;
mod sandbox;

pub use artifacts::{adapters, build, library, program, workspace};
pub use needs::needed_program;
pub use ratio::{compare, repeated};
pub use sandbox::{PATIENT, Ran, Sandbox, library_name};
