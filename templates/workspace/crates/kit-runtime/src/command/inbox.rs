//! Commands that come as messages: found by their name, checked like any other, decided once.

use std::collections::BTreeMap;
use std::sync::Arc;

use kit::{Aggregate, Command, Create, Decide, Fault, Id as _, Upsert, Violations};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::execute::{Decider, Done, Ended, Failure, Request, Unmet, execute};
use super::ids::new_id;
use super::meta::Caller;
use crate::service::Service;
use crate::store::{BoxFuture, Unit};

/// A command in a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// Context, aggregate and command.
    pub command: String,
    /// The aggregate's id; none when a new one is to be made.
    pub id: Option<String>,
    /// The command's fields.
    pub payload: Value,
    /// Who sends it; the message's id is in it.
    pub caller: Caller,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It was done.
    Done(Done),
    /// It was refused, or can never be done.
    Refused(Unmet),
    /// Somebody else handles it.
    Moved,
}

/// Adds to a unit, which holds a command's own effects, what else belongs there, given how the command ended.
pub type Frame = Arc<dyn Fn(Result<&Done, &Unmet>, &mut Unit) + Send + Sync>;

/// Something that does a command of one type.
pub trait Handle: Send + Sync {
    /// The name of the command.
    fn name(&self) -> &'static str;

    /// The id's field with this id, as it stands in events told to others.
    fn id_fields(&self, id: &str) -> Map<String, Value>;

    /// Do it; what `frame` adds is part of the same unit.
    fn handle<'a>(
        &'a self,
        service: &'a Service,
        letter: Letter,
        frame: Frame,
    ) -> BoxFuture<'a, Result<Verdict, Failure>>;
}

/// The commands that a service takes from messages.
#[derive(Clone, Default)]
pub struct Inbox(BTreeMap<&'static str, Arc<dyn Handle>>);

impl Inbox {
    /// Take one more command.
    pub fn add(&mut self, handle: Arc<dyn Handle>) {
        self.0.insert(handle.name(), handle);
    }

    /// Whether it takes no command at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who does the command of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<dyn Handle>> {
        self.0.get(name).cloned()
    }
}

/// Takes a creating command.
#[must_use]
pub fn create<A: Create<C>, C: Command>() -> Arc<dyn Handle> {
    let decider: Decider<A, C> =
        |state, id, _, command, cx| kit::decision::create::<A, C>(id, state.is_some(), command, cx);
    Arc::new(Handler { decider, chosen: A::id })
}

/// Takes a command to an aggregate that exists.
#[must_use]
pub fn decide<A: Decide<C>, C: Command>() -> Arc<dyn Handle> {
    Arc::new(Handler::<A, C> { decider: kit::decision::decide::<A, C>, chosen: |_| None })
}

/// Takes a command that makes its aggregate when it is missing.
#[must_use]
pub fn upsert<A: Upsert<C>, C: Command>() -> Arc<dyn Handle> {
    Arc::new(Handler::<A, C> { decider: kit::decision::upsert::<A, C>, chosen: |_| None })
}

struct Handler<A: Aggregate, C: Command> {
    decider: Decider<A, C>,
    /// The id that a creating command itself carries.
    chosen: fn(&C) -> Option<A::Id>,
}

impl<A: Aggregate, C: Command> Handler<A, C> {
    async fn request(
        &self,
        service: &Service,
        letter: Letter,
    ) -> Result<Result<Request<A, C>, Unmet>, Failure> {
        let command = match read::<A, C>(letter.payload) {
            Ok(command) => command,
            Err(unmet) => return Ok(Err(unmet)),
        };
        let named = letter.id.as_deref().and_then(A::Id::parse);
        let id = match named.or_else(|| (self.chosen)(&command)) {
            Some(id) => id,
            None if letter.id.is_some() => return Ok(Err(unreadable("the id cannot be read"))),
            None => {
                let own = Uuid::new_v5(&letter.caller.message_id, C::NAME.as_bytes());
                new_id::<A>(service, own).await?
            }
        };
        let (decider, caller) = (self.decider, letter.caller);
        Ok(Ok(Request { id, command, decider, caller, fresh: false, if_match: None }))
    }
}

/// The command of a payload, within its bounds.
fn read<A: Aggregate, C: Command>(payload: Value) -> Result<C, Unmet> {
    let mut command: C = serde_json::from_value(payload).map_err(|error| {
        let why = match Fault::form(error) {
            Fault::Data(why) => why,
            other => other.to_string(),
        };
        unreadable(&format!("the payload cannot be read: {why}"))
    })?;
    let mut violations = Violations::default();
    command.check(&mut violations);
    if violations.is_empty() {
        return Ok(command);
    }
    Err(Unmet::from(&A::Refusal::from(kit::BuiltIn::Invalid(violations))))
}

impl<A: Aggregate, C: Command> Handle for Handler<A, C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn id_fields(&self, id: &str) -> Map<String, Value> {
        let id = A::Id::parse(id).and_then(|id| serde_json::to_value(id).ok());
        id.into_iter().map(|id| (A::id_field(), id)).collect()
    }

    fn handle<'a>(
        &'a self,
        service: &'a Service,
        letter: Letter,
        frame: Frame,
    ) -> BoxFuture<'a, Result<Verdict, Failure>> {
        Box::pin(async move {
            let request = match self.request(service, letter).await? {
                Ok(request) => request,
                Err(unmet) => return refuse(service, unmet, &frame).await,
            };
            match execute(service, &request, &*frame).await? {
                Ended::Done(done) => Ok(Verdict::Done(done)),
                Ended::Refused(unmet) if unmet.code == "contention" => {
                    Err(Failure::Store(crate::store::StoreError::Busy(unmet.text)))
                }
                Ended::Refused(unmet) => Ok(Verdict::Refused(unmet)),
                Ended::Replayed(_) | Ended::Moved => Ok(Verdict::Moved),
            }
        })
    }
}

/// Store that a letter was refused without any decision.
pub(crate) async fn refuse(
    service: &Service,
    unmet: Unmet,
    frame: &Frame,
) -> Result<Verdict, Failure> {
    let mut unit = Unit::default();
    frame(Err(&unmet), &mut unit);
    match service.store().commit(unit).await? {
        crate::store::Outcome::Committed(_) => Ok(Verdict::Refused(unmet)),
        _ => Ok(Verdict::Moved),
    }
}

/// The refusal of a letter that nobody can read.
pub(crate) fn unreadable(text: &str) -> Unmet {
    let text = text.to_owned();
    Unmet { code: "invalid", status: 422, text, fields: serde_json::Map::new() }
}
