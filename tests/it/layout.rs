//! The layout printer against the rustfmt of this machine.

use std::io::Write as _;
use std::process::{Command, Stdio};

use minos::layout::{Arm, Block, Field, Node, Stmt, attribute, body, doc, signature, use_list};

/// A small generator of numbers; the seed names the case.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const NAMES: &[&str] = &[
    "a",
    "id",
    "cmd",
    "self",
    "state",
    "amount",
    "threshold",
    "bidder_id",
    "the_last_known_price",
    "a_rather_long_name_of_a_value",
    "No::BidTooLow",
    "Decimal::ZERO",
    "12",
    "1_000",
];
const TYPES: &[&str] =
    &["Some", "Ok", "Bid", "Decimal::new", "kit::num::checked_add", "Events::one", "f"];
const METHODS: &[&str] =
    &["len", "clone", "is_some_and", "unwrap_or_default", "checked_add", "map", "and_then", "get"];
const FIELDS: &[&str] = &["id", "price", "ends_at", "the_first_bidder_id", "x"];

fn expr(r: &mut Random, depth: usize) -> Node {
    if depth == 0 {
        return leaf(r);
    }
    let d = depth - 1;
    match r.below(34) {
        0..=3 => leaf(r),
        4..=6 => Node::call(r.pick(TYPES), list(r, d, 4)),
        7..=11 => receiver(r, d).method(r.pick(METHODS), list(r, d, 2)),
        12 => {
            let body = closure_body(r, d);
            let closure = Node::closure(r.pick(&["|x|", "||", "|_|"]), body);
            if r.below(2) == 0 {
                return receiver(r, d).method(r.pick(METHODS), vec![closure]);
            }
            let mut args = list(r, d, 2);
            args.push(closure);
            Node::call(r.pick(&["ensure_else", "f"]), args)
        }
        13 => receiver(r, d).field(r.pick(FIELDS)),
        14 => receiver(r, d).tried(),
        15..=18 => binary(r, d),
        19 => Node::Struct(r.pick(&["Bid", "AuctionOpened"]).to_owned(), fields(r, d), None),
        20 => prefix(r, d),
        21 => Node::if_else(binary(r, d), expr(r, d), expr(r, d)),
        22 => Node::Tuple(vec![expr(r, d), expr(r, d)]),
        23 => Node::Array(list(r, d, 5)),
        24 => Node::VecMacro("vec".to_owned(), list(r, d, 5)),
        25 => Node::Index(Box::new(Node::atom("rows")), Box::new(expr(r, d))),
        26 => Node::Await(Box::new(receiver(r, d))),
        27 => Node::Struct("Bid".to_owned(), fields(r, d), Some(Box::new(leaf(r)))),
        28 => {
            let mut args = vec![Node::text("{} of {}")];
            args.extend(list(r, 0, 4));
            Node::Macro(r.pick(&["format", "check"]).to_owned(), args)
        }
        29 => Node::Cast(Box::new(receiver(r, d)), "i64".to_owned()).paren(),
        30 => Node::Range(Some(Box::new(receiver(r, d))), "..", Some(Box::new(leaf(r)))).paren(),
        31 => else_if(r, d),
        32 => Node::closure("move |key, x|", expr(r, d)),
        _ => Node::Match(Box::new(receiver(r, d)), arms(r, d)),
    }
}

fn else_if(r: &mut Random, depth: usize) -> Node {
    let last = Node::if_else(binary(r, depth), expr(r, depth), expr(r, depth));
    Node::if_else(binary(r, depth), expr(r, depth), last)
}

fn leaf(r: &mut Random) -> Node {
    match r.below(12) {
        0 => Node::text("the auction is over"),
        1 => Node::call(r.pick(TYPES), vec![]),
        _ => Node::atom(r.pick(NAMES)),
    }
}

fn list(r: &mut Random, depth: usize, most: usize) -> Vec<Node> {
    (0..r.below(most + 1)).map(|_| expr(r, depth)).collect()
}

fn fields(r: &mut Random, depth: usize) -> Vec<Field> {
    let count = 1 + r.below(FIELDS.len());
    FIELDS.iter().take(count).map(|name| Field::new(*name, expr(r, depth))).collect()
}

/// What may stand before a dot.
fn receiver(r: &mut Random, depth: usize) -> Node {
    loop {
        let node = expr(r, depth);
        match node {
            Node::Binary(..) | Node::Prefix(..) => return node.paren(),
            Node::If(..) | Node::Match(..) | Node::Closure(..) | Node::Struct(..) => {}
            node => return node,
        }
    }
}

fn prefix(r: &mut Random, depth: usize) -> Node {
    let op = ["&", "!", "*"][r.below(3)];
    Node::prefix(op, receiver(r, depth))
}

