//! How a call and its reply are written: as rows, since to write and read the name of each field
//! took longer than what the fields say. All else is said once in a worker's life, with names.
//!
//! ```text
//! [7,"openContactPage","acme.example.com",null,"1234","Jo Doe","+12025550123","",null]
//! [7,[{"OpenTab":"https://acme.example.com/person/1234"}]]
//! ```

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use callpop_adapter::{CallLog, Contact, Context, NamedTexts, Text};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ToHost, ToWorker};
use crate::runner::{Answer, Callback, Request};

/// A call: its id, the callback, the account's hostname and what else is known of the account, the
/// texts of the contact (id, name, phone, type) or of the log (id, contact's id, contact's type),
/// and its extras. A text that is not there is empty, as in the ABI.
#[derive(Serialize, Deserialize)]
struct CallRow<'row>(
    u64,
    Callback,
    #[serde(borrow)] Text<'row>,
    #[serde(borrow)] Option<AccountRow<'row>>,
    #[serde(borrow)] Text<'row>,
    #[serde(borrow)] Text<'row>,
    #[serde(borrow)] Text<'row>,
    #[serde(borrow)] Text<'row>,
    #[serde(borrow)] Option<Cow<'row, NamedTexts<'row>>>,
);

/// The named texts of an account: stored values, settings, extras.
#[derive(Serialize, Deserialize)]
struct AccountRow<'row>(
    #[serde(borrow)] Cow<'row, NamedTexts<'row>>,
    #[serde(borrow)] Cow<'row, NamedTexts<'row>>,
    #[serde(borrow)] Cow<'row, NamedTexts<'row>>,
);

impl<'row> CallRow<'row> {
    fn of(id: u64, request: &'row Request<'_>) -> Self {
        let (context, texts, extras) = match request {
            Request::OpenContactPage(context, contact) => {
                let contact_type = contact.contact_type.as_ref();
                let texts = [&contact.id, &contact.name, &contact.phone].map(Some);
                (context, (texts, contact_type), Some(&contact.extras))
            }
            Request::OpenLogPage(context, log) => {
                let (contact, contact_type) = (log.contact_id.as_ref(), log.contact_type.as_ref());
                let texts = [Some(&log.log_id), contact, contact_type];
                (context, (texts, None), Some(&log.extras))
            }
            Request::OnUnauthorize(context) => (context, ([None; 3], None), None),
        };
        let ([first, second, third], fourth) = texts;
        Self(
            id,
            request.callback(),
            lent(Some(&context.hostname)),
            AccountRow::of(context),
            lent(first),
            lent(second),
            lent(third),
            lent(fourth),
            extras.filter(|it| !it.is_empty()).map(Cow::Borrowed),
        )
    }

    fn into_call(self) -> (u64, Request<'row>) {
        let Self(id, callback, hostname, account, first, second, third, fourth, extras) = self;
        let mut context = Context::default();
        context.hostname = hostname;
        if let Some(AccountRow(stored, settings, extras)) = account {
            context.stored = stored.into_owned();
            context.settings = settings.into_owned();
            context.extras = extras.into_owned();
        }
        let extras = extras.map(Cow::into_owned).unwrap_or_default();
        let request = match callback {
            Callback::OpenContactPage => {
                let mut contact = Contact::default();
                (contact.id, contact.name, contact.phone) = (first, second, third);
                contact.contact_type = unless_empty(fourth);
                contact.extras = extras;
                Request::OpenContactPage(context, contact)
            }
            Callback::OpenLogPage => {
                let mut log = CallLog::default();
                log.log_id = first;
                log.contact_id = unless_empty(second);
                log.contact_type = unless_empty(third);
                log.extras = extras;
                Request::OpenLogPage(context, log)
            }
            Callback::OnUnauthorize => Request::OnUnauthorize(context),
        };
        (id, request)
    }
}

