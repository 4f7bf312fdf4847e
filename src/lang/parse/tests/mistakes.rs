//! Broken texts: one report each, and patches that mend.

use super::{broken, read};

/// Notation, text, code, the text under the span, a part of message or help.
const MISTAKES: &[(&str, &str, u16, &str, &str)] = &[
    ("expr", "a & b", 10, "&", "write `&&`"),
    ("expr", "a = b", 8, "=", "write `==`"),
    ("expr", "a and b", 8, "and", "write `&&`"),
    ("expr", "a or b", 8, "or", "write `||`"),
    ("expr", "a | b", 8, "|", "write `||`"),
    ("expr", "not a", 8, "not", "write `!`"),
    ("expr", "a && not (b == c)", 8, "not", "write `!`"),
    ("expr", "not a == b", 8, "not", "write `!(..)`"),
    ("expr", "x not in [1]", 8, "not", "!(a in b)"),
    ("expr", "x == null", 8, "null", "write `none`"),
    ("expr", "x == None", 8, "None", "write `none`"),
    ("expr", "x == True", 8, "True", "write `true`"),
    ("expr", "a == \"paid\"", 10, "\"", "single quotes"),
    ("expr", "a ≥ 3", 10, "≥", "write `>=`"),
    ("expr", "größe > 1", 10, "ö", "a to z"),
    ("expr", "a < b < c", 8, "<", "`.. b && b ..`"),
    ("expr", "a == b in c", 8, "in", "comparisons do not chain"),
    ("expr", "a <> b", 8, ">", "write `!=`"),
    ("expr", "a === b", 8, "=", "write `==`"),
    ("expr", "for x in y { x }", 8, "for", "no loops"),
    ("expr", "while x { y }", 8, "while", "no loops"),
    ("expr", "let x = 1", 8, "let", "`let.NAME`"),
    ("expr", "match x { 1 => 2 }", 8, "match", "`[table]`"),
    ("expr", "return x", 8, "return", "leave the word out"),
    ("expr", "a ? b : c", 8, "?", "if a { b } else { c }"),
    ("expr", "a b", 20, "b", "text after the end"),
    ("expr", "a)", 20, ")", "no bracket is open"),
    ("expr", "(a", 9, "(", "never closed"),
    ("rule", "(a else No", 9, "(", "never closed"),
    ("expr", "(a]", 9, "(", "never closed"),
    ("expr", "[a, b", 9, "[", "write `]`"),
    ("expr", "f(a b)", 8, "b", "expected `,` or `)`"),
    ("expr", "if a { b }", 8, "", "every `if` has an `else`"),
    ("expr", "if a b else c", 8, "b", "`{`"),
    ("expr", "'abc", 9, "'", "never closed"),
    ("expr", "a +", 8, "", "found the end"),
    ("expr", "", 8, "", "found the end"),
    ("expr", "|x| x", 8, "|", "only as argument"),
    ("expr", "x.any(|| true)", 8, "||", "name the element"),
    ("expr", "x.y.Foo", 8, "Foo", "lower case"),
    ("expr", "Kind.", 8, "", "a member"),
    ("expr", "5days", 11, "5days", "not a unit"),
    ("expr", "1.5h", 11, "1.5h", "90min"),
    ("expr", "2026-02-30", 11, "2026-02-30", "no day"),
    ("expr", "2026-02-03T10:00", 11, "2026-02-03T10:00", "zone"),
    ("expr", "99999999999999999999", 11, "99999999999999999999", "64 bits"),
    ("expr", "1__0", 11, "1__0", "`1_000`"),
    ("expr", "a # b", 10, "#", "field lists only"),
    ("expr", "a $ b", 10, "$", "not a sign"),
    ("expr", "@", 10, "@", "@anna"),
    ("expr", "Money(1, 'CHF')", 8, "1", "arguments are named"),
    ("expr", "Money()", 8, "()", "leave them out"),
    ("field", "a: vec<int>", 102, "vec", "list<..>"),
    ("field", "a: float", 102, "float", "decimal(2)"),
    ("field", "a: json", 102, "json", "`[value.X]`"),
    ("field", "a: strng", 102, "strng", "did you mean `string`?"),
    ("field", "a: string(5)", 14, ")", "`5..5`"),
    ("field", "a: int(0.5..)", 14, "0.5..", "whole numbers"),
    ("field", "a: string(-1..)", 14, "-1..", "not negative"),
    ("field", "a: int(..)", 14, "..", "without ends"),
    ("field", "a: decimal", 14, "decimal", "`decimal(2)`"),
    ("field", "a: decimal(13)", 212, "13", "at most 12"),
    ("field", "a: patch date", 14, "patch date", "`patch T?`"),
    ("field", "a: date??", 14, "?", "one `?`"),
    ("field", "a: list", 14, "", "`list<int>`"),
    ("field", "a: list<int", 9, "list<int", "write `>`"),
    ("field", "a: map<int>", 14, ">", "`map<uuid, int>`"),
    ("field", "a: entities<Part>", 14, "", "by part_no"),
    ("field", "a: int persnal", 14, "persnal", "did you mean `personal`?"),
    ("field", "a int", 14, "int", "`a: TYPE`"),
    ("field", "a: ", 14, "", "a type"),
    ("field", ": int", 14, ":", "the name of a field"),
    ("field", "a: int, b: int", 20, ", b: int", "array of texts"),
    ("typed", "int = 1 2", 20, "2", "after the end"),
    ("rule", "a > 1", 15, "a > 1", "else TooMany"),
    ("rule", "a = 1 else No", 8, "=", "write `==`"),
    ("rule", "a else no_way", 15, "no_way", "write `NoWay`"),
    ("rule", "a else ignor", 15, "ignor", "write `ignore`"),
    ("rule", "a else", 15, "", "a refusal, `ignore` or `emit`"),
    ("rule", "a else No(cmd.part_no)", 15, "cmd", "`part_no = ..`"),
    ("rule", "a else emit E if b", 15, "b", "no condition of its own"),
    ("rule", "a else No else Other", 20, "else Other", "after the end"),
    ("statuses", "open | quoted", 18, "|", "write `,`"),
    ("statuses", "open or quoted", 18, "or", "write `,`"),
    ("statuses", "InWork", 114, "InWork", "write `in_work`"),
    ("statuses", "", 18, "", "a status"),
    ("unique", "plate", 15, "", "`else` and the refusal"),
    ("message", "tool_added", 16, "tool_added", "write `ToolAdded`"),
    ("message", "Added(price: 1)", 16, ":", "write `=`"),
    ("message", "Added(ev.price)", 16, "ev", "`price = ..`"),
    ("message", "Added when a", 8, "when", "write `if`"),
    ("message", "Added()", 16, "()", "leave them out"),
    ("message", "Added(a = 1", 9, "(", "never closed"),
    ("message", "", 16, "", "an event or command"),
    ("change", "a == 1", 17, "==", "write `=`"),
    ("change", "push a = 1", 17, "push", "write `append`"),
    ("change", "apend a = 1", 17, "apend", "write `append`"),
    ("change", "state.a = 1", 17, ".", "by its own name"),
    ("change", "a[1] = 2", 17, "[", "put name[key]"),
    ("change", "remove parts", 17, "", "`[key]` or `where`"),
    ("change", "put a = 1", 17, "=", "`[key]`"),
    ("change", "update a where b", 17, "", "`:` and assignments"),
    ("change", "a = 1, b = 2", 20, ", b = 2", "array of texts"),
    ("change", "a = 1; b = 2", 10, ";", "array of texts"),
    ("change", "", 17, "", "a field or a verb"),
    ("action", "compenste", 17, "compenste", "did you mean `compensate`?"),
    ("action", "timer remind at now", 50, "timer", "not built yet"),
    ("each", "JobList if a", 18, "if", "write `where`"),
    ("each", "", 18, "", "a view or a collection"),
    ("case", "a > 1", 18, "", "`=>` and a value"),
    ("case", "a > 1 -> 2", 8, ">", "an expression"),
    ("id_decl", "a: uuid", 14, "", "`by server` or `by client`"),
    ("timeout", "10min", 17, "", "`then` and a verdict"),
    ("duration", "10", 11, "10", "write a unit"),
    ("event_pattern", "Job.+", 16, "+", "`*`"),
    ("member_decl", "Long", 114, "Long", "write `long`"),
    ("path", "job", 16, "job", "write `Job`"),
    ("order", "Number", 114, "Number", "write `number`"),
];

