//! The other side of a saga: whether a request is carried out, or only answered.
//!
//! Every step of every saga is one operation with one row beside the aggregates. Commands of a saga may come twice,
//! late, or after the command that undoes them; the row says what was done already. An undo that finds nothing done
//! leaves a tombstone: the request that it overtook is then never carried out.

use serde::{Deserialize, Serialize};

use super::reply::Answer;

/// What is known about an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Where it stands.
    pub status: Status,
    /// The last try that was carried out.
    pub attempt: u32,
    /// What that try was answered.
    pub answer: Answer,
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was done.
    Done,
    /// It was tried, and nothing happened.
    Failed,
    /// It was done and taken back.
    Undone,
    /// It was taken back before it came: it never happens.
    Tombstone,
}

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// Carry it out, and keep what [`settled`] says.
    Execute,
    /// Answer this, and change nothing.
    Answer(Answer),
    /// Keep a tombstone, and answer that it was done.
    Bury,
}

/// Whether to carry a request out.
#[must_use]
pub fn admit(undo: bool, attempt: u32, known: Option<&Operation>) -> Admission {
    let Some(known) = known else {
        return if undo { Admission::Bury } else { Admission::Execute };
    };
    match (undo, known.status) {
        (false, Status::Done) => Admission::Answer(known.answer.clone()),
        (false, Status::Failed) if attempt <= known.attempt => {
            Admission::Answer(known.answer.clone())
        }
        (false, Status::Failed) | (true, Status::Done) => Admission::Execute,
        (false, Status::Undone | Status::Tombstone) => Admission::Answer(Answer::Cancelled),
        (true, Status::Failed) => Admission::Bury,
        (true, Status::Undone | Status::Tombstone) => Admission::Answer(Answer::nothing()),
    }
}

/// What to keep about an operation whose request was carried out; none when it stays as it is: an undo that had no
/// effect is tried again.
#[must_use]
pub fn settled(undo: bool, attempt: u32, answer: &Answer) -> Option<Operation> {
    let status = match (undo, answer) {
        (false, answer) if answer.had_effect() => Status::Done,
        (false, _) => Status::Failed,
        (true, Answer::Done { .. }) => Status::Undone,
        (true, _) => return None,
    };
    Some(Operation { status, attempt, answer: answer.clone() })
}

/// The row of an operation that was undone before it came.
#[must_use]
pub fn tombstone(attempt: u32) -> Operation {
    Operation { status: Status::Tombstone, attempt, answer: Answer::Cancelled }
}
