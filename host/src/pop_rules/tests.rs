//! The rules as a table, and what holds for any sequence of events.

use proptest::prelude::*;

use super::{CallMemory, Decision, PopAccount, Suppression};
use crate::Contact;
use crate::call_event::{CallEvent, CallState, Direction};
use crate::pop_settings::{
    NumberPattern, PopAccounts, PopRule, PopSettings, PopWhen, SeveralMatches,
};

const CRM: &str = "acme";

fn event(direction: Direction, state: CallState, ids: &[&str]) -> CallEvent {
    ids.iter()
        .fold(CallEvent::new("1", direction, state), |event, id| {
            event.with_match(CRM, Contact::new(*id, "", ""))
        })
}

fn account(adapter: &str, settings: &PopSettings) -> PopAccount {
    PopAccount {
        adapter: adapter.to_owned(),
        settings: settings.clone(),
        has_fallback: false,
    }
}

/// What the event leads to in the only account.
fn decide(memory: &mut CallMemory, event: &CallEvent, settings: &PopSettings) -> Decision {
    let accounts = [account(CRM, settings)];
    let mut decided = memory.decide(event, &accounts, PopAccounts::All);
    decided.remove(0).decision
}

/// What the event leads to in each account, in words.
fn words(
    memory: &mut CallMemory,
    event: &CallEvent,
    accounts: &[PopAccount],
    which: PopAccounts,
) -> Vec<String> {
    let decided = memory.decide(event, accounts, which);
    decided.iter().map(|it| word(&it.decision)).collect()
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
        Decision::OpenFallback => "open the fallback page".to_owned(),
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
                let decision = decide(&mut memory, &event, &settings);
                if *state == Ended {
                    memory.end("1");
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
        let decision = decide(&mut CallMemory::default(), &ringing, &settings);
        assert_eq!(word(&decision), expected);
    }
}

#[test]
fn a_page_that_was_not_opened_may_open_at_the_next_event() {
    let (mut memory, settings) = (CallMemory::default(), PopSettings::default());
    let ringing = event(Direction::Inbound, CallState::Ringing, &["7"]);
    assert_eq!(word(&decide(&mut memory, &ringing, &settings)), "open 7");
    memory.take_back(CRM, "7");
    assert_eq!(word(&decide(&mut memory, &ringing, &settings)), "open 7");
}

#[test]
fn the_first_rule_that_fits_decides() {
    let pattern = |text| NumberPattern::parse(text).unwrap();
    let rules = vec![
        PopRule::new(false).number(pattern("+4930*")),
        PopRule::new(true)
            .called(pattern("+12025550100"))
            .direction(Direction::Inbound),
        PopRule::new(false),
    ];
    for (from, to, expected) in [
        (
            Some("+4930123"),
            "+12025550100",
            "a rule says that such calls do not pop",
        ),
        (Some("+4940123"), "+1 202 555-0100", "open 7"),
        (None, "+12025550100", "open 7"),
        (
            Some("+4940123"),
            "+12025550199",
            "a rule says that such calls do not pop",
        ),
    ] {
        let settings = PopSettings {
            rules: rules.clone(),
            ..PopSettings::default()
        };
        let mut ringing = event(Direction::Inbound, CallState::Ringing, &["7"]).to_number(to);
        ringing.from = from.map(str::to_owned);
        let decision = decide(&mut CallMemory::default(), &ringing, &settings);
        assert_eq!(word(&decision), expected, "{from:?} {to}");
    }
    // A call that no rule fits pops.
    let settings = PopSettings {
        rules: vec![PopRule::new(false).number(pattern("withheld"))],
        ..PopSettings::default()
    };
    let ringing = event(Direction::Inbound, CallState::Ringing, &["7"]);
    let shown = ringing.clone().from_number("+4930123");
    assert_eq!(
        word(&decide(&mut CallMemory::default(), &shown, &settings)),
        "open 7"
    );
    assert_eq!(
        word(&decide(&mut CallMemory::default(), &ringing, &settings)),
        "a rule says that such calls do not pop"
    );
}

