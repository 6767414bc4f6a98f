//! The contact book's tables, and how its file is opened and set up.

use std::path::Path;
use std::time::Duration;

use backon::{BlockingRetryable, ConstantBuilder};
use rusqlite::{Connection, ErrorCode};

/// The format that this version writes, in `PRAGMA user_version`.
pub(super) const FORMAT: i64 = 1;
/// How long another process may take for its change. An import holds up imports, never a match.
const PATIENCE: Duration = Duration::from_secs(60);

/// A number in E.164 begins with a plus, which sorts before the digits that all others begin with.
const SCHEMA: &str = "
    CREATE TABLE contacts (
        key INTEGER PRIMARY KEY,
        adapter TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        type TEXT,
        extras TEXT,
        import INTEGER NOT NULL,
        UNIQUE (adapter, id)
    ) STRICT;
    CREATE TABLE numbers (
        number TEXT NOT NULL,
        contact INTEGER NOT NULL REFERENCES contacts (key) ON DELETE CASCADE,
        national TEXT NOT NULL,
        PRIMARY KEY (number, contact)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX numbers_by_national ON numbers (national);
    CREATE INDEX numbers_by_contact ON numbers (contact);
    PRAGMA user_version = 1;
";

/// Opens the file, and makes its tables if it has none yet.
pub(super) fn open(path: &Path, make: bool) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let format = format(&connection)?;
    if make || format == 0 {
        log_ahead(&connection)?;
    }
    connection.pragma_update(None, "synchronous", "normal")?;
    if format == 0 {
        set_up(&connection)?;
    }
    Ok(connection)
}

/// With a write-ahead log, matches go on while an import writes.
///
/// `SQLite` does not wait for others by itself here: of two that wait for each other's locks while
/// they change the journal, both would wait for ever.
fn log_ahead(connection: &Connection) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(5);
    let change = || connection.pragma_update(None, "journal_mode", "wal");
    let patience = ConstantBuilder::new()
        .with_delay(PAUSE)
        .with_jitter()
        .with_max_times(PATIENCE.as_millis() as usize / PAUSE.as_millis() as usize);
    change
        .retry(patience)
        .when(|error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy))
        .call()
}

pub(super) fn format(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

pub(super) fn in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    set_up(&connection)?;
    Ok(connection)
}

/// Makes the tables, unless another process was quicker.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let made = match format(connection) {
        Ok(0) => connection.execute_batch(SCHEMA),
        other => other.map(|_| ()),
    };
    connection.execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    made
}