fn binary(r: &mut Random, depth: usize) -> Node {
    let op = ["&&", "||", "+", "-", "*", "==", ">="][r.below(7)];
    let operand = |r: &mut Random| {
        let node = receiver(r, depth);
        if r.below(6) == 0 { Node::prefix("!", node) } else { node }
    };
    let count = if op == "==" || op == ">=" { 2 } else { 2 + r.below(3) };
    let first = operand(r);
    (1..count).fold(first, |left, _| Node::binary(op, left, operand(r)))
}

fn closure_body(r: &mut Random, depth: usize) -> Node {
    if r.below(5) == 0 {
        return Node::Block(Block(vec![
            Stmt::Bind("let y".to_owned(), expr(r, depth), None),
            Stmt::Expr(expr(r, depth)),
        ]));
    }
    expr(r, depth)
}

fn arms(r: &mut Random, depth: usize) -> Vec<Arm> {
    (0..1 + r.below(3))
        .map(|_| Arm {
            patterns: patterns(r),
            guard: (r.below(4) == 0).then(|| binary(r, depth)),
            body: expr(r, depth),
        })
        .collect()
}

fn patterns(r: &mut Random) -> Vec<String> {
    let count = if r.below(3) == 0 { 1 + r.below(8) } else { 1 };
    let all = ["Some(x)", "None", "Event::Opened(ev)", "Status::Closed", "_", "open", "1"];
    (0..count).map(|_| r.pick(&all).to_owned()).collect()
}

fn stmt(r: &mut Random, depth: usize) -> Stmt {
    match r.below(9) {
        7 => Stmt::For(
            "x".to_owned(),
            receiver(r, depth),
            Block(vec![Stmt::Semi(receiver(r, depth))]),
        ),
        0 => Stmt::Bind("let value".to_owned(), expr(r, depth), None),
        1 => Stmt::Bind("let total_amount: Option<Decimal>".to_owned(), expr(r, depth), None),
        2 => {
            let back = Node::Return(Some(Box::new(leaf(r))));
            let end =
                Block(vec![if r.below(2) == 0 { Stmt::Semi(back) } else { Stmt::Expr(back) }]);
            Stmt::Bind("let Some(x)".to_owned(), receiver(r, depth), Some(end))
        }
        3 => Stmt::Semi(Node::call("ensure", vec![binary(r, depth), Node::atom("No::X")]).tried()),
        4 => Stmt::Semi(Node::Assign(
            Box::new(Node::atom("self.price")),
            ["=", "+="][r.below(2)],
            Box::new(expr(r, depth)),
        )),
        5 => Stmt::Semi(Node::Return(Some(Box::new(expr(r, depth))))),
        6 => Stmt::Semi(receiver(r, depth)),
        _ => Stmt::Expr(Node::If(
            (r.below(2) == 0).then(|| "Some(x)".to_owned()),
            Box::new(receiver(r, depth)),
            Block(vec![Stmt::Semi(receiver(r, depth))]),
            None,
        )),
    }
}