#[test]
fn each_mistake_is_one_report_at_its_place() {
    for (notation, text, code, under, part) in MISTAKES {
        let report = broken(notation, text);
        let shown = format!(
            "{} / {} / {}",
            report.message,
            report.primary.text,
            report.help.clone().unwrap_or_default()
        );
        assert_eq!(report.code, *code, "{notation} `{text}`: {shown}");
        assert_eq!(
            text.get(report.primary.span.range()),
            Some(*under),
            "{notation} `{text}`: {shown}"
        );
        assert!(shown.contains(part), "{notation} `{text}`: {shown}");
        assert!(report.help.is_some(), "{notation} `{text}` has no help: {shown}");
    }
}

#[test]
fn what_is_clear_is_read_as_it_was_meant() {
    for (notation, text, meant) in [
        ("expr", "a and b or not c", "a && b || !c"),
        ("expr", "a = 1", "a == 1"),
        ("expr", "a & b | c", "a && b || c"),
        ("expr", "0 < a < b", "0 < a && a < b"),
        ("expr", "x == null", "x == none"),
        ("expr", "x == \"paid\"", "x == 'paid'"),
        ("expr", "a ≥ 3", "a >= 3"),
        ("message", "tool_added(price: 1, ev.name)", "ToolAdded(price = 1, name = ev.name)"),
        ("message", "Added()", "Added"),
        ("rule", "a else too_late", "a else TooLate"),
        ("rule", "a else ignor", "a else ignore"),
        ("statuses", "open or InWork", "open, in_work"),
        ("change", "push a = 1", "append a = 1"),
        ("each", "JobList if a", "JobList where a"),
        ("field", "a int(1..4) = 2", "a: int(1..4) = 2"),
        ("field", "a: strng(1..80) was b", "a: string was b"),
        ("field", "a: decimal? # d", "a: decimal(2)? # d"),
        ("field", "a: string(5)", "a: string(5..5)"),
        ("field", "a: patch date", "a: patch date?"),
        ("action", "compenste", "compensate"),
    ] {
        let (tree, found) = read(notation, text);
        assert_eq!(found.len(), 1, "{notation} `{text}`: {found:?}");
        assert_eq!(tree, Some(super::good(notation, meant)), "{notation} `{text}`");
    }
    let several = broken("expr", "a and b or c");
    assert_eq!(several.patch.len(), 2, "all mistakes of a text are mended at once: {several:?}");
    assert!(broken("expr", "a and b +").patch.is_empty(), "not mended by this alone");
    assert_eq!(read("rule", "a > 1").0.as_deref(), Some("(rule (Gt a 1) (error))"));
    assert_eq!(read("field", "a: json<x>(1) = 1").0.as_deref(), Some("a: (error) =1"));
}

#[test]
fn a_patch_mends_its_mistake() {
    let mut patches = 0;
    for (notation, text, code, ..) in MISTAKES {
        let mut edits = broken(notation, text).patch;
        if edits.is_empty() {
            continue;
        }
        edits.sort_by_key(|e| e.span);
        let mut mended = (*text).to_owned();
        for edit in edits.iter().rev() {
            mended.replace_range(edit.span.range(), &edit.text);
        }
        let (tree, found) = read(notation, &mended);
        assert!(tree.is_some(), "{notation} MN{code:03} `{text}` -> `{mended}`: {found:?}");
        patches += 1;
    }
    assert!(patches >= 30, "{patches}");
}
