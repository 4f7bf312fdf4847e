//! `minos add`: each kind in each layout of the domain, and what it refuses.

use serde_json::Value;

use super::{Answer, Sandbox};

const ORDERING: &str = r#"# What is ordered.
[context]
doc = "Orders."

[aggregate.Order]  # one basket
status = ["open", "done"]
[aggregate.Order.state]
note = "string(0..80)"
quantity = "int(1..100)"
shelf_id = "stock.ShelfId"

[command]
OpenOrder = { creates = "Order", fields = ["note", "quantity", "shelf_id"], emit = "OrderOpened" }
CloseOrder = { on = "Order", from = "open", emit = "OrderClosed" }

[event]
OrderClosed.to = "done"

[view.OrderList]
of = "Order"
columns = ["note", "quantity", "status"]
[query.OrderList]
view = "OrderList"
params = ["status?"]

[[scenario]]
name = "an open order is closed"
given = ["OrderOpened"]
when = "CloseOrder"
then = "OrderClosed"
"#;

const STOCK: &str = r#"[aggregate.Shelf]
state.left = "int(0..) = 100"

[command]
OpenShelf = { creates = "Shelf", emit = "ShelfOpened" }
Take = { on = "Shelf", public = true, fields = ["quantity: int(1..100)"], require = "left >= cmd.quantity else OutOfStock", emit = "Taken" }
PutBack = { on = "Shelf", public = true, fields = ["quantity: int(1..100)"], emit = "PutBackDone" }

[event]
Taken.apply = "left -= ev.quantity"
PutBackDone.apply = "left += ev.quantity"
"#;

/// What is added, in an order in which each later one can use the earlier ones: the words, the file,
/// and the new names by construct.
const ADDITIONS: [(&str, &[(&str, &str)]); 8] = [
    ("context billing", &[]),
    (
        "aggregate ordering.Invoice number:string(1..20) 'paid: bool = false'",
        &[("aggregates", "Invoice"), ("commands", "CreateInvoice"), ("events", "InvoiceCreated")],
    ),
    (
        "command ordering.Order.CancelOrder 'reason: string(1..80)' --from 'open else ignore'",
        &[("commands", "CancelOrder"), ("events", "OrderCancelled")],
    ),
    ("event ordering.Order.OrderLost 'why: string(1..80)' --public", &[("events", "OrderLost")]),
    ("view ordering.Notes --of Order note", &[("views", "Notes")]),
    ("query ordering.Notes", &[("queries", "Notes")]),
    (
        "policy ordering.Finish --on OrderOpened --send CloseOrder --if 'ev.quantity > 90'",
        &[("policies", "Finish")],
    ),
    (
        "saga ordering.Fulfil --start OrderOpened --step stock.Take --undo stock.PutBack",
        &[("sagas", "Fulfil")],
    ),
];

/// A project: many files, or one; laid out in a way of its own.
fn project(one_file: bool, layout: impl Fn(&str) -> String) -> Sandbox {
    let sandbox = Sandbox::new();
    let main = "[project]\nname = \"added\"\n";
    if one_file {
        let all = format!("{main}\n{}\n{}", within("ordering", ORDERING), within("stock", STOCK));
        sandbox.put("minos.toml", &layout(&all));
    } else {
        sandbox.put("minos.toml", &layout(main));
        sandbox.put("domain/ordering.toml", &layout(ORDERING));
        sandbox.put("domain/stock.toml", &layout(STOCK));
    }
    sandbox.ends(0, "sync -q");
    sandbox
}