impl<'row> AccountRow<'row> {
    /// None if there is nothing in it, which is usual.
    fn of(context: &'row Context<'_>) -> Option<Self> {
        let named: [&'row NamedTexts<'row>; 3] =
            [&context.stored, &context.settings, &context.extras];
        if named.iter().all(|texts| texts.is_empty()) {
            return None;
        }
        let [stored, settings, extras] = named.map(Cow::Borrowed);
        Some(Self(stored, settings, extras))
    }
}

fn lent<'row>(text: Option<&'row Text<'_>>) -> Text<'row> {
    text.map_or_else(Text::default, |text| text.as_str().into())
}

fn unless_empty(text: Text<'_>) -> Option<Text<'_>> {
    (!text.is_empty()).then_some(text)
}

/// A reply: the call's id and the answer.
#[derive(Serialize, Deserialize)]
struct ReplyRow<T>(u64, T);

/// An answer that is a list of actions, which is usual, or else has a name.
struct AnswerForm(Answer);

impl<'de> Form<'de> for AnswerForm {
    fn of_row<A: SeqAccess<'de>>(row: A) -> Result<Self, A::Error> {
        let actions = Vec::deserialize(SeqAccessDeserializer::new(row))?;
        Ok(Self(Answer::Done(actions.into())))
    }

    fn of_named<D: Deserializer<'de>>(named: D) -> Result<Self, D::Error> {
        Ok(Self(Answer::deserialize(named)?))
    }
}

impl<'de> Deserialize<'de> for AnswerForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FormVisitor(PhantomData))
    }
}

impl Serialize for ToWorker<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Call(id, request) => CallRow::of(*id, request).serialize(serializer),
            named => ToWorker::serialize(named, serializer),
        }
    }
}

impl<'de: 'host, 'host> Deserialize<'de> for ToWorker<'host> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FormVisitor(PhantomData))
    }
}

impl<'de: 'host, 'host> Form<'de> for ToWorker<'host> {
    fn of_row<A: SeqAccess<'de>>(row: A) -> Result<Self, A::Error> {
        let row = CallRow::deserialize(SeqAccessDeserializer::new(row))?;
        let (id, request) = row.into_call();
        Ok(Self::Call(id, Cow::Owned(request)))
    }

    fn of_named<D: Deserializer<'de>>(named: D) -> Result<Self, D::Error> {
        ToWorker::deserialize(named)
    }
}

impl Serialize for ToHost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Reply(id, Answer::Done(actions)) => ReplyRow(*id, actions).serialize(serializer),
            Self::Reply(id, answer) => ReplyRow(*id, answer).serialize(serializer),
            named => ToHost::serialize(named, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ToHost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FormVisitor(PhantomData))
    }
}

impl<'de> Form<'de> for ToHost {
    fn of_row<A: SeqAccess<'de>>(row: A) -> Result<Self, A::Error> {
        let ReplyRow(id, AnswerForm(answer)) =
            ReplyRow::deserialize(SeqAccessDeserializer::new(row))?;
        Ok(Self::Reply(id, answer))
    }

    fn of_named<D: Deserializer<'de>>(named: D) -> Result<Self, D::Error> {
        ToHost::deserialize(named)
    }
}

/// What is written either as a row or with names.
trait Form<'de>: Sized {
    fn of_row<A: SeqAccess<'de>>(row: A) -> Result<Self, A::Error>;
    fn of_named<D: Deserializer<'de>>(named: D) -> Result<Self, D::Error>;
}

struct FormVisitor<T>(PhantomData<T>);

