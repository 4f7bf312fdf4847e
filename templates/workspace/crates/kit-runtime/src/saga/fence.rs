//! The other side of a saga: a step is carried out once, or never when it was undone before.

use std::sync::Arc;

use kit::Fault;
use kit::saga::fence::{self, Admission, Operation};
use kit::saga::{Answer, Answered, Request, Told};
use serde::Deserialize as _;
use serde_json::Value;
use uuid::Uuid;

use crate::command::{Done, Failure, Frame, Handle, Letter, Unmet, Verdict};
use crate::policy::Headers;
use crate::service::Service;
use crate::store::{MessageKind, NewMessage, OperationChange, Outcome, Unit, WatermarkMove};

/// What is to be done with a request that is let in.
pub(crate) enum Work {
    /// Carry it out.
    Do(Arc<dyn Handle>, Box<Letter>),
    /// It failed too often, for this reason.
    Fail(String),
}

/// Carry out a request of a saga, or answer what is known about it already. Operation, reply and watermark are part of
/// one unit with the command's events.
///
/// # Errors
/// Trouble of the store; faults of ours.
pub(crate) async fn carry_out(
    service: &Service,
    message: &NewMessage,
    (headers, request): (&Headers, &Request),
    watermark: &WatermarkMove,
    work: Work,
) -> Result<Verdict, Failure> {
    let row = service.store().operation(request.op_id()).await?;
    let from = row.as_ref().map_or(0, |row| row.version);
    let known = row.map(|row| Operation::deserialize(&row.data)).transpose();
    let known = known.map_err(Fault::form)?;
    let reply = Reply {
        service: service.name().to_owned(),
        message: message.id,
        headers: headers.clone(),
        request: request.clone(),
        from,
    };
    let mut unit = Unit { watermarks: vec![watermark.clone()], ..Unit::default() };
    match (fence::admit(request.undo, request.attempt, known.as_ref()), work) {
        (Admission::Execute, Work::Do(handle, letter)) => {
            let (watermark, of) = (watermark.clone(), handle.clone());
            let frame: Frame = Arc::new(move |ended, unit| {
                let answer = answer(&*of, ended, unit);
                let operation = fence::settled(reply.request.undo, reply.request.attempt, &answer);
                unit.watermarks.push(watermark.clone());
                reply.put(operation, answer, unit);
            });
            return handle.handle(service, *letter, frame).await;
        }
        (Admission::Execute, Work::Fail(reason)) => {
            let answer = Answer::Failed { reason };
            let operation = fence::settled(request.undo, request.attempt, &answer);
            reply.put(operation, answer, &mut unit);
        }
        (Admission::Answer(answer), _) => reply.put(None, answer, &mut unit),
        (Admission::Bury, _) => {
            reply.put(Some(fence::tombstone(request.attempt)), Answer::nothing(), &mut unit);
        }
    }
    match service.store().commit(unit).await? {
        Outcome::Committed(_) => {
            let id = request.id.to_string();
            Ok(Verdict::Done(Done { id, before: 0, version: 0, outcome: None, place: None }))
        }
        _ => Ok(Verdict::Moved),
    }
}

/// What a command answers: its events, or its refusal.
fn answer(handle: &dyn Handle, ended: Result<&Done, &Unmet>, unit: &Unit) -> Answer {
    let done = match ended {
        Ok(done) => done,
        Err(unmet) => {
            let (name, fields) = (unmet.code.to_owned(), unmet.fields.clone());
            return Answer::Refused(Told { name, fields });
        }
    };
    let events = unit.appends.iter().flat_map(|append| &append.events).map(|event| {
        let mut fields = handle.id_fields(&done.id);
        if let Value::Object(own) = &event.data {
            fields.extend(own.clone());
        }
        Told { name: event.event_type.clone(), fields }
    });
    Answer::Done { events: events.collect(), instead: done.outcome.is_some() }
}

/// Everything a reply is made of, but the answer.
struct Reply {
    service: String,
    message: Uuid,
    headers: Headers,
    request: Request,
    /// The version of the operation that was read.
    from: i64,
}

impl Reply {
    /// Add the reply, and what is kept of the operation, to a unit.
    fn put(&self, operation: Option<Operation>, answer: Answer, unit: &mut Unit) {
        if let Some(operation) = operation {
            unit.operations.push(OperationChange {
                op_id: self.request.op_id(),
                from: self.from,
                data: serde_json::to_value(operation).unwrap_or_default(),
            });
        }
        let answered = Answered { request: self.request.clone(), answer };
        let headers = Headers {
            target_id: Some(self.request.id.to_string()),
            causation_id: self.message,
            reply_to: self.service.clone(),
            park: false,
            schedule: None,
            request: None,
            ..self.headers.clone()
        };
        unit.outbox.push(NewMessage {
            id: Uuid::new_v5(&self.message, b"reply"),
            kind: MessageKind::Reply,
            topic: self.headers.reply_to.clone(),
            key: self.request.id.to_string(),
            message_type: self.request.saga.clone(),
            schema_version: 1,
            headers: serde_json::to_value(headers).unwrap_or_default(),
            payload: serde_json::to_value(answered).unwrap_or_default(),
            not_after: None,
        });
    }
}
