//! The register of what C programs hold. A handle is a number in it, which never comes twice: it is
//! looked up and not followed, so that any value whatever can be given for one.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::failed::Failed;
use crate::host::HostEntry;
use crate::text::TextEntry;

/// What a handle stands for.
pub(crate) enum Held {
    Host(Arc<HostEntry>),
    Text(Arc<TextEntry>),
}

#[derive(Default)]
struct Register {
    last: usize,
    held: BTreeMap<usize, Held>,
}

static REGISTER: LazyLock<RwLock<Register>> = LazyLock::new(RwLock::default);

/// Numbers are this far apart, and so is the first from zero: none looks like a small number or like
/// the one beside it.
const APART: usize = 16;

/// Gives a number to what a program will hold.
pub(crate) fn hold(held: Held) -> usize {
    let mut register = REGISTER.write().unwrap_or_else(PoisonError::into_inner);
    register.last += APART;
    let number = register.last;
    register.held.insert(number, held);
    number
}

/// The host of this number.
pub(crate) fn host(number: usize) -> Result<Arc<HostEntry>, Failed> {
    look_up(number, "host", "a text, and no host", |held| match held {
        Held::Host(host) => Some(Arc::clone(host)),
        Held::Text(_) => None,
    })
}

/// The text of this number.
pub(crate) fn text(number: usize) -> Result<Arc<TextEntry>, Failed> {
    look_up(number, "text", "a host, and no text", |held| match held {
        Held::Text(text) => Some(Arc::clone(text)),
        Held::Host(_) => None,
    })
}

/// Takes a number out of the register, once what it stands for was found to be of the right kind.
pub(crate) fn let_go(number: usize) -> Option<Held> {
    let mut register = REGISTER.write().unwrap_or_else(PoisonError::into_inner);
    register.held.remove(&number)
}

/// How many things programs hold.
pub(crate) fn count() -> usize {
    let register = REGISTER.read().unwrap_or_else(PoisonError::into_inner);
    register.held.len()
}

/// What `read` finds at this number; `what` names the parameter, and `other` what it is instead.
fn look_up<T>(
    number: usize,
    what: &str,
    other: &str,
    read: impl FnOnce(&Held) -> Option<T>,
) -> Result<T, Failed> {
    if number == 0 {
        return Err(Failed::null(what));
    }
    let register = REGISTER.read().unwrap_or_else(PoisonError::into_inner);
    let why = match register.held.get(&number).map(read) {
        Some(Some(found)) => return Ok(found),
        Some(None) => format!("`{what}` is {other}"),
        None => format!("`{what}` was never created, or is destroyed already"),
    };
    Err(Failed::handle(why))
}
