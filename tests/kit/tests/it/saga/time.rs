//! Time without a reply, and trouble.

use jiff::SignedDuration;
use kit::saga::{Advance, Answer, Phase};

use super::trip::{Trip, commands, context, failed, nothing, refused, start};

fn due(step: &Advance<Trip>) -> i64 {
    step.run.due.unwrap().as_second()
}

#[test]
fn trouble_is_tried_again_after_a_longer_and_longer_pause_and_then_compensated() {
    let mut step = Trip::answer(&Trip::answer(&start(true), Answer::nothing(), 0), failed(), 10);
    assert!(step.run.again && step.orders.is_empty());
    assert_eq!(due(&step), 11);
    step = Trip::wake(&step, 11);
    assert_eq!((commands(&step.orders), step.run.attempt), (vec!["book_flight"], 2));
    step = Trip::answer(&step, failed(), 20);
    assert_eq!(due(&step), 22);
    step = Trip::answer(&Trip::wake(&step, 22), failed(), 30);
    assert_eq!(commands(&step.orders), ["free_room"]);
}

#[test]
fn a_reply_can_ask_for_another_try() {
    let later = Trip::answer(&start(true), refused("room_later", nothing()), 5);
    assert!(later.run.again);
    let again = Trip::wake(&later, 6);
    assert_eq!((commands(&again.orders), again.run.attempt), (vec!["book_room"], 2));
}

#[test]
fn nothing_happens_before_it_is_due() {
    assert_eq!(start(true).run.woken(&context(59)), Ok(None));
    let ended = Trip::answer(&start(true), refused("no", nothing()), 1);
    assert_eq!(ended.run.woken(&context(1_000_000)), Ok(None));
}

#[test]
fn a_step_without_a_reply_is_undone_too_for_nobody_knows_its_end() {
    let back = Trip::wake(&start(true), 60);
    assert_eq!((back.run.phase, commands(&back.orders)), (Phase::Compensating, vec!["free_room"]));
}

#[test]
fn a_timeout_can_ask_for_another_try_at_once_and_gives_up_with_the_last() {
    let mut step = Trip::answer(&start(true), Answer::nothing(), 0);
    for attempt in 2..=3 {
        step = Trip::wake(&step, due(&step));
        assert_eq!((commands(&step.orders), step.run.attempt), (vec!["book_flight"], attempt));
    }
    let back = Trip::wake(&step, due(&step));
    assert_eq!(commands(&back.orders), ["drop_flight"]);
}

#[test]
fn the_whole_has_an_end_even_where_a_step_has_none() {
    let flight = Trip::answer(&start(true), Answer::nothing(), 1);
    let cover = Trip::answer(&flight, Answer::nothing(), 2);
    assert_eq!(due(&cover), 100_000);
    let back = Trip::wake(&cover, 100_000);
    assert_eq!(commands(&back.orders), ["end_policy"]);
    assert_eq!(back.run.deadline, None);
    let again = Trip::wake(&Trip::answer(&flight, failed(), 99_990), 99_991);
    let late = Trip::answer(&again, failed(), 99_999);
    assert_eq!(due(&late), 100_000);
    assert_eq!(commands(&Trip::wake(&late, 100_000).orders), ["free_room"]);
}

#[test]
fn an_undo_is_tried_for_ever_is_parked_meanwhile_and_the_others_are_still_owed() {
    let flight = Trip::answer(&start(true), Answer::nothing(), 0);
    let mut step = Trip::answer(
        &Trip::answer(&flight, Answer::nothing(), 0),
        refused("too_old", nothing()),
        0,
    );
    let mut now = 0;
    for attempt in 1..=30 {
        assert_eq!((commands(&step.orders), step.run.attempt), (vec!["drop_flight"], attempt));
        assert_eq!(step.run.parked.is_some(), attempt > 10, "{attempt}");
        let trouble = if attempt % 2 == 0 { failed() } else { refused("closed", nothing()) };
        step = Trip::answer(&step, trouble, now);
        let pause = due(&step) - now;
        assert!((1..=600).contains(&pause), "{pause}");
        now = due(&step);
        step = Trip::wake(&step, now);
    }
    assert_eq!(due(&step), now + 600);
    let reason = step.run.parked.clone().unwrap();
    assert_eq!(reason, "step flight cannot be undone: out of order");
    let back = Trip::answer(&step, Answer::nothing(), now);
    assert_eq!((commands(&back.orders), back.run.parked.clone()), (vec!["free_room"], None));
}

#[test]
fn an_undo_without_an_answer_is_sent_again() {
    let mut step = Trip::wake(&start(true), 60);
    for attempt in 2..=12 {
        step = Trip::wake(&step, due(&step));
        assert_eq!((commands(&step.orders), step.run.attempt), (vec!["free_room"], attempt));
    }
    assert!(step.run.parked.as_deref().is_some_and(|it| it.contains("there is no answer")));
    assert!(step.run.due.unwrap() > context(0).now + SignedDuration::from_secs(600));
}
