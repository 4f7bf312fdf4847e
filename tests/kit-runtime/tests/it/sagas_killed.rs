//! The process killed between any two effects of a saga: it goes on where it was, nothing is lost, nothing is doubled.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::processes::Program;

/// What a saga and the other side tell while they work, each around a commit of its own.
const EFFECTS: &str = "\"saga_moved\"";
/// The commands that were carried out.
const DONE: &str = "\"command_done\"";

fn start(folder: &Path) -> Program {
    Program::start("travel", folder, &["--view-poll-min", "1ms", "--view-poll-max", "5ms"])
}

/// Plan a trip; gives its path when it was certainly planned.
fn plan(program: &Program, room: &str, seat: &str, far: bool, code: &str) -> Option<String> {
    let trip = json!({ "room": room, "seat": seat, "far": far, "code": code });
    let (status, made) = program.ask("POST /trips", &trip)?;
    assert_eq!(status, 201, "{made}");
    Some(format!("/trips/{}", made["trip_id"].as_str().unwrap()))
}

/// The trip has ended so, once, and the places hold who is still there.
fn check(program: &Program, trip: &str, status: &str, places: &[(&str, i64, i64)]) {
    let ended = program.until(trip, |it| it["status"] != "planned");
    assert_eq!((&ended["status"], &ended["ends"]), (&json!(status), &json!(1)));
    for (place, booked, freed) in places {
        let place = program.ask(&format!("GET /places/{place}"), &Value::Null).unwrap().1;
        assert_eq!((&place["booked"], &place["freed"]), (&json!(booked), &json!(freed)), "{place}");
    }
}

/// A trip and a kill at the given effect of it; tells whether there was such an effect.
fn killed_at(count: usize, text: &str, far: bool) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut program = start(folder.path());
    let trip = plan(&program, "r1", "s1", far, "one").unwrap();
    let ends = if far { "compensated" } else { "completed" };
    let mut last = false;
    for _ in 0..count {
        if last {
            return false;
        }
        last = program.line_with(text).contains(ends);
    }
    program.kill();
    let program = start(folder.path());
    if far {
        check(&program, &trip, "dropped: s1 was 1", &[("r1", 1, 1), ("s1", 1, 1)]);
    } else {
        check(&program, &trip, "ready", &[("r1", 1, 0), ("s1", 1, 0)]);
    }
    program.stop();
    true
}

#[test]
fn killed_after_each_move_of_the_saga_it_ends_as_if_nothing_had_been() {
    for far in [false, true] {
        let kills = (1..20).take_while(|count| killed_at(*count, EFFECTS, far)).count();
        let moves = if far { 6 } else { 4 };
        assert_eq!(kills, moves, "the moves of the saga");
    }
}

#[test]
fn killed_after_each_step_that_was_carried_out_it_ends_as_if_nothing_had_been() {
    for count in 1..=4 {
        killed_at(count, DONE, false);
        killed_at(count, DONE, true);
    }
}

#[test]
fn killed_sixty_times_at_random_every_saga_ends_with_all_of_its_effects_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut trips = Vec::new();
    for round in 0..60_u64 {
        let program = start(folder.path());
        for place in 0..3 {
            let code = format!("c{round}-{place}");
            let (room, seat) = (format!("r{code}"), format!("s{code}"));
            let far = (round + place) % 3 == 0;
            trips.extend(plan(&program, &room, &seat, far, &code).map(|trip| (trip, code, far)));
        }
        std::thread::sleep(Duration::from_micros(round * 1_709 % 40_000));
        program.kill();
    }
    let program = start(folder.path());
    for (trip, code, far) in &trips {
        let (room, seat) = (format!("r{code}"), format!("s{code}"));
        let (status, gone) =
            if *far { (format!("dropped: {seat} was 1"), 1) } else { ("ready".to_owned(), 0) };
        check(&program, trip, &status, &[(room.as_str(), 1, gone), (seat.as_str(), 1, gone)]);
    }
    assert!(trips.len() >= 150, "{}", trips.len());
    program.stop();
}
