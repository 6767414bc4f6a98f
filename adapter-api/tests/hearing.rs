//! How a host hears a reply: action by action, while the adapter lends them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use callpop_adapter::abi::{self, Callbacks, LentAction, v1_0};
use callpop_adapter::{
    Action, Actions, Adapter, AdapterError, CallLog, CallbackResult, Contact, Context,
};

#[derive(Default)]
struct Talks;

impl Adapter for Talks {
    fn open_contact_page(&self, context: &Context, contact: &Contact) -> CallbackResult {
        Ok(Actions::none()
            .notice(context.hostname.to_string())
            .set_stored("name", contact.name.to_string())
            .remove_stored("old")
            .open_tab("https://a.b/")
            .open_popup("https://a.b/c"))
    }

    fn open_log_page(&self, _: &Context, _: &CallLog) -> CallbackResult {
        Err(AdapterError::not_supported("no"))
    }

    fn on_unauthorize(&self, _: &Context) -> CallbackResult {
        Ok(Actions::none())
    }
}

fn started() -> Box<dyn Callbacks> {
    let header = Box::leak(Box::new(v1_0::header::<Talks>()));
    v1_0::start(header).expect("it starts")
}

fn asked() -> (Context<'static>, Contact<'static>) {
    let contact = Contact::new("1", "Jo Doe", "+12025550123").with_extra("name", "value");
    (Context::new("a.b").with_setting("id", "7"), contact)
}

#[test]
fn each_action_is_heard_in_order_and_is_the_one_that_was_asked_for() {
    let (callbacks, (context, contact)) = (started(), asked());
    let mut heard = Vec::new();
    let end = callbacks.open_contact_page(&context, &contact, &mut |action| {
        heard.push(Action::from(action));
    });
    assert_eq!(end, Ok(Ok(())));
    let asked_for = Talks.open_contact_page(&context, &contact).unwrap();
    assert!(asked_for.iter().eq(&heard));
    let lent: Vec<_> = heard
        .iter()
        .map(LentAction::from)
        .map(Action::from)
        .collect();
    assert_eq!(lent, heard);
    let collected = abi::collected(|hear| callbacks.open_contact_page(&context, &contact, hear));
    assert_eq!(collected, Ok(Ok(asked_for)));
}

#[test]
fn nothing_is_heard_of_an_error_or_of_an_empty_reply() {
    let (callbacks, (context, _)) = (started(), asked());
    let mut nothing = |action: LentAction<'_>| panic!("{action:?}");
    let end = callbacks.open_log_page(&context, &CallLog::new("1"), &mut nothing);
    assert_eq!(end, Ok(Err(AdapterError::not_supported("no"))));
    let end = callbacks.on_unauthorize(&context, &mut nothing);
    assert_eq!(end, Ok(Ok(())));
}

#[test]
fn a_host_that_panics_over_an_action_does_so_beyond_the_adapter() {
    let (callbacks, (context, contact)) = (started(), asked());
    let mut heard = 0;
    let panic = catch_unwind(AssertUnwindSafe(|| {
        callbacks.open_contact_page(&context, &contact, &mut |_| {
            heard += 1;
            panic!("of the host");
        })
    }))
    .unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"of the host"));
    assert_eq!(heard, 1, "the rest is not heard");
    // And the next call is as ever.
    let again = abi::collected(|hear| callbacks.open_contact_page(&context, &contact, hear));
    assert_eq!(again.unwrap().unwrap().pages().len(), 2);
}