/// The tables of a context as `minos.toml` has them.
fn within(context: &str, text: &str) -> String {
    let line = |line: &str| match line
        .strip_prefix("[[")
        .map(|rest| ("[[", rest))
        .or_else(|| line.strip_prefix('[').map(|rest| ("[", rest)))
    {
        Some((open, rest)) => match rest.strip_prefix("context]") {
            Some(rest) => format!("[context.{context}]{rest}\n"),
            None => format!("{open}context.{context}.{rest}\n"),
        },
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn commented(text: &str) -> String {
    let mut out = String::from("# at the top\n\n");
    for line in text.lines() {
        if line.starts_with('[') {
            out.push_str("# about what follows\n");
        }
        out.push_str(line);
        out.push_str(if line.is_empty() || line.contains('#') { "\n" } else { "   # so it is\n" });
    }
    out.push_str("# the end\n\n\n");
    out
}

impl Sandbox {
    fn add(&self, words: &str) -> Answer {
        self.run(&format!("add {words}"))
    }

    fn add_ends(&self, code: i32, words: &str) -> Answer {
        let answer = self.add(words);
        assert_eq!(answer.code, code, "minos add {words}\n{}\n{}", answer.out, answer.err);
        answer
    }

    fn domain(&self) -> Vec<(String, String)> {
        let mut all = vec!["minos.toml".to_owned()];
        for entry in std::fs::read_dir(self.path().join("domain")).into_iter().flatten() {
            all.push(format!("domain/{}", entry.unwrap().file_name().to_string_lossy()));
        }
        all.sort();
        all.into_iter().map(|path| (path.clone(), self.read(&path))).collect()
    }

    fn model(&self) -> Value {
        let answer = self.ends(0, "inspect model --json");
        serde_json::from_str::<Value>(&answer.out).unwrap()["model"]["contexts"].take()
    }
}

/// Each old line is there, in its order, in the same file.
fn no_line_goes(before: &[(String, String)], after: &[(String, String)]) {
    for (path, old) in before {
        let (_, new) = after.iter().find(|(other, _)| other == path).unwrap();
        let mut rest = new.split('\n');
        for line in old.split('\n') {
            assert!(rest.any(|found| found == line), "{path}: {line:?} is gone from\n{new}");
        }
    }
}

/// The new model is the old one and exactly these items, besides what follows from them: a view of an
/// aggregate follows each of its events, and rules may refuse with more.
fn only(before: &Value, mut after: Value, context: &str, items: &[(&str, &str)]) {
    let all = after.as_object_mut().unwrap();
    if items.is_empty() {
        let added = all.remove(context).expect("the new context");
        assert!(added["aggregates"].as_object().unwrap().is_empty());
    }
    assert_eq!(all.len(), before.as_object().unwrap().len());
    let events: Vec<String> = items.iter().map(|(_, name)| format!("{context}.{name}")).collect();
    for (name, inner) in all {
        for (kind, of_kind) in inner.as_object_mut().unwrap() {
            for (_, item) in items.iter().filter(|(k, _)| *k == kind && name == context) {
                let map = of_kind.as_object_mut().unwrap();
                assert!(map.remove(*item).is_some(), "there is no new {item} in {kind}");
            }
            if kind == "views" {
                let follows = |r: &Value| events.iter().any(|e| r["event"] == e.as_str());
                for view in of_kind.as_object_mut().unwrap().values_mut() {
                    let reactions = view["reactions"].as_array_mut().unwrap();
                    reactions.retain(|reaction| !follows(reaction));
                }
            }
            let same = kind == "refusals" || before[name][kind] == *of_kind;
            assert!(same, "{name}.{kind} was {}, is {of_kind}", before[name][kind]);
        }
    }
}

fn every_kind(one_file: bool, layout: impl Fn(&str) -> String) {
    let sandbox = project(one_file, layout);
    for (words, items) in ADDITIONS {
        let (domain, model) = (sandbox.domain(), sandbox.model());
        let dry = sandbox.add_ends(0, &format!("{words} --dry-run"));
        assert_eq!(sandbox.domain(), domain, "{words}: a dry run writes nothing");
        let answer = sandbox.add_ends(0, words);
        assert_eq!(dry.out, answer.out, "{words}: the dry run says what is done");
        let context = if words.starts_with("context") { "billing" } else { "ordering" };
        let after = sandbox.domain();
        no_line_goes(&domain, &after);
        let crlf = domain.iter().any(|(_, text)| text.contains("\r\n"));
        for (path, text) in after.iter().filter(|(path, _)| path != "domain/billing.toml") {
            assert_eq!(text.replace("\r\n", "").contains('\n'), !crlf, "{path}");
        }
        only(&model, sandbox.model(), context, items);
        sandbox.ends(0, "sync --check");
    }
}

#[test]
fn each_kind_is_added_to_many_files() {
    every_kind(false, str::to_owned);
}

#[test]
fn each_kind_is_added_to_one_file() {
    every_kind(true, str::to_owned);
}

#[test]
fn each_kind_is_added_among_comments() {
    every_kind(false, commented);
    every_kind(true, commented);
}

#[test]
fn each_kind_is_added_between_windows_line_ends() {
    every_kind(false, |text| text.replace('\n', "\r\n"));
    every_kind(true, |text| text.replace('\n', "\r\n"));
}

#[test]
fn an_addition_that_does_not_fit_changes_nothing() {
    let sandbox = project(false, str::to_owned);
    let before = super::flow::files(&sandbox.path());
    let answer = sandbox.add_ends(1, "command ordering.Order.Bad --require 'nonsense > 1 else No'");
    assert!(answer.out.contains("error[MN108]"), "{}", answer.out);
    assert!(answer.err.contains("nothing was added"), "{}", answer.err);
    let answer = sandbox.add_ends(1, "policy ordering.Bad --on OrderOpened --send Nothing");
    assert!(answer.out.contains("error[MN104]"), "{}", answer.out);
    super::flow::assert_same(&before, &super::flow::files(&sandbox.path()));
    // Nor does it when a generated file is in the way.
    sandbox.put("services/ordering/domain/src/order/cancel_order.rs", "// mine\n");
    let before = super::flow::files(&sandbox.path());
    let answer = sandbox.add_ends(4, "command ordering.Order.CancelOrder");
    assert!(answer.err.contains("nothing was written"), "{}", answer.err);
    super::flow::assert_same(&before, &super::flow::files(&sandbox.path()));
    // Nor when the domain was broken before.
    sandbox.put("domain/stock.toml", "[agregate.X]\n");
    let answer = sandbox.add_ends(1, "context billing");
    assert!(answer.err.contains("mend them first"), "{}", answer.err);
}

#[test]
fn what_is_there_already_is_named_with_its_place() {
    let sandbox = project(false, str::to_owned);
    for (words, place) in [
        ("context stock", "domain/stock.toml:1:1"),
        ("aggregate ordering.Order", "domain/ordering.toml:5:12"),
        ("command ordering.Order.CloseOrder", "domain/ordering.toml:14:1"),
        ("event ordering.OrderClosed --to open", "domain/ordering.toml:17:1"),
        ("view ordering.OrderList --of Order", "domain/ordering.toml:19:7"),
        ("query ordering.OrderList", "domain/ordering.toml:22:8"),
    ] {
        let answer = sandbox.add_ends(2, words);
        assert!(answer.err.contains("already") && answer.err.contains(place), "{}", answer.err);
    }
    // An event that a command emits without a table of its own can be described.
    sandbox.add_ends(0, "event ordering.OrderOpened --public note quantity shelf_id");
    let text = sandbox.read("domain/ordering.toml");
    let table =
        "[event.OrderOpened]\nfields = [\"note\", \"quantity\", \"shelf_id\"]\npublic = true\n";
    assert!(text.contains(table), "{text}");
}

#[test]
fn unknown_contexts_and_aggregates_get_a_suggestion() {
    let sandbox = project(false, str::to_owned);
    for (words, hint) in [
        ("command orderng.Order.X", "did you mean: ordering"),
        ("command ordering.Ordr.X", "did you mean: Order"),
        ("command ordering.X --creates Ordr", "did you mean: Order"),
        ("event ordering.Odrer.X", "did you mean: Order"),
        ("view ordering.X --of Oder", "did you mean: Order"),
        ("query ordering.X --view OrderLst", "did you mean: OrderList"),
        ("policy ordering.X --on OrderOpend --send CloseOrder", "did you mean: OrderOpened"),
        ("saga ordering.X --start stok.Taken --step stock.Take", "did you mean: stock"),
        ("command shipping.X", "minos add context shipping"),
    ] {
        let answer = sandbox.add_ends(2, words);
        assert!(answer.err.contains(hint), "minos add {words}: {}", answer.err);
    }
}

#[test]
fn without_a_terminal_all_that_is_missing_is_named() {
    let sandbox = project(false, str::to_owned);
    for (words, missing, line) in [
        ("command", "NAME, --context CONTEXT", "minos add command NAME --context CONTEXT"),
        ("query ordering.X", "", ""),
        ("policy ordering.X", "--on EVENT, --send MESSAGE", "--on EVENT --send MESSAGE"),
        ("saga ordering.X", "--start EVENT, --step MESSAGE", "--start EVENT --step MESSAGE"),
        ("context", "NAME", "minos add context NAME"),
    ] {
        let answer = sandbox.add(words);
        if missing.is_empty() {
            assert!(answer.err.contains("--view OrderList, because"), "{}", answer.err);
            continue;
        }
        assert_eq!(answer.code, 4, "{}", answer.err);
        let said = format!("needs {missing}, and nobody can be asked here");
        assert!(answer.err.contains(&said) && answer.err.contains(line), "{}", answer.err);
    }
    let answer = sandbox.ends(4, "add command --json");
    let value: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(value["error"]["kind"], "refused");
}

#[test]
fn a_diff_shows_the_domain_and_what_follows() {
    let sandbox = project(false, str::to_owned);
    let before = super::flow::files(&sandbox.path());
    let answer = sandbox.add_ends(0, "command ordering.Order.CancelOrder --diff");
    let file = "--- a/domain/ordering.toml\n+++ b/domain/ordering.toml\n";
    assert!(answer.out.contains(file), "{}", answer.out);
    assert!(answer.out.contains("\n+[command.CancelOrder]\n+on = \"Order\"\n"), "{}", answer.out);
    assert!(answer.out.contains("b/services/ordering/domain/src/order/cancel_order.rs"));
    let last = answer.err.lines().last().unwrap();
    assert!(
        last.ends_with("to do it: minos add command ordering.CancelOrder --on Order"),
        "{last}"
    );
    super::flow::assert_same(&before, &super::flow::files(&sandbox.path()));
    let json = sandbox.ends(0, "add command ordering.Order.CancelOrder --json");
    let value: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&value["command"], &value["applied"]), (&"add".into(), &true.into()));
    let changes = value["changes"].as_array().unwrap();
    assert!(changes.iter().any(|c| c["path"] == "domain/ordering.toml" && c["action"] == "update"));
}

