//! Changes, messages, rules.

use super::super::{Checker, Source, Target};
use crate::diagnostics::Sink;
use crate::lang::fixture::{command, lines, named, patched, text, world};
use crate::lang::ir::{OutcomeIr, Root};
use crate::lang::parse;
use crate::lang::types::Type;

/// The reports on a change of a job by a command's fields.
fn change(source: &str) -> String {
    let world = world();
    let mut sink = Sink::new();
    let tree = parse::change(&text(source), &mut sink).expect("a change");
    let job = named(&world, "Job");
    let from = [Source::Root(Root::Cmd)];
    let made = Checker::new(&world, Some("workshop"), command(&world), &mut sink).changes(
        &[tree],
        job,
        &from,
    );
    let found = sink.finish();
    if found.is_empty() { format!("{} ok", made.len()) } else { lines(source, &found) }
}

#[test]
fn good_changes() {
    for source in [
        "flags += 1",
        "promised = cmd.promised",
        "promised = none",
        "promised = today",
        "paused_from = status",
        "status = done",
        "append parts: quantity = 3",
        "append tags = 'x'",
        "append notes = Note.from_owner(text = 'x')",
        "merge parts: quantity += cmd.quantity",
        "merge parts",
        "update parts where part_no == cmd.part_no: price += cmd.price",
        "update parts: quantity = state.flags",
        "remove parts where quantity > flags_max.abs()",
        "remove parts['B1']",
        "remove tags where item == 'x'",
        "put hours[owner_id] = hours[owner_id].unwrap_or(0) + cmd.amount",
        "took += 1h",
    ] {
        let wanted = if source.contains("flags_max") {
            "MN108 there is no name `flags_max` @ flags_max"
        } else {
            "1 ok"
        };
        assert_eq!(change(source), wanted, "{source}");
    }
}

#[test]
fn bad_changes() {
    for (source, wanted) in [
        ("flgs += 1", "MN103 `Job` has no field `flgs` @ flgs"),
        ("job_id = cmd.job_id", "MN313 key `job_id` cannot be changed @ job_id"),
        ("total = 3", "MN314 `total` is derived, it cannot be set @ total"),
        ("update parts: part_no = 'B2'", "MN313 key `part_no` cannot be changed @ part_no"),
        ("update parts: prise = 1", "MN103 `Part` has no field `prise` @ prise"),
        ("put tags['x'] = 1", "MN201 `tags` is set<string> @ tags"),
        ("append flags = 1", "MN201 `flags` is int @ flags"),
        ("merge scores", "MN201 `scores` is list<int> @ scores"),
        ("delete", "MN017 `delete` is for rows of views and replicas @ delete"),
        (
            "flags += limit",
            "MN211 a decimal(2) must be rounded before it becomes an int @ flags += limit",
        ),
        (
            "flags = cmd.price.round(1)",
            "MN211 a decimal(1) must be rounded before it becomes an int @ cmd.price.round(1)",
        ),
        ("tags += 'x'", "MN201 `tags` is set<string> @ tags"),
    ] {
        assert_eq!(change(source), wanted, "{source}");
    }
}

/// The reports on a message that builds a `Part`-like event, patched until it is clean.
fn message(source: &str) -> (String, Option<String>) {
    let world = world();
    let job = named(&world, "Part");
    let check = |source: &str| {
        let mut sink = Sink::new();
        let tree = parse::message(&text(source), &mut sink).expect("a message");
        let mut fields = world.types.fields(job).to_vec();
        fields.push(crate::lang::types::FieldDef::plain("at", Type::Time, job_span()));
        let target = Target { context: "workshop", name: "PartAdded", fields: &fields };
        let from = [Source::Root(Root::Cmd)];
        let made = Checker::new(&world, Some("workshop"), command(&world), &mut sink)
            .message(&tree, &target, &from);
        assert_eq!(made.fields.len(), 4);
        sink.finish()
    };
    let found = check(source);
    let better = found.first().and_then(|d| patched(source, d));
    if let Some(better) = &better {
        let left = check(better);
        assert_eq!(left.len() + 1, found.len(), "{better}: {}", lines(better, &left));
    }
    (lines(source, &found), better)
}

fn job_span() -> crate::source::Span {
    crate::source::Span::default()
}

#[test]
fn messages_are_filled_by_name() {
    assert_eq!(message("PartAdded(at = now)"), (String::new(), None));
    assert_eq!(message("PartAdded(at = now, price = part.price) if part.is_some()").0, "");
    assert_eq!(
        message("PartAdded(price = part.price, at = now)").0,
        "MN205 this value may be none and was not tested @ part"
    );
    let (found, better) = message("PartAdded");
    assert_eq!(found, "MN302 `PartAdded` lacks `at` @ PartAdded");
    assert_eq!(better.as_deref(), Some("PartAdded(at = 2026-01-05T09:00:00Z)"));
    let (found, better) = message("PartAdded(price = 1) if flags > 2");
    assert_eq!(found, "MN302 `PartAdded` lacks `at` @ PartAdded");
    assert_eq!(
        better.as_deref(),
        Some("PartAdded(price = 1, at = 2026-01-05T09:00:00Z) if flags > 2")
    );
    assert_eq!(message("PartAdded(at = now, quantity = 0)").0, "MN210 0 is outside 1.. @ 0");
}

#[test]
fn rules_narrow_what_follows() {
    let world = world();
    let mut sink = Sink::new();
    let mut checker = Checker::new(&world, Some("workshop"), command(&world), &mut sink);
    for source in ["part.is_some() && true else Gone", "part.price > 1 else ignore"] {
        let mut reports = Sink::new();
        let tree = parse::rule(&text(source), &mut reports).expect("a rule");
        checker.rule(&tree, source, &mut |_, _| OutcomeIr::Ignore);
    }
    assert_eq!(lines("", sink.found()), "");
}

#[test]
fn conditions_that_say_nothing_are_warned_about() {
    let world = world();
    let mut sink = Sink::new();
    let tree = parse::expr(&text("1 < 2"), &mut sink).expect("an expression");
    Checker::new(&world, Some("workshop"), command(&world), &mut sink).condition(&tree);
    assert_eq!(lines("1 < 2", sink.found()), "MN209 this condition is always true @ 1 < 2");
}

#[test]
fn defaults_are_constant() {
    let world = world();
    for (source, wanted) in [
        ("limit", ""),
        ("1.50", ""),
        ("share.round(2)", "MN216 a default is a constant @ share.round(2)"),
    ] {
        let mut sink = Sink::new();
        let tree = parse::expr(&text(source), &mut sink).expect("an expression");
        let ty = Type::Decimal(crate::lang::types::Scale::Fixed(2));
        Checker::new(&world, Some("workshop"), command(&world), &mut sink).constant(
            &tree,
            &ty,
            &crate::lang::types::Bounds::default(),
        );
        assert_eq!(lines(source, sink.found()), wanted, "{source}");
    }
}
