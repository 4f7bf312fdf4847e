//! The other side, row by row of its table.

use kit::saga::Answer;
use kit::saga::fence::{Admission, Operation, Status, admit, settled, tombstone};

use super::trip::{done, failed, nothing, refused};

fn known(status: Status, attempt: u32, answer: Answer) -> Operation {
    Operation { status, attempt, answer }
}

#[test]
fn what_was_never_heard_of_is_done_or_buried() {
    assert_eq!(admit(false, 1, None), Admission::Execute);
    assert_eq!(admit(true, 1, None), Admission::Bury);
}

#[test]
fn a_request_is_carried_out_once() {
    let answer = done("room_booked", nothing());
    let booked = known(Status::Done, 1, answer.clone());
    assert_eq!(admit(false, 1, Some(&booked)), Admission::Answer(answer.clone()));
    assert_eq!(admit(false, 2, Some(&booked)), Admission::Answer(answer));
    assert_eq!(admit(true, 1, Some(&booked)), Admission::Execute);
}

#[test]
fn a_failure_is_repeated_to_the_same_try_and_tried_again_for_the_next() {
    let refusal = refused("no_room", nothing());
    let failed = known(Status::Failed, 2, refusal.clone());
    assert_eq!(admit(false, 1, Some(&failed)), Admission::Answer(refusal.clone()));
    assert_eq!(admit(false, 2, Some(&failed)), Admission::Answer(refusal));
    assert_eq!(admit(false, 3, Some(&failed)), Admission::Execute);
    assert_eq!(admit(true, 1, Some(&failed)), Admission::Bury);
}

#[test]
fn what_was_undone_or_buried_is_never_done() {
    for operation in [known(Status::Undone, 1, Answer::nothing()), tombstone(1)] {
        assert_eq!(admit(false, 9, Some(&operation)), Admission::Answer(Answer::Cancelled));
        assert_eq!(admit(true, 9, Some(&operation)), Admission::Answer(Answer::nothing()));
    }
}

#[test]
fn what_is_kept_follows_from_the_answer() {
    let status = |undo, answer: &Answer| settled(undo, 1, answer).map(|it| it.status);
    let instead = Answer::Done { events: Vec::new(), instead: true };
    assert_eq!(status(false, &Answer::nothing()), Some(Status::Done));
    assert_eq!(status(false, &instead), Some(Status::Failed));
    assert_eq!(status(false, &refused("no_room", nothing())), Some(Status::Failed));
    assert_eq!(status(false, &failed()), Some(Status::Failed));
    assert_eq!(status(true, &Answer::nothing()), Some(Status::Undone));
    assert_eq!(status(true, &refused("closed", nothing())), None);
    assert_eq!(status(true, &failed()), None);
}
