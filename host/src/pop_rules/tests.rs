//! The rules as a table, and what holds for any sequence of events.

use callpop_adapter::Contact;
use proptest::prelude::*;

use super::{CallMemory, Decision, PopSettings, PopWhen, SeveralMatches, Suppression};
use crate::call_event::{CallEvent, CallState, Direction};

const CRM: &str = "acme";

fn event(direction: Direction, state: CallState, ids: &[&str]) -> CallEvent {
    ids.iter()
        .fold(CallEvent::new("1", direction, state), |event, id| {
            event.with_match(CRM, Contact::new(*id, "", ""))
        })
}

/// What a decision comes to, in a word.
fn word(decision: &Decision) -> String {
    let ids = |contacts: &[Contact]| {
        let ids: Vec<_> = contacts.iter().map(|it| it.id.as_str()).collect();
        ids.join(",")
    };
    match decision {
        Decision::Open(opened, left_out) if left_out.is_empty() => format!("open {}", ids(opened)),
        Decision::Open(opened, left_out) => {
            format!("open {}, leave out {}", ids(opened), ids(left_out))
        }
        Decision::Ask(contacts) => format!("ask {}", ids(contacts)),
        Decision::Nothing(why) => why.to_string(),
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn the_reference_extensions_settings() {
    use CallState::{Connected, Ended, Ringing};
    use Direction::{Inbound, Outbound};
    use PopWhen::{Answer, Disabled, FirstRing};
    // The setting for the direction of the call, the call's states, and what each leads to.
    for (direction, when, states, expected) in [
        (
            Inbound,
            Disabled,
            &[Ringing, Connected][..],
            &["call-pop is disabled for such calls"; 2][..],
        ),
        (
            Inbound,
            FirstRing,
            &[Ringing, Ringing, Connected, Ended],
            &[
                "open 7",
                "its pages were opened already",
                "its pages were opened already",
                "the call is over",
            ],
        ),
        (
            Inbound,
            Answer,
            &[Ringing, Connected, Connected],
            &[
                "it pops when the call is answered",
                "open 7",
                "its pages were opened already",
            ],
        ),
        (
            Outbound,
            FirstRing,
            &[Ringing, Connected],
            &["open 7", "its pages were opened already"],
        ),
        (
            Outbound,
            Answer,
            &[Ringing, Connected],
            &["it pops when the call is answered", "open 7"],
        ),
        // Nobody told of the ringing, or the events come in the wrong order.
        (Inbound, FirstRing, &[Connected], &["open 7"]),
        (
            Inbound,
            FirstRing,
            &[Connected, Ringing],
            &["open 7", "its pages were opened already"],
        ),
        // Declined, or answered elsewhere.
        (
            Inbound,
            Answer,
            &[Ringing, Ended, Connected],
            &[
                "it pops when the call is answered",
                "the call is over",
                "the call is over",
            ],
        ),
    ] {
        let settings = match direction {
            Inbound => PopSettings {
                inbound: when,
                outbound: Disabled,
                ..PopSettings::default()
            },
            Outbound => PopSettings {
                inbound: Disabled,
                outbound: when,
                ..PopSettings::default()
            },
        };
        let mut memory = CallMemory::default();
        let words: Vec<_> = states
            .iter()
            .map(|state| {
                let event = event(direction, *state, &["7"]);
                let decision = memory.decide(&event, CRM, settings);
                if *state == Ended {
                    memory.end();
                }
                word(&decision)
            })
            .collect();
        assert_eq!(words, expected, "{direction:?} {when:?} {states:?}");
    }
}

#[test]
fn none_one_and_several_matches() {
    for (several, max_pages, ids, expected) in [
        (SeveralMatches::OpenAll, 5, &[][..], "no contact matches"),
        (SeveralMatches::Prompt, 5, &["7"], "open 7"),
        (SeveralMatches::Disabled, 5, &["7"], "open 7"),
        (SeveralMatches::Disabled, 5, &["7", "7"], "open 7"),
        (
            SeveralMatches::Disabled,
            5,
            &["7", "8"],
            "several contacts match",
        ),
        (SeveralMatches::OpenAll, 5, &["7", "8"], "open 7,8"),
        (SeveralMatches::Prompt, 5, &["7", "8"], "ask 7,8"),
        (
            SeveralMatches::OpenAll,
            2,
            &["7", "8", "9", "10"],
            "open 7,8, leave out 9,10",
        ),
        (
            SeveralMatches::OpenAll,
            0,
            &["7"],
            "the call has opened as many pages as it may",
        ),
    ] {
        let settings = PopSettings {
            several,
            max_pages,
            ..PopSettings::default()
        };
        let ringing = event(Direction::Inbound, CallState::Ringing, ids);
        let decision = CallMemory::default().decide(&ringing, CRM, settings);
        assert_eq!(word(&decision), expected);
    }
}

#[test]
fn a_page_that_was_not_opened_may_open_at_the_next_event() {
    let (mut memory, settings) = (CallMemory::default(), PopSettings::default());
    let ringing = event(Direction::Inbound, CallState::Ringing, &["7"]);
    assert_eq!(word(&memory.decide(&ringing, CRM, settings)), "open 7");
    memory.take_back(CRM, "7");
    assert_eq!(word(&memory.decide(&ringing, CRM, settings)), "open 7");
}

fn any_state() -> impl Strategy<Value = CallState> {
    prop_oneof![
        Just(CallState::Ringing),
        Just(CallState::Connected),
        Just(CallState::Ended)
    ]
}

fn any_when() -> impl Strategy<Value = PopWhen> {
    prop_oneof![
        Just(PopWhen::Disabled),
        Just(PopWhen::FirstRing),
        Just(PopWhen::Answer)
    ]
}

fn any_several() -> impl Strategy<Value = SeveralMatches> {
    prop_oneof![
        Just(SeveralMatches::Disabled),
        Just(SeveralMatches::OpenAll),
        Just(SeveralMatches::Prompt)
    ]
}

proptest! {
    #[test]
    fn each_page_opens_once_and_none_after_the_end(
        events in prop::collection::vec((any_state(), prop::collection::vec("[1-4]", 0..5)), 0..20),
        inbound in any_when(),
        several in any_several(),
        max_pages in 0_usize..4,
    ) {
        let settings = PopSettings { inbound, several, max_pages, ..PopSettings::default() };
        let mut memory = CallMemory::default();
        let mut opened: Vec<String> = Vec::new();
        let (mut has_ended, mut asked) = (false, 0);
        for (state, ids) in events {
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            let decision = memory.decide(&event(Direction::Inbound, state, &ids), CRM, settings);
            has_ended |= state == CallState::Ended;
            if has_ended {
                memory.end();
            }
            match decision {
                Decision::Open(contacts, _) => {
                    prop_assert!(!has_ended && inbound != PopWhen::Disabled);
                    prop_assert!(inbound == PopWhen::FirstRing || state == CallState::Connected);
                    opened.extend(contacts.into_iter().map(|contact| contact.id));
                }
                Decision::Ask(contacts) => {
                    prop_assert!(!has_ended && several == SeveralMatches::Prompt);
                    prop_assert!(contacts.len() > 1);
                    asked += 1;
                }
                Decision::Nothing(why) => {
                    prop_assert_eq!(why == Suppression::Ended, has_ended);
                }
            }
        }
        prop_assert!(opened.len() <= max_pages && asked <= 1);
        let count = opened.len();
        opened.sort();
        opened.dedup();
        prop_assert_eq!(opened.len(), count, "a page opened twice");
    }
}
