//! What an item needs to be valid and nobody said: a value that compiles, and a note about it.

use super::columns;
use super::fill::Talk;
use super::kind::Kind;
use super::known::Known;
use super::wish::Wish;
use crate::cli::exit::{Exit, Failure};
use crate::names;

/// The state of an aggregate of which nothing is known.
const FIRST_FIELD: &str = "name: string(1..80)";

/// Fill what has a default.
pub(super) fn fill(wish: &mut Wish, known: &Known<'_>, talk: &mut Talk<'_>) -> Result<(), Failure> {
    let context = wish.context.clone().unwrap_or_default();
    match wish.kind {
        Kind::Context | Kind::Policy => Ok(()),
        Kind::Aggregate => {
            aggregate(wish, talk);
            Ok(())
        }
        Kind::Command => {
            command(wish, known, talk, &context);
            Ok(())
        }
        Kind::Event => {
            event(wish, known, talk, &context);
            Ok(())
        }
        Kind::View => view(wish, known, talk, &context),
        Kind::Query => {
            if let Some(view) = wish.value("view").filter(|view| *view == wish.name()) {
                talk.notes.push(format!("it asks the view {view}; another: --view VIEW"));
            }
            Ok(())
        }
        Kind::Saga => {
            saga(wish, known, talk, &context);
            Ok(())
        }
    }
}

fn aggregate(wish: &mut Wish, talk: &mut Talk<'_>) {
    if wish.fields.is_empty() {
        wish.fields.push(FIRST_FIELD.to_owned());
        talk.notes.push(format!("its state is `{FIRST_FIELD}`; others: --field 'NAME: TYPE'"));
    }
    let command = match &wish.created_by {
        Some(command) => command.clone(),
        None => {
            let command = format!("Create{}", wish.name());
            let text = format!(
                "it is made by the new command {command}; another name: --created-by COMMAND"
            );
            talk.notes.push(text);
            command
        }
    };
    wish.created_by = Some(command);
}

fn command(wish: &mut Wish, known: &Known<'_>, talk: &mut Talk<'_>, context: &str) {
    if let (Some(of), true) = (wish.value("creates"), wish.fields.is_empty()) {
        let needed = columns::required(known, context, of);
        if !needed.is_empty() {
            let text = format!(
                "its fields are what {of} needs: {}; others: --field FIELD",
                needed.join(", ")
            );
            talk.notes.push(text);
            wish.fields = needed;
        }
    }
    if wish.value("emit").is_none() {
        let event = names::event_of(wish.name());
        talk.notes.push(format!("it emits {event}; another event: --emit EVENT"));
        wish.values.insert("emit", vec![event]);
    }
}

fn event(wish: &Wish, known: &Known<'_>, talk: &mut Talk<'_>, context: &str) {
    let emitted = known.meant(context).is_some_and(|c| c.events.contains_key(wish.name()));
    if wish.fields.is_empty() && emitted {
        talk.notes.push("its fields are those of the command that emits it".to_owned());
    }
}

fn view(
    wish: &mut Wish,
    known: &Known<'_>,
    talk: &mut Talk<'_>,
    context: &str,
) -> Result<(), Failure> {
    if !wish.fields.is_empty() {
        return Ok(());
    }
    let of = wish.value("of").unwrap_or_default();
    let (owner, aggregate) = of.split_once('.').unwrap_or((context, of));
    let columns = match owner == context {
        true => columns::of_aggregate(known, owner, aggregate),
        false => Vec::new(),
    };
    if columns.is_empty() {
        let text = format!("view {} needs columns", wish.name());
        return Err(
            Failure::new(Exit::Usage, text).hint(format!("say them: {} 'NAME: TYPE'", wish.line()))
        );
    }
    talk.notes.push(format!("its columns are {}; others: --field COLUMN", columns.join(", ")));
    wish.fields = columns;
    Ok(())
}

fn saga(wish: &mut Wish, known: &Known<'_>, talk: &mut Talk<'_>, context: &str) {
    if !wish.fields.is_empty() {
        return;
    }
    let start = wish.value("start").unwrap_or_default().to_owned();
    wish.fields = columns::of_start(known, context, &start);
    let text = format!(
        "its state is what {start} brings: {}; another: --field FIELD",
        wish.fields.join(", ")
    );
    talk.notes.push(text);
}