#[test]
fn only_the_first_account_that_knows_the_number_pops_if_the_user_wants_it_so() {
    let pops = PopSettings::default();
    let on_answer = PopSettings {
        inbound: PopWhen::Answer,
        ..PopSettings::default()
    };
    let off = PopSettings {
        inbound: PopWhen::Disabled,
        ..PopSettings::default()
    };
    let known_to = |adapters: &[&str]| {
        let ringing = CallEvent::new("1", Direction::Inbound, CallState::Ringing);
        adapters.iter().fold(ringing, |event, adapter| {
            event.with_match(*adapter, Contact::new("7", "", ""))
        })
    };
    let (another, none) = ("another account comes first", "no contact matches");
    let waits = "it pops when the call is answered";
    for (settings, known, expected) in [
        ([&pops, &pops], &["a", "b"][..], ["open 7", another]),
        ([&pops, &pops], &["b"], [another, "open 7"]),
        ([&pops, &pops], &[], [none, none]),
        // The first one that knows the number is waited for.
        ([&on_answer, &pops], &["a", "b"], [waits, another]),
        // One that does not pop at all is not.
        (
            [&off, &pops],
            &["a", "b"],
            ["call-pop is disabled for such calls", "open 7"],
        ),
    ] {
        let accounts = [account("a", settings[0]), account("b", settings[1])];
        let mut memory = CallMemory::default();
        let said = words(&mut memory, &known_to(known), &accounts, PopAccounts::First);
        assert_eq!(said, expected, "{known:?}");
    }
    // Whoever popped first stays the one, whatever is found out later.
    let accounts = [account("a", &pops), account("b", &pops)];
    let mut memory = CallMemory::default();
    words(
        &mut memory,
        &known_to(&["b"]),
        &accounts,
        PopAccounts::First,
    );
    assert_eq!(
        words(
            &mut memory,
            &known_to(&["a", "b"]),
            &accounts,
            PopAccounts::First
        ),
        [another, "its pages were opened already"]
    );
}

#[test]
fn the_fallback_page_opens_once_and_only_where_nobody_knows_the_number() {
    let with_fallback = |settings: &PopSettings| PopAccount {
        has_fallback: true,
        ..account("b", settings)
    };
    let (on, off) = (
        PopSettings::default(),
        PopSettings {
            fallback_page: false,
            ..PopSettings::default()
        },
    );
    let ringing = CallEvent::new("1", Direction::Inbound, CallState::Ringing);
    let known = ringing.clone().with_match("a", Contact::new("7", "", ""));
    let (none, opened) = ("no contact matches", "open the fallback page");
    let mut memory = CallMemory::default();
    let accounts = [account("a", &on), with_fallback(&on)];
    let mut say = |event: &CallEvent| words(&mut memory, event, &accounts, PopAccounts::All);
    assert_eq!(say(&ringing), [none, opened]);
    assert_eq!(say(&ringing), [none, "its pages were opened already"]);
    // The number is found later: its page opens, and the fallback page does not again.
    assert_eq!(say(&known), ["open 7", none]);
    assert_eq!(say(&ringing), [none, none]);
    for (settings, event, expected) in [(&on, &known, none), (&off, &ringing, none)] {
        let accounts = [account("a", &on), with_fallback(settings)];
        let said = words(
            &mut CallMemory::default(),
            event,
            &accounts,
            PopAccounts::All,
        );
        assert_eq!(said[1], expected);
    }
}

#[test]
fn an_offer_to_create_a_contact_is_no_match() {
    // Source: the reference extension's `src/core/contact.js` leaves out entries with
    // `isNewContact`.
    let offer = Contact::new("createNewContact", "Create new contact", "")
        .with_extra("isNewContact", "true");
    let ringing = event(Direction::Inbound, CallState::Ringing, &[]).with_match(CRM, offer);
    let decision = decide(
        &mut CallMemory::default(),
        &ringing,
        &PopSettings::default(),
    );
    assert_eq!(word(&decision), "no contact matches");
}

