//! What good expressions are.

use super::ty;

fn all(cases: &[(&str, &str)]) {
    for (source, wanted) in cases {
        assert_eq!(ty(source), *wanted, "{source}");
    }
}

#[test]
fn operators_follow_the_table() {
    all(&[
        ("flags + 1", "int"),
        ("flags / 2", "decimal(*)"),
        ("(flags / 2).floor()", "int"),
        ("limit * cmd.quantity", "decimal(2)"),
        ("limit * near", "decimal(4)"),
        ("limit + share", "decimal(4)"),
        ("limit / near", "decimal(*)"),
        ("due_on - due_on", "int"),
        ("opened - opened", "duration"),
        ("now + 15min", "time"),
        ("now + months(1)", "time"),
        ("today + 14d", "date"),
        ("now + 7d", "time"),
        ("today - weeks(2)", "date"),
        ("took * 2 + 1h", "duration"),
        ("flags % 2 == 0", "bool"),
        ("limit >= 10", "bool"),
        ("share == limit", "bool"),
        ("-flags + 3", "int"),
        ("if closed { 1 } else { limit }", "decimal(2)"),
        ("if closed { limit / 3 } else { limit }", "decimal(*)"),
    ]);
}

#[test]
fn names_are_found_by_their_other_side() {
    all(&[
        ("status == open", "bool"),
        ("status in [done, cancelled]", "bool"),
        ("done == status", "bool"),
        ("paused_from.unwrap_or(quoted)", "JobStatus"),
        ("JobStatus.open == status", "bool"),
        ("warranty < long", "bool"),
        ("warranty.months", "int"),
        ("today.weekday() < sat", "bool"),
        ("state.type", "string"),
        ("type.len()", "int"),
        ("plate == 'zh-123'", "bool"),
        ("cmd.part_no == 'B1'", "bool"),
        ("if closed { open } else { status }", "JobStatus"),
    ]);
}

#[test]
fn facts_narrow() {
    all(&[
        ("part.is_some() && part.price > 3", "bool"),
        ("part.is_none() || part.price > 3", "bool"),
        ("if promised != none { promised } else { today }", "date"),
        ("if none == promised { today } else { promised }", "date"),
        ("planned.is_some() && planned.end.is_some() && planned.end > today", "bool"),
        ("notes.any(|n| n is from_owner && n.text == 'x')", "bool"),
        ("promised.is_some() && promised == none", "bool"),
        ("promised.is_some() && promised.map_or(false, |p| p > today)", "bool"),
        ("!(part.is_none() || flags > 3) && part.name == 'x'", "bool"),
    ]);
}

#[test]
fn methods_have_the_types_of_the_list() {
    all(&[
        ("parts.sum(|p| p.price * p.quantity)", "decimal(2)"),
        ("total", "decimal(2)"),
        ("due", "decimal(2)"),
        ("parts.filter(|p| p.quantity > 1).len()", "int"),
        ("parts.map(|p| p.part_no)", "list<PartNo>"),
        ("parts['B1'].map(|p| p.price)", "decimal(2)?"),
        ("parts.contains_key(cmd.part_no)", "bool"),
        ("parts.min_by(|p| p.price).map_or(0, |p| p.price)", "decimal(2)"),
        ("parts.keys()", "list<PartNo>"),
        ("hours[actor.id].unwrap_or(0) + cmd.amount", "decimal(1)"),
        ("hours.sum(|k, v| v)", "decimal(1)"),
        ("hours.any(|k, v| v > 2 && k != owner_id)", "bool"),
        ("tags.contains('x') && 'y' in tags", "bool"),
        ("tags.filter(|t| t.len() > 1)", "set<string>"),
        ("scores.sort_by(|s| -s).first()", "int?"),
        ("scores.max()", "int?"),
        ("scores.flat_map(|s| [s, s + 1])", "list<int>"),
        ("tokens('a b').join(', ')", "string"),
        ("plate.lower().starts_with('z')", "bool"),
        ("plate.matches('^[A-Z]+$')", "bool"),
        ("share.round(2).max(limit)", "decimal(2)"),
        ("share.round()", "int"),
        ("flags.round(2)", "decimal(2)"),
        ("opened.date().start_of_month().at(9, 30)", "time"),
        ("took.minutes() + due_on.year()", "int"),
        ("planned.map(|w| w.days.len())", "int?"),
        ("planned.map(|w| w.end)", "date?"),
        ("format('{}-{:05}', status, next('job', today.year()))", "string"),
        ("random.digits(6)", "string"),
        ("years_between(due_on, today)", "int"),
        ("dates(today, today + days(3)).len()", "int"),
        ("Window(start = today)", "Window"),
        ("Note.from_owner(text = 'x')", "Note"),
        ("Part(part_no = 'B1', price)", "MN108 there is no name `price` @ price"),
        ("Part(part_no = 'B1')", "Part"),
        ("[1, 2.50]", "list<decimal(2)>"),
        ("[none, 1]", "list<int?>"),
        ("share_hours(hours, 3)", "map<uuid, decimal(1)>"),
    ]);
}
