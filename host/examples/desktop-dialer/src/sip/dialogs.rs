//! The calls that go on, and what their dialogs' states mean to the dialer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callpop_host::Direction;
use rsipstack::dialog::dialog::{
    DialogState, DialogStateReceiver, TerminatedReason, TransactionHandle,
};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, Request, StatusCode};

use super::agent::Agent;
use super::{Event, sdp};
use crate::calls::{CallId, Ending};

/// The most calls that go on at once; further ones hear that the user is busy.
pub(super) const MAX_CALLS: usize = 32;

/// The calls that go on, by the dialer's name of the call.
#[derive(Default)]
pub(super) struct Dialogs(Mutex<HashMap<CallId, Live>>);

struct Live {
    dialog: InviteDialog,
    /// Whether it is to end as soon as it may.
    is_unwanted: bool,
}

impl Dialogs {
    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, Live>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, id: &CallId) -> Option<InviteDialog> {
        self.lock().get(id).map(|live| live.dialog.clone())
    }

    pub(super) fn insert(&self, id: CallId, dialog: InviteDialog) {
        let is_unwanted = false;
        self.lock().insert(
            id,
            Live {
                dialog,
                is_unwanted,
            },
        );
    }

    /// The call is to end as soon as it may; its dialog, if there is one.
    pub(super) fn unwant(&self, id: &CallId) -> Option<InviteDialog> {
        let mut calls = self.lock();
        let live = calls.get_mut(id)?;
        live.is_unwanted = true;
        Some(live.dialog.clone())
    }

    /// The dialog of a call that is to end.
    fn unwanted(&self, id: &CallId) -> Option<InviteDialog> {
        let calls = self.lock();
        let live = calls.get(id).filter(|live| live.is_unwanted)?;
        Some(live.dialog.clone())
    }

    fn remove(&self, id: &CallId) -> bool {
        self.lock().remove(id).is_some()
    }

    pub(super) fn contains(&self, id: &CallId) -> bool {
        self.lock().contains_key(id)
    }

    pub(super) fn is_full(&self) -> bool {
        self.lock().len() >= MAX_CALLS
    }

    pub(super) fn all(&self) -> Vec<InviteDialog> {
        let calls = self.lock();
        calls.values().map(|live| live.dialog.clone()).collect()
    }
}

/// Follows a call's dialog to its end, and tells what becomes of the call.
pub(super) async fn follow(
    agent: Arc<Agent>,
    id: CallId,
    direction: Direction,
    mut states: DialogStateReceiver,
) {
    let mut is_answered = false;
    while let Some(state) = states.recv().await {
        match state {
            DialogState::Early(_, response)
                if direction == Direction::Outbound
                    && response.status_code != StatusCode::Trying =>
            {
                agent.tell(Event::Rings(id.clone()));
            }
            DialogState::WaitAck(..) | DialogState::Confirmed(..) => {
                if !std::mem::replace(&mut is_answered, true) {
                    agent.tell(Event::Answered(id.clone()));
                }
                if let Some(dialog) = agent.dialogs.unwanted(&id) {
                    tokio::spawn(hang_up(dialog));
                }
            }
            // The other side changes the session, which stays without audio.
            DialogState::Updated(_, request, handle) => {
                accept_again(&agent, &request, &handle).await
            }
            DialogState::Options(_, _, handle) | DialogState::Info(_, _, handle) => {
                // The other side is gone if this fails, and nobody waits for it.
                let _ = handle.reply(StatusCode::OK).await;
            }
            DialogState::Notify(_, _, handle)
            | DialogState::Refer(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Publish(_, _, handle) => {
                let _ = handle.reply(StatusCode::NotImplemented).await;
            }
            DialogState::Terminated(dialog, reason) => {
                agent.layer.remove_dialog(&dialog);
                end(&agent, &id, ending(direction, is_answered, &reason));
                return;
            }
            _ => {}
        }
    }
    end(&agent, &id, Ending::Failed);
}

/// Ends a call, unless its answer is on its way: whoever is called hangs up once the caller has heard that
/// (RFC 3261, section 15).
pub(super) async fn hang_up(dialog: InviteDialog) {
    if !dialog.state().waiting_ack() {
        // The call is over if this fails, which its states tell.
        let _ = dialog.hangup().await;
    }
}

/// The call is over, and it is told once.
pub(super) fn end(agent: &Agent, id: &CallId, ending: Ending) {
    if agent.dialogs.remove(id) {
        agent.tell(Event::Ended(id.clone(), ending));
    }
}

async fn accept_again(agent: &Agent, request: &Request, handle: &TransactionHandle) {
    let body = sdp::answer(&request.body, agent.identity.address());
    let headers = vec![Header::ContentType(sdp::CONTENT_TYPE.into())];
    let _ = handle
        .respond(StatusCode::OK, Some(headers), Some(body))
        .await;
}

fn ending(direction: Direction, is_answered: bool, reason: &TerminatedReason) -> Ending {
    if is_answered {
        return Ending::HungUp;
    }
    let code = match reason {
        TerminatedReason::UasOther(code) | TerminatedReason::UacOther(code) => Some(code),
        _ => None,
    };
    match (direction, reason, code) {
        (Direction::Inbound, TerminatedReason::UasDecline, _) => Ending::Declined,
        (Direction::Inbound, ..) => Ending::Missed,
        (Direction::Outbound, TerminatedReason::UacCancel, _)
        | (Direction::Outbound, _, Some(StatusCode::RequestTerminated)) => Ending::Cancelled,
        (
            Direction::Outbound,
            TerminatedReason::UasBusy | TerminatedReason::UasDecline | TerminatedReason::UacBusy,
            _,
        )
        | (
            Direction::Outbound,
            _,
            Some(StatusCode::BusyHere | StatusCode::BusyEverywhere | StatusCode::Decline),
        ) => Ending::Refused,
        (Direction::Outbound, ..) => Ending::Failed,
    }
}
