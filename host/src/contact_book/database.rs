//! The contact book's file: its statements, and what happens if it is damaged.

mod schema;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use super::ContactBookError;
use super::phone_number::PhoneNumber;
use crate::Contact;
use crate::state_file::{self, KeptAside, KeptAsideList, StateError};

const NAME: &str = "contacts.sqlite";
const BY_NUMBER: &str = "SELECT c.adapter, c.id, c.name, n.number, c.type, c.extras
    FROM numbers n JOIN contacts c ON c.key = n.contact WHERE n.number = ?1";

/// One statement, since each looks for changes of the file first.
const BY_NUMBER_ALONE: &str = "SELECT c.adapter, c.id, c.name, n.number, c.type, c.extras
    FROM numbers n JOIN contacts c ON c.key = n.contact WHERE n.number = ?1
    AND NOT EXISTS (SELECT 1 FROM numbers WHERE number >= '0')";

const BY_NATIONAL: &str = "SELECT c.adapter, c.id, c.name, n.number, c.type, c.extras
    FROM numbers n JOIN contacts c ON c.key = n.contact WHERE n.national = ?1";

/// The file, opened when it is first needed.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    connection: Mutex<Option<Connection>>,
    kept_aside: KeptAsideList,
}

/// What became of a contact in an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// It was not there before.
    New,
    /// It replaced what was there.
    Replaced,
    /// It was in the same import already; its numbers were added.
    Added,
}

impl Database {
    pub(super) fn in_home(home: &Path) -> Self {
        Self {
            path: home.join(NAME),
            connection: Mutex::default(),
            kept_aside: KeptAsideList::default(),
        }
    }

    /// Opens the file, if there is one.
    pub(super) fn check(&self) -> Result<(), ContactBookError> {
        self.read(|_| Ok(())).map(|_| ())
    }

    /// The contacts with this number in E.164.
    pub(super) fn placed(&self, e164: &str) -> Result<Vec<(String, Contact)>, ContactBookError> {
        self.select(BY_NUMBER, e164)
    }

    /// The same, and none of them while there is a number whose country is not known.
    pub(super) fn placed_alone(
        &self,
        e164: &str,
    ) -> Result<Vec<(String, Contact)>, ContactBookError> {
        self.select(BY_NUMBER_ALONE, e164)
    }

    /// The contacts with this number, whose country nobody has told.
    pub(super) fn unplaced(
        &self,
        digits: &str,
    ) -> Result<Vec<(String, Contact)>, ContactBookError> {
        self.placed(digits)
    }

    /// The contacts whose number has these national digits, in whatever country.
    pub(super) fn national(
        &self,
        digits: &str,
    ) -> Result<Vec<(String, Contact)>, ContactBookError> {
        self.select(BY_NATIONAL, digits)
    }

