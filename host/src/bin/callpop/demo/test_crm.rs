//! TestCRM: a small CRM with made-up records, on this machine only, for the demo.

mod pages;
mod records;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::sync::oneshot;

pub(crate) use records::{contact_list, demo_contact, demo_log_id};

use pages::Pages;
use records::Records;

/// The running site; it ends when this is dropped.
pub(crate) struct TestCrm {
    address: SocketAddr,
    visits: Receiver<Visit>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A page that a browser asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// The path and the query.
    pub(crate) path: String,
    /// The page's title.
    pub(crate) title: String,
}

impl TestCrm {
    /// Starts on a free port of this machine, on a thread of its own.
    pub(crate) fn start() -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (told, visits) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let router = router(address, told)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let thread = thread::Builder::new()
            .name("test-crm".to_owned())
            .spawn(move || runtime.block_on(serve(listener, router, stopped)))?;
        Ok(Self {
            address,
            visits,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn hostname(&self) -> String {
        self.address.to_string()
    }

    /// Waits for the next page that a browser asks for.
    pub(crate) fn next_visit(&self, limit: Duration) -> Option<Visit> {
        self.visits.recv_timeout(limit).ok()
    }
}

impl Drop for TestCrm {
    fn drop(&mut self) {
        // The server may have ended by itself; then nobody waits for this.
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: std::net::TcpListener, router: Router, stopped: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    tokio::select! {
        // Not a graceful end: a browser keeps its connection open, and the demo would wait for it.
        _ = stopped => {}
        _ = axum::serve(listener, router) => {}
    }
}

#[derive(Clone)]
struct Site {
    address: SocketAddr,
    records: &'static Records,
    pages: &'static Pages,
    told: Sender<Visit>,
}

fn router(address: SocketAddr, told: Sender<Visit>) -> io::Result<Router> {
    let site = Site {
        address,
        // One site in a process that soon ends.
        records: Box::leak(Box::new(Records::embedded()?)),
        pages: Box::leak(Box::new(Pages::embedded().map_err(io::Error::other)?)),
        told,
    };
    Ok(Router::new()
        .route("/", get(contact))
        .route("/search", get(search))
        .route("/activities/{id}", get(activity))
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(site.clone(), guarded))
        .with_state(site))
}

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "contactId")]
    contact_id: Option<String>,
}

async fn contact(
    State(site): State<Site>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Response {
    let Some(id) = asked.contact_id else {
        return site.page(
            &request,
            StatusCode::OK,
            "contacts.html",
            "Contacts",
            site.records,
        );
    };
    match site.records.contact(&id) {
        Some(contact) => site.page(
            &request,
            StatusCode::OK,
            "contact.html",
            &contact.name,
            contact,
        ),
        None => site.missing(&request, &format!("the contact {id}")),
    }
}

#[derive(Deserialize)]
struct SearchedFor {
    phone: String,
}

/// Where calls go whose number nobody has.
async fn search(
    State(site): State<Site>,
    Query(SearchedFor { phone }): Query<SearchedFor>,
    request: Request,
) -> Response {
    let found = site.records.search(&phone);
    let title = format!("Search for {phone}");
    site.page(&request, StatusCode::OK, "search.html", &title, found)
}

async fn activity(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    match site.records.activity(&id) {
        Some(activity) => {
            let title = format!("Call with {}", activity.contact.name);
            site.page(&request, StatusCode::OK, "activity.html", &title, activity)
        }
        None => site.missing(&request, &format!("the activity {id}")),
    }
}

async fn not_found(State(site): State<Site>, request: Request) -> Response {
    // What a browser asks for by itself is no visit.
    if request.uri().path() == "/favicon.ico" {
        return StatusCode::NOT_FOUND.into_response();
    }
    site.missing(&request, "this page")
}

impl Site {
    fn page(
        &self,
        request: &Request,
        status: StatusCode,
        template: &str,
        title: &str,
        record: impl serde::Serialize,
    ) -> Response {
        let title = format!("{title} · TestCRM");
        match self.pages.render(template, &title, record) {
            Ok(page) => {
                let path = request.uri().to_string();
                // The demo may have ended; the page is served all the same.
                let _ = self.told.send(Visit { path, title });
                (status, Html(page)).into_response()
            }
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }

    fn missing(&self, request: &Request, what: &str) -> Response {
        self.page(
            request,
            StatusCode::NOT_FOUND,
            "missing.html",
            "Not found",
            what,
        )
    }
}

/// Answers only under its own name, and tells the browser to load nothing from elsewhere.
async fn guarded(State(site): State<Site>, request: Request, next: Next) -> Response {
    if !is_own_name(request.headers(), site.address) {
        // Another site's name that leads here (DNS rebinding).
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn is_own_name(headers: &HeaderMap, address: SocketAddr) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let local = format!("localhost:{}", address.port());
    host.is_some_and(|host| host == address.to_string() || host == local)
}

#[cfg(test)]
mod tests;
