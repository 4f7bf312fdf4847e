//! One transition at a time.

use kit::saga::{Answer, Answered, Phase, Run, Saga};
use kit::testing::trial;
use serde_json::json;

use super::trip::{
    Trip, TripEvent, TripPlanned, commands, context, done, failed, nothing, planned, refused, start,
};

#[test]
fn an_event_starts_it_under_its_key() {
    let id = super::trip::TripId(uuid::Uuid::from_u128(1));
    let event = kit::testing::recorded::<TripEvent>(id, "", TripPlanned { flies: true });
    let begun = Trip::start(&event).unwrap().unwrap();
    assert_eq!(begun, planned(1, true));
    let run = Run::start(begun, &context(0)).unwrap().run;
    assert_eq!(run.id, Run::<Trip>::id_of(&id.to_string()));
    assert_ne!(run.id, Run::<Trip>::id_of("another"));
}

#[test]
fn steps_follow_each_other_and_the_last_one_ends_it() {
    let room = start(true);
    assert_eq!(commands(&room.orders), ["book_room"]);
    let flight = Trip::answer(&room, done("room_booked", json!({ "number": 7 })), 1);
    assert_eq!((flight.run.saga.room, commands(&flight.orders)), (Some(7), vec!["book_flight"]));
    let cover = Trip::answer(&flight, Answer::nothing(), 2);
    assert_eq!(commands(&cover.orders), ["insure"]);
    let end = Trip::answer(&cover, Answer::nothing(), 3);
    assert_eq!((end.run.phase, commands(&end.orders)), (Phase::Completed, vec!["tell_ready"]));
    assert_eq!((end.run.due, end.run.deadline, end.run.ended()), (None, None, true));
    assert!(end.orders.iter().all(|it| it.request.is_none()));
}

#[test]
fn a_step_that_is_not_wanted_is_neither_asked_for_nor_undone() {
    let cover = Trip::answer(&start(false), Answer::nothing(), 1);
    assert_eq!(commands(&cover.orders), ["insure"]);
    let back = Trip::answer(&cover, refused("too_old", nothing()), 2);
    assert_eq!(commands(&back.orders), ["free_room"]);
}

#[test]
fn a_refusal_undoes_what_was_done_in_reverse_order_and_not_itself() {
    let flight = Trip::answer(&start(true), Answer::nothing(), 1);
    let cover = Trip::answer(&flight, Answer::nothing(), 2);
    let back = Trip::answer(&cover, refused("too_old", nothing()), 3);
    assert_eq!(
        (back.run.phase, commands(&back.orders)),
        (Phase::Compensating, vec!["drop_flight"])
    );
    let back = Trip::answer(&back, Answer::nothing(), 4);
    assert_eq!(commands(&back.orders), ["free_room"]);
    let end = Trip::answer(&back, Answer::nothing(), 5);
    assert_eq!((end.run.phase, commands(&end.orders)), (Phase::Compensated, vec!["tell_off"]));
    assert_eq!(end.run.saga.why.as_deref(), Some("unknown"));
}

#[test]
fn each_step_that_fails_undoes_exactly_what_was_done_before_it() {
    let played = |step: &str| trial(Ok(Some(planned(1, false)))).every_step().fails_at(step);
    let short = |sent: Vec<&'static str>| -> Vec<&str> {
        sent.into_iter().map(|it| it.rsplit('.').next().unwrap()).collect()
    };
    assert_eq!(short(played("room").sent), ["book_room", "tell_off"]);
    assert_eq!(short(played("flight").sent), ["book_room", "book_flight", "free_room", "tell_off"]);
    assert_eq!(
        short(played("cover").sent),
        ["book_room", "book_flight", "insure", "drop_flight", "free_room", "tell_off"]
    );
    let skipped = trial(Ok(Some(planned(1, false)))).fails_at("cover");
    assert_eq!(short(skipped.sent), ["book_room", "insure", "free_room", "tell_off"]);
    let whole = trial(Ok(Some(planned(1, true))))
        .reply("room", "room_booked", json!({ "number": 3 }))
        .succeeds();
    assert_eq!((whole.phase, whole.saga.room), (Phase::Completed, Some(3)));
    let refused =
        trial(Ok(Some(planned(1, true)))).refused_at("room", "no_room", json!({"text": "x"}));
    assert_eq!((refused.phase, refused.saga.why.as_deref()), (Phase::Compensated, Some("x")));
}