fn rustfmt(text: &str) -> String {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "use_small_heuristics=Max", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rustfmt is part of the toolchain");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let text = text.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("rustfmt ends");
    writer.join().expect("the writer ends").expect("rustfmt reads all");
    let errors = String::from_utf8_lossy(&output.stderr);
    // Lines without a layout are left alone and reported; anything else is a mistake of ours.
    assert!(!errors.contains("error: expected"), "{errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Print the cases, run rustfmt over all of them at once, and give those that it changed.
fn changed(cases: &[(String, usize)]) -> Vec<(String, String)> {
    let mut text = String::new();
    for (case, level) in cases {
        for l in 0..*level {
            text.push_str(&format!("{:1$}mod m {{\n", "", 4 * l));
        }
        text.push_str(&format!("{0:1$}fn f() {{\n{case}\n{0:1$}}}\n", "", 4 * level));
        for l in (0..*level).rev() {
            text.push_str(&format!("{:1$}}}\n", "", 4 * l));
        }
        text.push_str("const MARK: u8 = 0;\n");
    }
    let formatted = rustfmt(&text);
    let split = |t: &str| -> Vec<String> {
        t.split("const MARK: u8 = 0;\n").map(|s| s.trim().to_owned()).collect()
    };
    let (before, after) = (split(&text), split(&formatted));
    assert_eq!(before.len(), after.len(), "rustfmt did not read the text");
    before.into_iter().zip(after).filter(|(b, a)| b != a).collect()
}

fn cases(seeds: std::ops::Range<u64>, depth: usize) -> Vec<(String, usize)> {
    seeds
        .map(|seed| {
            let mut r = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
            let level = r.below(4);
            let stmts = [stmt(&mut r, depth), Stmt::Semi(Node::atom("x"))];
            (body(&stmts, 4 * level + 4), level)
        })
        .collect()
}

#[test]
fn random_statements_are_left_alone_by_rustfmt() {
    let count: u64 = std::env::var("LAYOUT_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(600);
    let mut all = Vec::new();
    for depth in 1..=4 {
        all.extend(cases(1..count, depth));
    }
    let mut changed = changed(&all);
    changed.sort_by_key(|(before, _)| before.len());
    for (before, after) in changed.iter().take(12) {
        println!("--- printed\n{before}\n--- rustfmt\n{after}");
    }
    assert!(changed.is_empty(), "{} of {} differ", changed.len(), all.len());
}

#[test]
fn items_are_left_alone_by_rustfmt() {
    let names = [
        "Auction",
        "self",
        "AuctionRefusal as No",
        "BidPlaced",
        "step",
        "MAX",
        "Bid2",
        "Bid10",
        "kit_thing",
        "r#type",
        "AVeryLongNameOfAnEvent",
        "AnotherVeryLongNameOfAnEvent",
        "ensure",
        "x1",
        "x10",
        "x9",
        "AndOneMoreRatherLongNameOfAnEvent",
        "A",
        "UUID",
        "Uuid",
        "Z9",
    ];
    let args = ["&self", "cmd: &PlaceBid", "cx: &Context", "and_more: BTreeMap<String, Decimal>"];
    let mut text = String::new();
    for count in 1..=names.len() {
        text.push_str(&format!(
            "mod m{count} {{\n    {}\n\n",
            use_list("super", &names[..count], 4)
        ));
        text.push_str(&format!("    {}\n", doc("///", &names[..count].join(" and "), 4)));
        text.push_str(&format!("    {}\n", attribute("derive", &names[2..][..count.min(9)], 4)));
        text.push_str("    struct S;\n\n");
        let arguments = &args[..count.min(args.len())];
        for returns in [None, Some("Decision<Self>")] {
            let name = format!("pub fn a_name_of_{}", "x".repeat(count));
            text.push_str(&format!("    {}\n", signature(&name, arguments, returns, 4)));
            text.push_str("        x;\n    }\n\n");
        }
        text.truncate(text.len() - 1);
        text.push_str("}\n\n");
    }
    for last in 15..45 {
        // One line, and just not; then a second line that is full, and just not.
        let (half, end) = (format!("A{}", "a".repeat(29)), format!("Z{}", "z".repeat(last)));
        let (one, two) = (half.replace('A', "B"), half.replace('A', "C"));
        let (three, four) = (half.replace('A', "D"), half.replace('A', "E"));
        text.push_str(&format!("mod n{last} {{\n    {}\n", use_list("x", &[&half, &one, &end], 4)));
        let names = [half.as_str(), &one, &two, &three, &four, &end];
        text.push_str(&format!("    {}\n}}\n\n", use_list("y", &names, 4)));
    }
    text.truncate(text.len() - 1);
    similar_asserts(&text, &rustfmt(&text));
}

fn similar_asserts(printed: &str, formatted: &str) {
    for (before, after) in printed.lines().zip(formatted.lines()) {
        assert_eq!(before, after);
    }
    assert_eq!(printed, formatted);
}

/// A tree of this kind, so many levels deep, that fits on no line.
fn deep(kind: usize, levels: usize) -> Node {
    let mut node = Node::atom("a_rather_long_name_of_a_value");
    for _ in 0..levels {
        let name = || Node::atom("another_long_name_of_a_value");
        node = match kind {
            0 => Node::call("checked", vec![name(), node]),
            1 => name().method("map_or", vec![name(), Node::closure("|x|", node)]),
            2 => Node::binary("&&", name(), Node::binary("||", name(), node).paren()),
            3 => Node::if_else(name(), node, name()),
            4 => node.method("and_then", vec![Node::closure("|x|", name())]).tried(),
            5 => Node::call("Some", vec![Node::call("Ok", vec![node])]),
            6 => Node::Struct("Value".to_owned(), vec![Field::new("inner", node)], None),
            7 => Node::prefix("!", node.paren()),
            8 => name().method("filter", vec![Node::closure("|x|", node)]).method("len", vec![]),
            9 => Node::if_else(node, name(), name()).paren(),
            10 => {
                let arm = Arm { patterns: vec!["Some(x)".to_owned()], guard: None, body: node };
                Node::Match(Box::new(name()), vec![arm])
            }
            _ => Node::Array(vec![name(), node.clone()]),
        };
    }
    node
}

/// A printer that tries both ways at each level would take 2^48 steps and never end.
#[test]
fn deep_trees_are_printed_at_all() {
    for kind in 0..12 {
        let stmt = Stmt::Bind("let value".to_owned(), deep(kind, 48), None);
        let text = body(&[stmt], 4);
        let names = text.matches("long_name_of_a_value").count();
        assert!(names > 32 || matches!(kind, 5..=7), "kind {kind}: {names} names are left");
        assert!(text.contains("a_rather_long_name_of_a_value"), "kind {kind}: the inside is gone");
    }
}
