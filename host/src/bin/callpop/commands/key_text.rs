//! Public keys and passwords as people give them. The only file that names `rpassword`.

use std::env;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;

use callpop_host::PublicKey;

use crate::args::KeyPassword;
use crate::failure::{Exit, Failure};

/// The variable with a secret key's password, for CI.
const VARIABLE: &str = "CALLPOP_KEY_PASSWORD";

/// The public key that a text is, or that the file holds which it names.
pub(crate) fn public_key(text: &str) -> Result<PublicKey, Failure> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let path = Path::new(text);
    let invalid = |why: String| {
        let message = format!("`{text}` is no public key, and no file that can be read: {why}");
        Failure::new(Exit::Usage, "invalid-key", message)
    };
    let found = fs::read_to_string(path).map_err(|error| invalid(error.to_string()))?;
    found
        .parse()
        .map_err(|error: callpop_host::PublicKeyError| {
            let message = format!("{}: {error}", path.display());
            Failure::new(Exit::Usage, "invalid-key", message)
        })
}

/// The password of a key that there is.
pub(crate) fn password(given: &KeyPassword) -> Result<String, Failure> {
    match without_asking(given)? {
        Some(password) => Ok(password),
        None => asked("Password of the key: "),
    }
}

/// The password of a key that is to be made; where it is typed, it is typed twice.
pub(crate) fn new_password(given: &KeyPassword) -> Result<String, Failure> {
    if let Some(password) = without_asking(given)? {
        return Ok(password);
    }
    let password = asked("Password for the new key: ")?;
    if password.is_empty() {
        let message = "the password is empty";
        return Err(Failure::new(Exit::Usage, "no-password", message)
            .advice("Say so if it is to have none: --no-password"));
    }
    if asked("The same once more: ")? != password {
        let message = "the two passwords differ, so no key was made";
        return Err(Failure::new(Exit::Usage, "no-password", message));
    }
    Ok(password)
}

fn without_asking(given: &KeyPassword) -> Result<Option<String>, Failure> {
    let Some(path) = &given.password_file else {
        return Ok(env::var(VARIABLE).ok());
    };
    let text = fs::read_to_string(path).map_err(|error| {
        let message = format!("the password file {}: {error}", path.display());
        Failure::new(Exit::Usage, "no-password", message)
    })?;
    Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
}

fn asked(prompt: &str) -> Result<String, Failure> {
    let no_password = |why: String| {
        let message = format!("the key needs a password: {why}");
        Failure::new(Exit::Usage, "no-password", message).advice(format!(
            "Give it with --password-file FILE or in the variable {VARIABLE}."
        ))
    };
    if !io::stdin().is_terminal() {
        return Err(no_password("nobody can be asked for it here".to_owned()));
    }
    rpassword::prompt_password(prompt).map_err(|error| no_password(error.to_string()))
}
