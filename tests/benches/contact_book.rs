//! What a match in the contact book costs at a million contacts, as a ratio to a bare indexed
//! `SELECT` on the same file, measured in turns in the same run.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, and ends where something is not as it should be"
)]

use std::hint::black_box;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use callpop_host::{ContactBook, ContactSource, ImportOptions};
use callpop_tests::Sandbox;
use rusqlite::{Connection, OpenFlags};

const CONTACTS: u64 = 1_000_000;
/// The rounds in which both are measured, one after the other.
const ROUNDS: usize = 41;
/// Matches in a round.
const MATCHES: u64 = 1000;

/// What is measured.
const MEASURES: [&str; 2] = [
    "match in the contact book, in E.164",
    "match in the contact book, as sip:",
];

/// The least that tells who has a number.
const SELECT: &str = "SELECT c.adapter, c.id, c.name, n.number, c.type, c.extras
    FROM numbers n JOIN contacts c ON c.key = n.contact WHERE n.number = ?1";

fn main() {
    let words: Vec<_> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with('-'))
        .collect();
    let is_asked = |what: &&str| words.iter().any(|word| what.contains(word));
    if !words.is_empty() && !MEASURES.iter().any(is_asked) {
        return;
    }
    let sandbox = Sandbox::new();
    let book = ContactBook::open(&sandbox.home(), None).unwrap();
    let start = Instant::now();
    let options = ImportOptions {
        adapter: Some("pipedrive".to_owned()),
        ..ImportOptions::default()
    };
    let imported = book.import(Rows::default(), &options, |remark| panic!("{remark:?}"));
    assert_eq!(imported.unwrap().imported, CONTACTS);
    println!("{CONTACTS} contacts imported in {:.1?}", start.elapsed());

    let file = sandbox.home().join("contacts.sqlite");
    let bare = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let ours = |number: &str| book.matches(number).unwrap()["pipedrive"][0].id.len();
    let floor = |number: &str| select(&bare, number);
    compare(MEASURES[0], &ours, &floor);
    let written = |number: &str| {
        let sip = format!("sip:{number}@pbx.example;user=phone");
        book.matches(&sip).unwrap()["pipedrive"][0].id.len()
    };
    compare(MEASURES[1], &written, &floor);
}

fn select(bare: &Connection, number: &str) -> usize {
    type Row = (
        String,
        String,
        String,
        String,
        Option<String>,
        Option<String>,
    );
    let mut statement = bare.prepare_cached(SELECT).unwrap();
    let rows = statement.query_map([number], |row| {
        let row: Row = (
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
        );
        Ok(row)
    });
    let rows: Vec<Row> = rows.unwrap().map(Result::unwrap).collect();
    black_box(rows)[0].1.len()
}

/// The number of a contact; neighbours in the file are none in the index.
fn number(index: u64) -> String {
    let mixed = index * 7_368_787 % 10_000_000;
    format!("+1202{mixed:07}")
}

/// Prints the medians of both times, of their ratio, and of all single matches.
fn compare(what: &str, ours: &dyn Fn(&str) -> usize, floor: &dyn Fn(&str) -> usize) {
    let mut ratios = Vec::new();
    let (mut our_times, mut floor_times) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS as u64 {
        let numbers: Vec<String> = (0..MATCHES)
            .map(|at| number((round * MATCHES + at) * 48_271 % CONTACTS))
            .collect();
        // Each finds its pages in its own cache, or not: both have looked for these numbers before.
        timed(&numbers, ours);
        timed(&numbers, floor);
        let (mine, its) = (timed(&numbers, ours), timed(&numbers, floor));
        let total = |times: &[Duration]| times.iter().sum::<Duration>().as_secs_f64();
        // The first round warms up.
        if round > 0 {
            ratios.push(total(&mine) / total(&its));
            our_times.extend(mine.iter().map(Duration::as_secs_f64));
            floor_times.extend(its.iter().map(Duration::as_secs_f64));
        }
    }
    let (mine, its) = (median(our_times) * 1e6, median(floor_times) * 1e6);
    let ratio = median(ratios);
    println!("{what:<38} {mine:>7.2} µs {its:>8.2} µs {ratio:>7.2}    1.5");
}

fn timed(numbers: &[String], work: &dyn Fn(&str) -> usize) -> Vec<Duration> {
    let one = |number: &String| {
        let start = Instant::now();
        black_box(work(black_box(number)));
        start.elapsed()
    };
    numbers.iter().map(one).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A CSV file of a million contacts that nobody has to write.
#[derive(Default)]
struct Rows {
    next: u64,
    text: Vec<u8>,
    at: usize,
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            (self.text, self.at) = (self.more(), 0);
        }
        let length = (&self.text[self.at..]).read(buffer)?;
        self.at += length;
        Ok(length)
    }
}

impl Rows {
    fn more(&mut self) -> Vec<u8> {
        let mut text = String::new();
        if self.next == 0 {
            text.push_str("id,name,phone\n");
        }
        let end = (self.next + 1000).min(CONTACTS);
        for index in self.next..end {
            text += &format!("{index},Contact Number {index},{}\n", number(index));
        }
        self.next = end;
        text.into_bytes()
    }
}
