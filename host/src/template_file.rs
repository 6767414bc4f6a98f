//! Reads an adapter that is a file of templates, `NAME.adapter.json`: an adapter without code.

use std::path::Path;

use crate::manifest::{Manifest, PageUrls};
use crate::refusal::Refusal;

/// The largest file of templates that is read, in bytes; an embedded manifest has the same limit.
pub(crate) const MAX_TEMPLATE_FILE_SIZE: u64 = 1024 * 1024;

/// What the names of such files end in.
const ENDING: &str = ".adapter.json";

/// Whether a file of this name is one.
pub(crate) fn is_named_so(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy().to_ascii_lowercase();
        name.len() > ENDING.len() && name.ends_with(ENDING)
    })
}

/// Whether these bytes are one, in a file that is not named like anything.
pub(crate) fn looks_like_one(bytes: &[u8]) -> bool {
    let is_blank = |byte: &&u8| byte.is_ascii_whitespace();
    without_mark(bytes).iter().find(|it| !is_blank(it)) == Some(&b'{')
}

/// The manifest and the pages in it.
pub(crate) fn read(bytes: &[u8]) -> Result<(Manifest, PageUrls), Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    let text = std::str::from_utf8(without_mark(bytes)).map_err(|_| Refusal::NotText)?;
    PageUrls::parse(text).map_err(Refusal::DamagedTemplate)
}

/// The bytes without the mark that some editors begin a UTF-8 file with.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