impl<'de, T: Form<'de>> Visitor<'de> for FormVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row or something with a name")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, row: A) -> Result<T, A::Error> {
        T::of_row(row)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::of_named(MapAccessDeserializer::new(map))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<T, E> {
        T::of_named(StrDeserializer::new(name))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use callpop_adapter::{Actions, AdapterError, CallLog, Contact, Context, ErrorCode};

    use super::{ToHost, ToWorker};
    use crate::runner::{Answer, Request};
    use crate::worker::protocol::VERSION;

    fn context() -> Context<'static> {
        Context::new("acme.example.com")
    }

    fn whole_context() -> Context<'static> {
        let mut context = context()
            .with_stored("user \"1\"", "a\nb")
            .with_setting("locationId", "7");
        context.extras.insert("trigger".into(), "call-pop".into());
        context
    }

    #[test]
    fn a_request_is_read_as_it_was_written() {
        let contact = Contact::new("1234", "Jo \"Doe\"", "+12025550123");
        let log = CallLog::new("99");
        let whole_log = log.clone().with_contact_id("1").with_contact_type("Lead");
        for request in [
            Request::OpenContactPage(context(), contact.clone()),
            Request::OpenContactPage(
                whole_context(),
                contact.with_type("Lead").with_extra("name", "value"),
            ),
            Request::OpenLogPage(context(), log.clone()),
            Request::OpenLogPage(context(), log.with_contact_type("Lead")),
            Request::OpenLogPage(whole_context(), whole_log.with_extra("name", "value")),
            Request::OnUnauthorize(context()),
            Request::OnUnauthorize(whole_context()),
        ] {
            let text = serde_json::to_string(&ToWorker::Call(7, Cow::Borrowed(&request))).unwrap();
            let ToWorker::Call(7, read) = serde_json::from_str(&text).unwrap() else {
                panic!("{text}");
            };
            assert_eq!(*read, request, "{text}");
        }
    }

    #[test]
    fn an_answer_is_read_as_it_was_written() {
        let error = AdapterError::new(ErrorCode::MissingValue, "user \"1\"");
        for answer in [
            Answer::Done(Actions::none()),
            Answer::Done(Actions::none().open_tab("https://a.b/").notice("\"c\"")),
            Answer::Failed(error),
            Answer::Bad("why".to_owned()),
        ] {
            let text = serde_json::to_string(&ToHost::Reply(7, answer.clone())).unwrap();
            let ToHost::Reply(7, read) = serde_json::from_str(&text).unwrap() else {
                panic!("{text}");
            };
            assert_eq!(read, answer, "{text}");
        }
    }

    #[test]
    fn what_is_said_at_each_call_has_no_names() {
        let contact = Contact::new("1234", "Jo Doe", "+12025550123");
        let request = Request::OpenContactPage(context(), contact);
        let call = ToWorker::Call(7, Cow::Borrowed(&request));
        assert_eq!(
            serde_json::to_string(&call).unwrap(),
            r#"[7,"openContactPage","acme.example.com",null,"1234","Jo Doe","+12025550123","",null]"#
        );
        let answer = Answer::Done(Actions::none().open_tab("https://acme.example.com/person/1234"));
        assert_eq!(
            serde_json::to_string(&ToHost::Reply(7, answer)).unwrap(),
            r#"[7,[{"OpenTab":"https://acme.example.com/person/1234"}]]"#
        );
    }

    #[test]
    fn what_is_said_once_has_names() {
        let hello = serde_json::to_string(&ToHost::Hello { protocol: VERSION }).unwrap();
        assert_eq!(hello, format!(r#"{{"Hello":{{"protocol":{VERSION}}}}}"#));
        assert!(matches!(
            serde_json::from_str(&hello).unwrap(),
            ToHost::Hello { protocol: VERSION }
        ));
        for (text, is_read) in [
            (r#""Goodbye""#, true),
            (r#""Goodnight""#, false),
            // Of a call, there is the row alone.
            (r#"{"Reply":[7,{"Done":[]}]}"#, false),
            ("[7]", false),
            ("[7,[],7]", false),
            ("7", false),
        ] {
            assert_eq!(
                serde_json::from_str::<ToHost>(text).is_ok(),
                is_read,
                "{text}"
            );
        }
        let soon: ToWorker<'_> = serde_json::from_str(r#""Soon""#).unwrap();
        assert!(matches!(soon, ToWorker::Soon));
    }
}
