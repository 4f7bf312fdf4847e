//! One mistake, one report; patches that hold.

use super::{bad, checked};
use crate::lang::fixture::{lines, upsert, world};

fn all(cases: &[(&str, &str)]) {
    for (source, wanted) in cases {
        assert_eq!(bad(source), *wanted, "{source}");
    }
}

#[test]
fn names() {
    all(&[
        ("flgs + 1", "MN108 there is no name `flgs` @ flgs"),
        (
            "cmd.quantty > 1 && cmd.prise > 2",
            "MN103 `cmd` has no field `quantty` @ quantty\nMN103 `cmd` has no field `prise` @ prise",
        ),
        ("parts.len() + discont(total)", "MN107 there is no function `discont` @ discont"),
        ("parts.lenn()", "MN107 entities<Part> has no method `lenn` @ lenn"),
        ("status == opn", "MN109 `JobStatus` has no member `opn` @ opn"),
        ("JobState.open == status", "MN102 there is no type `JobState` @ JobState"),
        ("shop.Window(start = today)", "MN101 there is no context `shop` @ shop"),
        ("Warranty.lng", "MN109 `Warranty` has no member `lng` @ lng"),
        ("Warranty", "MN110 `Warranty` is not a value @ Warranty"),
        ("cmd == 3", "MN110 `cmd` alone is not a value @ cmd"),
        ("ev.price > 1", "MN113 `ev` is not known in a command @ ev"),
        ("@anna == owner_id", "MN113 `@anna` is known in scenarios only @ @anna"),
        ("parts.any(|flags| flags.price > 1)", "MN115 parameter `flags` hides a name @ flags"),
        (
            "PartPrice['B1'].is_some()",
            "MN110 `PartPrice` can only be read under `lookup` @ PartPrice['B1']",
        ),
        (
            "JobList[job_id].is_some()",
            "MN334 view `JobList` cannot be read in a command @ JobList[job_id]",
        ),
    ]);
}

#[test]
fn types() {
    all(&[
        ("flags + 'x'", "MN201 `+` does not fit int and string @ +"),
        ("flags && closed", "MN201 expected bool, found int @ flags"),
        ("plate == cmd.part_no", "MN204 `PartNo` and `Plate` are different types @ cmd.part_no"),
        ("part.price > 3", "MN205 this value may be none and was not tested @ part"),
        ("promised > today", "MN205 this value may be none and was not tested @ promised"),
        (
            "planned.is_some() && planned.end > today",
            "MN205 this value may be none and was not tested @ planned.end",
        ),
        ("notes.any(|n| n.shown)", "MN205 `shown` needs a known member @ shown"),
        ("closed < true", "MN206 values of bool have no order @ closed < true"),
        ("plate == 'x'", "MN210 a length of 1 is outside 4..10 @ 'x'"),
        ("plate == 'a b c d'", "MN210 this is no `Plate` @ 'a b c d'"),
        ("Window(start = today, end = 3)", "MN201 expected date?, found int @ 3"),
        ("Window(end = today)", "MN302 `Window` lacks `start` @ Window"),
        ("Window(start = today, start = today)", "MN304 `start` is given twice @ start"),
        ("Window(start = today, ende = today)", "MN303 `Window` has no field `ende` @ ende"),
        ("discount(limit, 1)", "MN202 `discount` takes 1 argument, not 2 @ discount"),
        ("discount(share)", "MN211 decimal(4) does not fit into decimal(2) @ share"),
        ("discount(limit / 3)", "MN211 decimal(*) does not fit into decimal(2) @ limit / 3"),
        (
            "[share * share * share * share]",
            "MN212 the result has 16 places, at most 12 are possible @ share * share * share * share",
        ),
        ("plate.matches('(')", "MN213 this pattern cannot be used: unclosed group @ '('"),
        ("format('{} {}', 1)", "MN219 the template has 2 placeholders for 1 arguments @ '{} {}'"),
        ("format('{:5}', 1)", "MN219 `{:5}` is no placeholder @ '{:5}'"),
        ("scores[1]", "MN201 lists have no places @ scores[1]"),
        ("flags.len()", "MN107 int has no method `len` @ len"),
        ("scores.any(1)", "MN201 expected a closure, found a value @ 1"),
        ("scores.any(|a, b| a > b)", "MN202 the closure takes 1 parameters, not 2 @ a"),
    ]);
}

#[test]
fn broken_things_hide_their_followers() {
    all(&[
        (
            "flgs + nix.foo(1) > 3",
            "MN108 there is no name `flgs` @ flgs\nMN108 there is no name `nix` @ nix",
        ),
        ("parts.map(|p| p.prise).sum() > limit", "MN103 `Part` has no field `prise` @ prise"),
        (
            "parts.any(|p| p.prise > q)",
            "MN103 `Part` has no field `prise` @ prise\nMN108 there is no name `q` @ q",
        ),
        (
            "(plate == cmd.part_no) == 3",
            "MN204 `PartNo` and `Plate` are different types @ cmd.part_no",
        ),
    ]);
}

#[test]
fn state_needs_existence() {
    let world = world();
    for (source, wanted) in [
        ("flags > 1", "MN319 the state may not exist here @ flags"),
        ("exists && flags > 1", ""),
        ("!exists || state.flags > 1", ""),
        ("if exists { flags } else { 0 }", ""),
        ("cmd.quantity > 1", ""),
        ("PartPrice[cmd.part_no].is_some()", ""),
        (
            "PartPrise['B1'].is_some()",
            "MN106 there is no view, replica or reference `PartPrise` @ PartPrise",
        ),
    ] {
        let (_, found) = checked(&world, upsert(&world), source);
        assert_eq!(lines(source, &found), wanted, "{source}");
    }
}
