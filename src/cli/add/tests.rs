//! Questions and answers, without a terminal.

use std::collections::VecDeque;

use camino::Utf8PathBuf;
use clap::{FromArgMatches as _, Subcommand as _};

use super::args::Add;
use super::fill::{self, Talk};
use super::known::Known;
use super::wish::Wish;
use super::{defaults, write};
use crate::cli::exit::{Exit, Failure};
use crate::cli::prompt::Asker;
use crate::cli::spine::{self, Domain};

/// Answers in order; what is left at the end was not asked.
struct Script {
    answers: VecDeque<&'static str>,
    asked: Vec<String>,
}

impl Asker for Script {
    fn can_ask(&self) -> bool {
        true
    }

    fn ask(
        &mut self,
        question: &str,
        _: Option<&str>,
        choices: &[String],
    ) -> Result<String, Failure> {
        self.asked.push(question.to_owned());
        let answer = self.answers.pop_front().expect("the script has an answer");
        let known = choices.is_empty() || choices.iter().any(|choice| choice == answer);
        assert!(known, "{question}: {answer} is none of {choices:?}");
        Ok(answer.to_owned())
    }
}

const STOCK: &str = r#"
[aggregate.Shelf]
state.left = "int(0..) = 100"
[command]
OpenShelf = { creates = "Shelf", emit = "ShelfOpened" }
Take = { on = "Shelf", public = true, emit = "Taken" }
PutBack = { on = "Shelf", public = true, emit = "PutBackDone" }
[public.TakenAway]
on = "Taken"
fields = ["left"]
"#;

const ORDERING: &str = r#"
[aggregate.Order]
state = ["note: string(0..80)", "shelf_id: stock.ShelfId"]
[aggregate.Customer]
state = ["name: string(1..80) personal", "city: string(1..80)"]
[command]
OpenOrder = { creates = "Order", fields = ["note", "shelf_id"], emit = "OrderOpened" }
JoinUs = { creates = "Customer", fields = ["name", "city"], emit = "CustomerJoined" }
[view.OrderList]
of = "Order"
columns = ["note"]
"#;

fn domain() -> Domain {
    let file = |path: &str, text: &str| (Utf8PathBuf::from(path), text.as_bytes().to_vec());
    Domain {
        files: vec![
            file("domain/ordering.toml", ORDERING),
            file("domain/stock.toml", STOCK),
            file("minos.toml", "[project]\nname = \"shop\"\n"),
        ],
        folder: "shop".to_owned(),
    }
}

fn parsed(words: &[&str]) -> Add {
    let command = Add::augment_subcommands(clap::Command::new("add"));
    let matches = command.try_get_matches_from([&["add"], words].concat()).expect("it parses");
    Add::from_arg_matches(&matches).expect("it is read")
}

