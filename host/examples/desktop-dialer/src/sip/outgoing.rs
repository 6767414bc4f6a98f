//! What the dialer wants done: answering, declining, hanging up, dialling.

use std::sync::Arc;
use std::time::Duration;

use callpop_host::Direction;
use rsipstack::dialog::invitation::InviteOption;
use rsipstack::sip::uri::ParamsExt;
use rsipstack::sip::{Header, StatusCode, Transport};
use rsipstack::transaction::key::TransactionRole;

use super::agent::Agent;
use super::{Command, dialogs, sdp};
use crate::calls::{CallId, Ending};

/// How often it is looked whether the other side has heard of an answer.
const ANSWERED: Duration = Duration::from_millis(5);

/// Has it done. What concerns a call that is over concerns nobody.
pub(super) fn perform(agent: &Arc<Agent>, command: Command) {
    match command {
        Command::Answer(id) => answer(agent, &id),
        Command::Decline(id) => {
            if let Some(dialog) = agent.dialogs.get(&id) {
                let _ = dialog.reject(Some(StatusCode::Decline), None);
            }
        }
        Command::HangUp(id) => hang_up(agent, &id),
        Command::Dial { id, target } => dial(agent, id, &target),
    }
}

fn answer(agent: &Agent, id: &CallId) {
    let Some(dialog) = agent.dialogs.get(id) else {
        return;
    };
    let body = sdp::answer(&dialog.initial_request().body, agent.identity.address());
    let headers = vec![Header::ContentType(sdp::CONTENT_TYPE.into())];
    // The call is over if this fails, which its states tell.
    let _ = dialog.accept(Some(headers), Some(body));
}

fn hang_up(agent: &Agent, id: &CallId) {
    let Some(dialog) = agent.dialogs.unwant(id) else {
        return;
    };
    if dialog.state().can_cancel() && dialog.role() == TransactionRole::Server {
        let _ = dialog.reject(Some(StatusCode::Decline), None);
        return;
    }
    tokio::spawn(dialogs::hang_up(dialog));
}

fn dial(agent: &Arc<Agent>, id: CallId, target: &str) {
    let fail = || agent.tell(super::Event::Ended(id.clone(), Ending::Failed));
    let Ok(callee) = agent.identity.target(target) else {
        return fail();
    };
    let (told, states) = agent.layer.new_dialog_state_channel();
    let is_stream = callee.transport() == Some(&Transport::Tcp);
    let invitation = InviteOption {
        caller: agent.identity.own(),
        callee,
        contact: agent.identity.contact(is_stream),
        offer: Some(sdp::offer(agent.identity.address())),
        content_type: Some(sdp::CONTENT_TYPE.to_owned()),
        call_id: Some(id.0.clone()),
        ..InviteOption::default()
    };
    let Ok((dialog, invited)) = agent.layer.do_invite_async(invitation, told) else {
        return fail();
    };
    agent.dialogs.insert(id.clone(), dialog.clone());
    tokio::spawn(dialogs::follow(
        Arc::clone(agent),
        id.clone(),
        Direction::Outbound,
        states,
    ));
    let agent = Arc::clone(agent);
    tokio::spawn(async move {
        // Where the dialog has come to an end, that tells how.
        if !matches!(invited.await, Ok(Ok(_))) && !dialog.state().is_terminated() {
            dialogs::end(&agent, &id, Ending::Failed);
        }
    });
}

/// Ends all calls, as the dialer itself ends.
pub(super) async fn say_goodbye(agent: &Agent) {
    for dialog in agent.dialogs.all() {
        if dialog.state().can_cancel() {
            let _ = dialog.reject(Some(StatusCode::TemporarilyUnavailable), None);
        }
        dialogs::hang_up(dialog).await;
    }
    for dialog in agent.dialogs.all() {
        while dialog.state().waiting_ack() {
            tokio::time::sleep(ANSWERED).await;
        }
        dialogs::hang_up(dialog).await;
    }
}
