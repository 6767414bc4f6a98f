//! The floor that workers are measured against: opens the library that it is told, says so with one
//! byte, and then answers so many bytes with so many bytes, until its channel is closed.
//!
//! `floor LIBRARY IN OUT`, with a socket as standard input.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    reason = "a program that is measured, and ends where something is not as it should be"
)]

/// The benchmarks that start it run on Unix.
#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    use std::io::{Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    let mut arguments = std::env::args().skip(1);
    let library = arguments.next().unwrap();
    let mut size = || arguments.next().unwrap().parse::<usize>().unwrap();
    let (mut question, answer) = (vec![0; size()], vec![0; size()]);
    // SAFETY: an adapter of our own, whose constructors do nothing.
    let library = unsafe { libloading::Library::new(library) }.unwrap();
    let mut channel = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    channel.write_all(&[1]).unwrap();
    while channel.read_exact(&mut question).is_ok() {
        channel.write_all(&answer).unwrap();
    }
    drop(library);
}
