//! A softphone with Callpop in it: the demonstration of the three triggers in their real places.
//!
//! [`sip`] tells of calls, [`desk`] keeps them, [`crm`] asks the host beside everything else, and
//! [`app`] shows how it stands.

pub mod app;
pub mod calls;
pub mod crm;
pub mod desk;
mod files;
pub mod sip;
mod words;