#[test]
fn a_created_contact_opens_if_the_user_wants_it_so_even_after_the_call() {
    let contact = Contact::new("7", "", "");
    let open = PopSettings {
        open_created: true,
        ..PopSettings::default()
    };
    let mut memory = CallMemory::default();
    memory.end("1");
    let mut say = |settings: &PopSettings| word(&memory.created(CRM, &contact, settings));
    assert_eq!(
        say(&PopSettings::default()),
        "call-pop is disabled for such calls"
    );
    assert_eq!(say(&open), "open 7");
    assert_eq!(say(&open), "its pages were opened already");
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
            let decision = decide(&mut memory, &event(Direction::Inbound, state, &ids), &settings);
            has_ended |= state == CallState::Ended;
            if has_ended {
                memory.end("1");
            }
            match decision {
                Decision::Open(contacts, _) => {
                    prop_assert!(!has_ended && inbound != PopWhen::Disabled);
                    prop_assert!(inbound == PopWhen::FirstRing || state == CallState::Connected);
                    opened.extend(contacts.into_iter().map(|contact| contact.id.into()));
                }
                Decision::Ask(contacts) => {
                    prop_assert!(!has_ended && several == SeveralMatches::Prompt);
                    prop_assert!(contacts.len() > 1);
                    asked += 1;
                }
                Decision::OpenFallback => prop_assert!(false, "there is none"),
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

    #[test]
    fn with_several_accounts_and_legs_each_page_opens_once_and_only_the_first_account_pops(
        events in prop::collection::vec(
            (any_state(), 0_usize..3, prop::collection::vec((0_usize..2, "[1-3]"), 0..4)),
            0..20,
        ),
        whens in [any_when(), any_when()],
        several in any_several(),
        has_fallback in any::<[bool; 2]>(),
        is_first_only in any::<bool>(),
        max_pages in 0_usize..4,
    ) {
        let names = ["a", "b"];
        let accounts = [0, 1].map(|index| PopAccount {
            has_fallback: has_fallback[index],
            ..account(names[index], &PopSettings {
                inbound: whens[index], several, max_pages, ..PopSettings::default()
            })
        });
        let which = if is_first_only { PopAccounts::First } else { PopAccounts::All };
        let mut memory = CallMemory::default();
        let mut opened: Vec<(String, String)> = Vec::new();
        let mut ended = std::collections::BTreeSet::new();
        for (state, leg, matches) in events {
            let leg = leg.to_string();
            let event = matches.into_iter().fold(
                CallEvent::new(leg.clone(), Direction::Inbound, state),
                |event, (index, id)| event.with_match(names[index], Contact::new(id, "", "")),
            );
            let is_over = ended.contains(&leg) || state == CallState::Ended;
            for decided in memory.decide(&event, &accounts, which) {
                let index = usize::from(decided.adapter == "b");
                let ids: Vec<String> = match decided.decision {
                    Decision::Open(contacts, _) => contacts.into_iter().map(|it| it.id.into()).collect(),
                    Decision::OpenFallback => vec!["fallback".to_owned()],
                    Decision::Ask(_) => vec![],
                    Decision::Nothing(_) => continue,
                };
                prop_assert!(!is_over && whens[index] != PopWhen::Disabled);
                opened.extend(ids.into_iter().map(|id| (decided.adapter.clone(), id)));
            }
            if is_over {
                memory.end(&leg);
                ended.insert(leg);
            }
        }
        prop_assert!(opened.len() <= max_pages);
        let mut unique = opened.clone();
        unique.sort();
        unique.dedup();
        prop_assert_eq!(unique.len(), opened.len(), "a page opened twice");
        if is_first_only {
            let pages = opened.iter().filter(|(_, id)| id != "fallback");
            let popping: std::collections::BTreeSet<_> = pages.map(|(adapter, _)| adapter).collect();
            prop_assert!(popping.len() <= 1, "two accounts popped: {:?}", opened);
        }
    }
}