/// The questions, the equivalent command, and the text that was added.
fn talk(words: &[&str], answers: &[&'static str]) -> (Vec<String>, String, String) {
    let domain = domain();
    let checked = spine::check(&domain);
    assert!(!spine::has_errors(&checked.found), "{:?}", checked.found);
    let known = Known::new(&checked);
    let mut wish = Wish::new(&parsed(words)).expect("a wish");
    let mut script = Script { answers: answers.iter().copied().collect(), asked: Vec::new() };
    let mut talk = Talk::new(&mut script);
    fill::fill(&mut wish, &known, &mut talk).expect("filled");
    let line = wish.line();
    defaults::fill(&mut wish, &known, &mut talk).expect("defaults");
    let added = write::write(&domain, &known, &wish).expect("written");
    assert!(script.answers.is_empty(), "not asked for: {:?}", script.answers);
    let after = spine::check(&added.domain);
    assert!(!spine::has_errors(&after.found), "{:?}", after.found);
    let change = added.changes.first().expect("one file changes");
    let new: Vec<&str> = change.new.as_deref().unwrap_or_default().lines().collect();
    let old: Vec<&str> = change.old.lines().collect();
    let mut more = new.iter().filter(|line| !old.contains(line)).copied().collect::<Vec<_>>();
    more.push("");
    (script.asked, line, more.join("\n"))
}

#[test]
fn what_is_missing_is_asked_and_said_again_without_questions() {
    let (asked, line, text) =
        talk(&["command"], &["Forget", "ordering", "Customer", "on", "why: string(1..80)", ""]);
    assert_eq!(asked.len(), 6, "{asked:?}");
    assert_eq!(line, "minos add command ordering.Forget 'why: string(1..80)' --on Customer");
    assert_eq!(
        text,
        "[command.Forget]\non = \"Customer\"\nfields = [\"why: string(1..80)\"]\nemit = \"Forgotten\"\n"
    );
    let (_, line, text) = talk(&["command", "ordering.Customer.Hire"], &[]);
    assert_eq!(line, "minos add command ordering.Hire --on Customer");
    assert_eq!(text, "[command.Hire]\non = \"Customer\"\nemit = \"Hired\"\n");
}

#[test]
fn the_line_without_questions_asks_nothing_and_gives_the_same() {
    let asked: [(&[&str], &[&'static str]); 7] = [
        (&["aggregate"], &["ordering.Invoice", "sum: decimal(2, 0..)", "paid: bool = false", ""]),
        (&["command"], &["Split", "ordering", "Order", "on", "note", ""]),
        (&["event"], &["OrderLost", "ordering", "Order", "why: string(0..80)", ""]),
        (&["view"], &["Customers", "ordering", "Customer", ""]),
        (&["query"], &["Notes", "ordering", "note", ""]),
        (&["policy"], &["Restock", "ordering", "OrderOpened", "stock.Take"]),
        (&["saga"], &["Fulfil", "ordering", "OrderOpened", "stock.Take", "stock.PutBack", ""]),
    ];
    for (words, answers) in asked {
        let (asked, line, text) = talk(words, answers);
        assert!(!asked.is_empty());
        let words = words_of(&line);
        let words: Vec<&str> = words.iter().skip(2).map(String::as_str).collect();
        let (asked, again, same) = talk(&words, &[]);
        assert_eq!((asked, again, same), (vec![], line.clone(), text), "{line}");
    }
}

#[test]
fn what_a_context_publishes_is_followed_like_an_event() {
    let send = ["--send", "stock.PutBack"];
    let words = ["policy", "ordering.Refill", "--on", "stock.TakenAway"];
    let (_, _, text) = talk(&[&words[..], &send[..]].concat(), &[]);
    assert_eq!(text, "[policy.Refill]\non = \"stock.TakenAway\"\nsend = \"stock.PutBack\"\n");
    let (_, _, text) = talk(
        &["saga", "ordering.Fill", "--start", "stock.TakenAway", "--step", "stock.PutBack"],
        &[],
    );
    assert!(text.contains("state = [\"shelf_id: stock.ShelfId\", \"left: int\"]"), "{text}");
}

#[test]
fn the_aggregate_says_the_context_when_only_one_has_it() {
    let (asked, line, _) = talk(&["command", "Customer.Hire"], &[]);
    assert_eq!((asked.len(), line.as_str()), (0, "minos add command ordering.Hire --on Customer"));
    let (_, line, _) = talk(&["event", "Shelf.ShelfLost"], &[]);
    assert_eq!(line, "minos add event stock.ShelfLost --on Shelf");
}

/// As a shell takes a line apart, as far as the lines of minos go.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => (quote, any) = (Some(c), true),
            (c, Some(q)) if c == q => quote = None,
            (' ', None) => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (c, _) => word.push(c),
        }
    }
    words.push(word);
    words
}

#[test]
fn personal_fields_are_no_columns_by_default() {
    let (_, _, text) = talk(&["view", "ordering.Customer.People"], &[]);
    assert_eq!(text, "[view.People]\nof = \"Customer\"\ncolumns = [\"city\"]\n");
}

#[test]
fn a_saga_keeps_what_its_start_brings_and_steps_have_their_undo() {
    let words = ["saga", "ordering.Fulfil", "--start", "OrderOpened"];
    let steps = ["--step", "stock.Take", "--undo", "stock.PutBack", "--step", "stock.Take"];
    let (_, line, text) = talk(&[&words[..], &steps[..]].concat(), &[]);
    assert!(line.ends_with("--step stock.Take --undo stock.PutBack --step stock.Take"), "{line}");
    assert_eq!(
        text,
        "[saga.Fulfil]\nstart = \"OrderOpened\"\nstate = [\"order_id: OrderId\", \"note: string\", \
         \"shelf_id: stock.ShelfId\"]\n[[saga.Fulfil.step]]\nname = \"take\"\nsend = \"stock.Take\"\n\
         undo = \"stock.PutBack\"\n[[saga.Fulfil.step]]\nname = \"take_2\"\nsend = \"stock.Take\"\n"
    );
}

#[test]
fn names_are_read_with_context_and_aggregate() {
    for (words, message) in [
        (["command", "a.B.c.D"].as_slice(), "is no name for command"),
        (&["command", "ordering.place_order"], "is not in PascalCase"),
        (&["command", "ordering.Order.X", "--on", "Customer"], "--on says Customer"),
        (&["view", "stock.Shelves", "--context", "ordering"], "--context says ordering"),
        (&["context", "Billing"], "is not in snake_case"),
        (&["context", "a.b"], "is no name for context"),
    ] {
        let failure = Wish::new(&parsed(words)).expect_err("no good name");
        assert!(failure.message.contains(message), "{words:?}: {}", failure.message);
        assert_eq!(failure.exit, Exit::Usage);
        assert!(!failure.hints.is_empty());
    }
}
