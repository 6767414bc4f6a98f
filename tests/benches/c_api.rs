//! What a call through the C API costs beside the same call through the Rust facade: the same home,
//! the same account, a warm worker, in turns in the same run. `host/benches/README.md` says more.

#![allow(
    missing_docs,
    unsafe_code,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that measures, and ends where something is not as it should be"
)]

use std::ffi::{CString, c_char, c_void};
use std::ptr;

use callpop_host::{CallOptions, ConnectRequest, Contact};
use callpop_tests::{Sandbox, compare, library, program, repeated};

const CALLS: u32 = 100;

/// `callpop_options`, as the header has it.
#[repr(C)]
struct Options {
    size: usize,
    home: *const c_char,
    folders: *const *const c_char,
    folder_count: usize,
    worker: *const c_char,
    policy: *const c_char,
    numbers: [i32; 8],
}

/// `callpop_contact`, as the header has it.
#[repr(C)]
struct CContact {
    size: usize,
    texts: [*const c_char; 5],
    extras: *const c_void,
    extra_count: usize,
}

type Create = unsafe extern "C" fn(*const Options, *mut *mut c_void) -> i32;
type OpenContactPage =
    unsafe extern "C" fn(*mut c_void, *const c_char, *const CContact, *mut *mut c_void) -> i32;
type DestroyText = unsafe extern "C" fn(*mut c_void) -> i32;

fn text(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// A host that is held through the library for C.
struct CHost {
    callpop: libloading::Library,
    handle: *mut c_void,
}

impl CHost {
    fn of(sandbox: &Sandbox) -> Self {
        // SAFETY: it is this project's own library.
        let callpop = unsafe { libloading::Library::new(library("callpop")) }.unwrap();
        let home = text(sandbox.home().to_str().unwrap());
        let plugins = text(sandbox.plugins().to_str().unwrap());
        let worker = text(program("callpop-worker").to_str().unwrap());
        let folders = [plugins.as_ptr()];
        let options = Options {
            size: size_of::<Options>(),
            home: home.as_ptr(),
            folders: folders.as_ptr(),
            folder_count: 1,
            worker: worker.as_ptr(),
            policy: ptr::null(),
            // `pages`: told, as the facade's are recorded.
            numbers: [0, 0, 1, 0, 0, 60_000, 60_000, 0],
        };
        let mut handle = ptr::null_mut();
        // SAFETY: the header says so.
        let create = unsafe { callpop.get::<Create>(b"callpop_host_create\0") }.unwrap();
        // SAFETY: the options and the place are there.
        assert_eq!(unsafe { create(&raw const options, &raw mut handle) }, 0);
        Self { callpop, handle }
    }

    /// What opens a contact's page.
    fn opener(&self) -> impl Fn() {
        // SAFETY: the header says so.
        let open = unsafe {
            self.callpop
                .get::<OpenContactPage>(b"callpop_open_contact_page\0")
        }
        .unwrap();
        // SAFETY: the header says so.
        let destroy =
            unsafe { self.callpop.get::<DestroyText>(b"callpop_text_destroy\0") }.unwrap();
        let texts = ["7", "John Doe", "+12025550123"].map(text);
        let adapter = text("pipedrive");
        move || {
            let [id, name, phone] = texts.each_ref().map(|it| it.as_ptr());
            let contact = CContact {
                size: size_of::<CContact>(),
                texts: [id, name, phone, ptr::null(), ptr::null()],
                extras: ptr::null(),
                extra_count: 0,
            };
            let mut created = ptr::null_mut();
            // SAFETY: all texts are there, and the place.
            let status = unsafe {
                open(
                    self.handle,
                    adapter.as_ptr(),
                    &raw const contact,
                    &raw mut created,
                )
            };
            assert_eq!(status, 0);
            // SAFETY: a handle, which is followed nowhere.
            unsafe { destroy(created) };
        }
    }
}

fn main() {
    let sandbox = Sandbox::with(&["pipedrive"]);
    let host = sandbox.host();
    let request = ConnectRequest::new("pipedrive", "acme.pipedrive.com");
    host.connect(&request).unwrap();
    let contact = Contact::new("7", "John Doe", "+12025550123");
    let through_rust = || {
        let outcome = host.open_contact_page("pipedrive", &contact, &CallOptions::default());
        assert_eq!(outcome.unwrap().opened.len(), 1);
    };
    let c_host = CHost::of(&sandbox);
    let through_c = c_host.opener();

    println!("what                                    through C  in Rust    ratio  at most");
    compare(
        "a contact's page, warm worker",
        1.1,
        || repeated(CALLS, &through_c),
        || repeated(CALLS, through_rust),
    );
}