#[test]
fn a_file_of_one_context_is_not_made_one_of_two() {
    let sandbox = Sandbox::with_example("minimal");
    let answer = sandbox.add_ends(4, "context billing");
    assert!(answer.err.contains("about one context only: desk"), "{}", answer.err);
    assert!(answer.err.contains("domain/desk.toml"), "{}", answer.err);
    let inline = "command = { B = { creates = \"A\", emit = \"C\" } }\n";
    let rest = "[project]\ncontext = \"desk\"\n[aggregate.A]\nstate = []\n";
    sandbox.put("minos.toml", &format!("{inline}{rest}"));
    let answer = sandbox.add_ends(4, "command A.D");
    assert!(answer.err.contains("minos.toml:1:1: an inline table"), "{}", answer.err);
    assert!(answer.err.contains("`[command]`"), "{}", answer.err);
}

#[test]
fn a_context_more_leaves_the_crates_of_the_others_alone() {
    let sandbox = project(false, str::to_owned);
    let before = super::flow::files(&sandbox.path());
    let answer = sandbox.add_ends(0, "context billing --doc 'Who owes what.' --kind supporting");
    let text = "[context]\ndoc = \"Who owes what.\"\nkind = \"supporting\"\n";
    assert_eq!(sandbox.read("domain/billing.toml"), text);
    assert!(answer.out.contains("+ services/billing/"), "{}", answer.out);
    let after = super::flow::files(&sandbox.path());
    for name in super::flow::changed(&before, &after) {
        let other = name.starts_with("services/ordering") || name.starts_with("services/stock");
        assert!(!other && !name.starts_with("crates/kit"), "{name} has changed");
    }
}