#[test]
fn replies_decide_where_it_goes() {
    let room = start(true);
    let back = Trip::answer(&room, refused("no_room", json!({ "text": "fair" })), 1);
    assert_eq!((back.run.phase, back.run.saga.why.as_deref()), (Phase::Compensated, Some("fair")));
    let parked = Trip::answer(&room, refused("room_doubtful", nothing()), 1);
    assert_eq!(parked.run.parked.as_deref(), Some("step room: room_doubtful"));
    assert_eq!((parked.run.due, parked.orders.len()), (None, 0));
    let flight = Trip::answer(&room, Answer::nothing(), 1);
    let cover = Trip::answer(&flight, refused("sold_out", nothing()), 2);
    assert_eq!((commands(&cover.orders), cover.run.done.len()), (vec!["insure"], 1));
    let end = Trip::answer(&cover, refused("not_needed", nothing()), 3);
    assert_eq!(end.run.phase, Phase::Completed);
}

#[test]
fn an_event_that_was_recorded_instead_has_nothing_to_undo() {
    let instead = Answer::Done { events: Vec::new(), instead: true };
    let flight = Trip::answer(&start(true), instead, 1);
    assert_eq!((commands(&flight.orders), flight.run.done.len()), (vec!["book_flight"], 0));
}

#[test]
fn a_reply_counts_once_and_only_for_what_is_asked() {
    let room = start(true);
    let request = room.orders[0].request.clone().unwrap();
    let answered = Answered { request: request.clone(), answer: Answer::nothing() };
    let flight = room.run.answered(&answered, &context(1)).unwrap().unwrap();
    assert_eq!(flight.run.answered(&answered, &context(2)), Ok(None));
    let mut other = answered.clone();
    other.request.id = uuid::Uuid::from_u128(9);
    assert_eq!(room.run.answered(&other, &context(1)), Ok(None));
    let undo = Answered { request: kit::saga::Request { undo: true, ..request }, ..answered };
    assert_eq!(room.run.answered(&undo, &context(1)), Ok(None));
}

#[test]
fn an_old_failure_is_stale_and_an_old_success_is_not() {
    let room = Trip::answer(&start(true), Answer::nothing(), 1);
    let second = Trip::wake(&room, 61);
    let old = room.orders[0].request.clone().unwrap();
    assert_eq!(second.run.attempt, 2);
    let of = |answer| Answered { request: old.clone(), answer };
    assert_eq!(second.run.answered(&of(failed()), &context(62)), Ok(None));
    assert_eq!(second.run.answered(&of(refused("no", nothing())), &context(62)), Ok(None));
    let cover = second.run.answered(&of(Answer::nothing()), &context(62)).unwrap().unwrap();
    assert_eq!(commands(&cover.orders), ["insure"]);
}

#[test]
fn ids_follow_from_the_run_and_differ_by_try_and_way() {
    let (one, two) = (start(true), start(true));
    assert_eq!(one, two);
    let request = one.orders[0].request.clone().unwrap();
    assert_eq!(one.orders[0].id, request.request_id());
    let again = kit::saga::Request { attempt: 2, ..request.clone() };
    let undo = kit::saga::Request { undo: true, ..request.clone() };
    assert_eq!((again.op_id(), undo.op_id()), (request.op_id(), request.op_id()));
    assert_ne!(again.request_id(), request.request_id());
    assert_ne!(undo.request_id(), request.request_id());
}

#[test]
fn a_run_is_stored_and_read_again_whatever_it_waits_for() {
    let flight = Trip::answer(&start(true), Answer::nothing(), 1);
    let stored = serde_json::to_string(&flight.run).unwrap();
    assert_eq!(serde_json::from_str::<Run<Trip>>(&stored).unwrap(), flight.run);
    let other = stored.replace("\"flight\"", "\"boat\"");
    let run: Run<Trip> = serde_json::from_str(&other).unwrap();
    let fault = run.woken(&context(1_000)).unwrap_err().to_string();
    assert!(fault.contains("no step boat any more"), "{fault}");
    assert_eq!(run.park(fault).due, None);
}
