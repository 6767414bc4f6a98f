//! What comes from the network: calls, and requests that are no call.

use std::sync::Arc;
use std::time::Instant;

use callpop_host::Direction;
use rsipstack::dialog::DialogId;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::prelude::ToTypedHeader;
use rsipstack::sip::{Header, Method, Request, StatusCode};
use rsipstack::transaction::transaction::Transaction;

use super::agent::{Agent, METHODS};
use super::{Event, dialogs, identity, sdp};
use crate::calls::CallId;

/// The header in which a telephone system says under which id it logs the call in the CRM.
const LOG_ID: &str = "X-Log-ID";
/// The longest such id that is believed, in bytes.
const MAX_LOG_ID: usize = 256;

/// Hears a request. Whatever it leads to goes on by itself.
pub(super) async fn hear(agent: &Arc<Agent>, mut transaction: Transaction) {
    let is_in_dialog = DialogId::try_from(&transaction).is_ok_and(|it| !it.local_tag.is_empty());
    if is_in_dialog {
        return hear_in_dialog(agent, transaction).await;
    }
    let answered = match transaction.original.method {
        Method::Invite => return ring(agent, transaction).await,
        Method::Options => {
            let headers = vec![allowed(), Header::Accept(sdp::CONTENT_TYPE.into())];
            transaction.reply_with(StatusCode::OK, headers, None).await
        }
        _ => {
            let headers = vec![allowed()];
            let status = StatusCode::MethodNotAllowed;
            transaction.reply_with(status, headers, None).await
        }
    };
    // Who is gone needs no answer.
    drop(answered);
}

async fn hear_in_dialog(agent: &Agent, mut transaction: Transaction) {
    match agent.layer.match_dialog(&transaction) {
        Some(mut dialog) => {
            tokio::spawn(async move { dialog.handle(&mut transaction).await });
        }
        None => {
            let status = StatusCode::CallTransactionDoesNotExist;
            let _ = transaction.reply(status).await;
        }
    }
}

/// Somebody calls.
async fn ring(agent: &Arc<Agent>, mut transaction: Transaction) {
    let arrived = arrival(agent, &transaction);
    let request = &transaction.original;
    let Some(event) = incoming(request, arrived) else {
        let _ = transaction.reply(StatusCode::BadRequest).await;
        return;
    };
    let id = event.call().clone();
    if agent.dialogs.contains(&id) {
        // The same call over two ways (RFC 3261, section 8.2.2.2).
        let _ = transaction.reply(StatusCode::LoopDetected).await;
        return;
    }
    if agent.dialogs.is_full() {
        let _ = transaction.reply(StatusCode::BusyHere).await;
        return;
    }
    let (told, states) = agent.layer.new_dialog_state_channel();
    let is_stream = transaction
        .connection
        .as_ref()
        .is_some_and(rsipstack::transport::SipConnection::is_reliable);
    let contact = Some(agent.identity.contact(is_stream));
    let dialog = agent
        .layer
        .get_or_create_server_invite(&transaction, told, None, contact);
    let Ok(mut dialog) = dialog else {
        let _ = transaction.reply(StatusCode::BadRequest).await;
        return;
    };
    agent.dialogs.insert(id.clone(), dialog.clone());
    agent.tell(event);
    // If an answer cannot be sent, the caller sends the call again.
    let _ = transaction.send_trying().await;
    let _ = dialog.ringing(None, None);
    tokio::spawn(dialogs::follow(
        Arc::clone(agent),
        id,
        Direction::Inbound,
        states,
    ));
    tokio::spawn(async move { dialog.handle(&mut transaction).await });
}

/// When the call's datagram was taken from the socket, or now.
fn arrival(agent: &Agent, transaction: &Transaction) -> Instant {
    let remote = transaction
        .connection
        .as_ref()
        .and_then(|connection| connection.get_remote_addr())
        .and_then(|address| address.get_socketaddr().ok());
    remote
        .and_then(|remote| agent.arrivals.take(remote))
        .unwrap_or_else(Instant::now)
}

/// What a call tells of itself; `None`, if it lacks what every call has.
fn incoming(request: &Request, arrived: Instant) -> Option<Event> {
    let from = request.from_header().ok()?.typed().ok()?;
    let to = request.to_header().ok()?.typed().ok()?;
    let call_id = request.call_id_header().ok()?.value().to_owned();
    let tag = from.tag().map(|tag| tag.value().to_owned());
    let number = identity::number(&from.uri);
    let name = from.display_name.as_deref().and_then(identity::name);
    Some(Event::Incoming {
        id: CallId(format!("{call_id};{}", tag.unwrap_or_default())),
        // A caller who withholds the number has no name either.
        name: name.filter(|_| number.is_some()),
        number,
        dialled: identity::number(&to.uri),
        log_id: log_id(request),
        arrived,
    })
}

fn log_id(request: &Request) -> Option<String> {
    let value = request.headers.iter().find_map(|header| match header {
        Header::Other(name, value) if name.eq_ignore_ascii_case(LOG_ID) => Some(value),
        _ => None,
    })?;
    let value = value.trim();
    (!value.is_empty() && value.len() <= MAX_LOG_ID).then(|| value.to_owned())
}

fn allowed() -> Header {
    let methods: Vec<String> = METHODS.iter().map(ToString::to_string).collect();
    Header::Allow(methods.join(", ").into())
}