    pub(super) fn counts(&self) -> Result<BTreeMap<String, u64>, ContactBookError> {
        let counts = self.read(|connection| {
            let mut statement =
                connection.prepare("SELECT adapter, count(*) FROM contacts GROUP BY adapter")?;
            let rows = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
            })?;
            rows.collect()
        })?;
        Ok(counts.unwrap_or_default())
    }

    pub(super) fn remove(&self, adapter: Option<&str>) -> Result<u64, ContactBookError> {
        let removed = self.with("write", |connection| {
            let sql = "DELETE FROM contacts WHERE ?1 IS NULL OR adapter = ?1";
            connection.execute(sql, [adapter])
        })?;
        Ok(removed.unwrap_or_default() as u64)
    }

    /// One transaction: `write` is given a way to write a contact with its numbers, and nothing is
    /// kept if it fails, or if this is a rehearsal.
    pub(super) fn import<R, E: From<ContactBookError>>(
        &self,
        rehearsal: bool,
        write: impl FnOnce(
            &mut dyn FnMut(&str, &Contact, &[PhoneNumber]) -> Result<Written, E>,
        ) -> Result<R, E>,
    ) -> Result<R, E> {
        let failed = |cause| E::from(self.failed("write", cause));
        let mut slot = lock(&self.connection);
        self.fill(&mut slot, !rehearsal)?;
        // A rehearsal without a book leaves none behind.
        let mut nowhere = None;
        let connection = match &mut *slot {
            Some(connection) => connection,
            None => nowhere.insert(schema::in_memory().map_err(failed)?),
        };
        let transaction = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(failed)?;
        let number: i64 = transaction
            .query_row(
                "SELECT coalesce(max(import), 0) + 1 FROM contacts",
                [],
                |row| row.get(0),
            )
            .map_err(failed)?;
        let result = write(&mut |adapter, contact, numbers| {
            write_contact(&transaction, number, adapter, contact, numbers).map_err(failed)
        })?;
        if rehearsal {
            transaction.rollback().map_err(failed)?;
        } else {
            transaction.commit().map_err(failed)?;
        }
        Ok(result)
    }

    pub(super) fn take_kept_aside(&self) -> Vec<KeptAside> {
        self.kept_aside.take()
    }

    fn select(
        &self,
        sql: &'static str,
        number: &str,
    ) -> Result<Vec<(String, Contact)>, ContactBookError> {
        let found = self.read(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([number], contact)?;
            rows.collect()
        })?;
        Ok(found.unwrap_or_default())
    }

    fn read<R>(
        &self,
        work: impl Fn(&Connection) -> rusqlite::Result<R>,
    ) -> Result<Option<R>, ContactBookError> {
        self.with("read", work)
    }

    /// Works on the file, if there is one. A damaged one is kept aside, and then there is none.
    fn with<R>(
        &self,
        doing: &'static str,
        work: impl Fn(&Connection) -> rusqlite::Result<R>,
    ) -> Result<Option<R>, ContactBookError> {
        let mut slot = lock(&self.connection);
        self.fill(&mut slot, false)?;
        let Some(connection) = &*slot else {
            return Ok(None);
        };
        match work(connection) {
            Ok(result) => Ok(Some(result)),
            Err(damage) if is_damage(&damage) => {
                *slot = None;
                self.keep_aside(&damage)?;
                Ok(None)
            }
            Err(cause) => Err(self.failed(doing, cause)),
        }
    }

    /// Opens the file if that was not done yet, and if it is there or to be made.
    fn fill(&self, slot: &mut Option<Connection>, make: bool) -> Result<(), ContactBookError> {
        if slot.is_some() {
            return Ok(());
        }
        if !make && !self.path.try_exists().unwrap_or(true) {
            return Ok(());
        }
        if make {
            state_file::create_private_file(&self.path)?;
        }
        *slot = match schema::open(&self.path, make) {
            Err(damage) if is_damage(&damage) => {
                self.keep_aside(&damage)?;
                return if make { self.fill(slot, make) } else { Ok(()) };
            }
            opened => Some(opened.map_err(|cause| self.failed("open", cause))?),
        };
        self.refuse_newer(slot)
    }

    fn refuse_newer(&self, slot: &mut Option<Connection>) -> Result<(), ContactBookError> {
        let Some(connection) = &*slot else {
            return Ok(());
        };
        let format = schema::format(connection).map_err(|cause| self.failed("read", cause))?;
        if format > schema::FORMAT {
            *slot = None;
            return Err(StateError::Newer {
                path: self.path.clone(),
                format: format.unsigned_abs(),
            }
            .into());
        }
        Ok(())
    }

    fn keep_aside(&self, damage: &rusqlite::Error) -> Result<(), ContactBookError> {
        let kept = state_file::keep_aside(&self.path, damage)?;
        // The journal belongs to the file, and would damage the next one.
        for ending in ["-wal", "-shm", "-journal"] {
            let beside = |path: &Path| {
                let mut path = path.as_os_str().to_owned();
                path.push(ending);
                PathBuf::from(path)
            };
            let _ = fs::rename(beside(&self.path), beside(&kept.now));
        }
        self.kept_aside.add(kept);
        Ok(())
    }

    fn failed(&self, doing: &'static str, cause: rusqlite::Error) -> ContactBookError {
        ContactBookError::Database {
            doing,
            path: self.path.display().to_string(),
            source: Box::new(cause),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A transaction that a panic ended is rolled back.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}

fn contact(row: &Row<'_>) -> rusqlite::Result<(String, Contact)> {
    let mut contact = Contact::new(
        row.get::<_, String>(1)?,
        row.get::<_, String>(2)?,
        row.get::<_, String>(3)?,
    )
    .with_type(row.get::<_, Option<String>>(4)?.unwrap_or_default());
    if let Some(extras) = row.get_ref(5)?.as_str_or_null()? {
        // Written by us alone; one that somebody else has changed has no extras.
        let extras: BTreeMap<String, String> = serde_json::from_str(extras).unwrap_or_default();
        for (name, value) in extras {
            contact = contact.with_extra(name, value);
        }
    }
    Ok((row.get(0)?, contact))
}

fn write_contact(
    transaction: &Connection,
    import: i64,
    adapter: &str,
    contact: &Contact,
    numbers: &[PhoneNumber],
) -> rusqlite::Result<Written> {
    let before: Option<(i64, i64)> = transaction
        .prepare_cached("SELECT key, import FROM contacts WHERE adapter = ?1 AND id = ?2")?
        .query_row([adapter, &contact.id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let extras = (!contact.extras.is_empty())
        .then(|| serde_json::to_string(&contact.extras).unwrap_or_default());
    transaction
        .prepare_cached(
            "INSERT INTO contacts (adapter, id, name, type, extras, import)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (adapter, id) DO UPDATE SET
                name = excluded.name, type = excluded.type, extras = excluded.extras,
                import = excluded.import",
        )?
        .execute(params![
            adapter,
            contact.id.as_str(),
            contact.name.as_str(),
            contact.contact_type.as_deref(),
            extras,
            import
        ])?;
    let (key, written) = match before {
        None => (transaction.last_insert_rowid(), Written::New),
        Some((key, last)) if last == import => (key, Written::Added),
        Some((key, _)) => {
            transaction
                .prepare_cached("DELETE FROM numbers WHERE contact = ?1")?
                .execute([key])?;
            (key, Written::Replaced)
        }
    };
    for number in numbers {
        let (number, national) = match number {
            PhoneNumber::Placed { e164, national } => (e164, national),
            PhoneNumber::Unplaced { digits } => (digits, digits),
        };
        transaction
            .prepare_cached(
                "INSERT OR IGNORE INTO numbers (number, contact, national) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![number, key, national])?;
    }
    Ok(written)
}