/// What is added besides, so that every flag that writes a table of its own form is built once.
const MORE: [&str; 10] = [
    "aggregate billing.Account 'points: int(0..) = 0' 'owner: string(1..80) personal' --id 'account_no: string(3..20) by client' --unique 'owner else OwnerHasAccount' --created-by OpenAccount --doc 'Points of a customer.'",
    "command billing.Account.Credit 'points: int(1..100)' --let 'sum = points + cmd.points' --require 'sum <= 1000 else TooMany' --emit 'Credited(points = cmd.points)' --ensure 'after.points >= 0 else Never'",
    "event billing.Credited --apply 'points += ev.points'",
    "view billing.Accounts points:int=0 --of Account --on 'Credited = points += ev.points'",
    "query billing.Rich 'least: int' --view Accounts --where 'points >= params.least' --order=-points",
    "view billing.Story 'line: string' --log Account.* --do 'line = meta.event'",
    "command billing.Account.Close --emit AccountClosed",
    "event billing.AccountClosed --closes --doc 'No more points.'",
    "event stock.Shelf.Emptied 'reason: string(1..80)' --public",
    "policy ordering.Cancel --on stock.Emptied --each 'OrderList where status == open' --send CancelOrder",
];

#[test]
fn the_workspace_of_all_additions_is_the_one_that_is_built() {
    let sandbox = project(false, str::to_owned);
    for words in ADDITIONS.map(|(words, _)| words).into_iter().chain(MORE) {
        sandbox.add_ends(0, words);
    }
    sandbox.ends(0, "sync --check");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains/added");
    let texts = sandbox.domain();
    let wrong =
        texts.iter().filter_map(|(path, text)| super::expect_file(&folder.join(path), text).err());
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let found = walkdir::WalkDir::new(folder).into_iter().flatten();
    assert_eq!(found.filter(|entry| entry.file_type().is_file()).count(), texts.len());
}
