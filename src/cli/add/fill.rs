//! What must be said: asked where somebody can be asked, else all that is missing is named at once.

use super::kind::Kind;
use super::known::Known;
use super::wish::{Wish, spaced};
use crate::cli::exit::{Exit, Failure};
use crate::cli::prompt::Asker;

/// The talk with the user, and what came out of it besides values.
pub(super) struct Talk<'a> {
    asker: &'a mut dyn Asker,
    /// Whether somebody was asked.
    pub(super) asked: bool,
    /// What was filled in without asking, and why.
    pub(super) notes: Vec<String>,
    /// Flags without a value.
    missing: Vec<String>,
}

/// Something that must be said.
struct Need<'n> {
    /// How it is said on the command line: `--on AGGREGATE`.
    flag: &'n str,
    /// How it is asked.
    question: &'n str,
    default: Option<&'n str>,
    /// What can be answered; empty: anything.
    choices: &'n [String],
}

impl<'a> Talk<'a> {
    pub(super) fn new(asker: &'a mut dyn Asker) -> Self {
        Self { asker, asked: false, notes: Vec::new(), missing: Vec::new() }
    }

    /// The answer; `None` when nobody can be asked, which is remembered.
    fn need(&mut self, need: &Need<'_>) -> Result<Option<String>, Failure> {
        if !self.asker.can_ask() {
            self.missing.push(need.flag.to_owned());
            return Ok(None);
        }
        self.asked = true;
        self.asker.ask(need.question, need.default, need.choices).map(Some)
    }

    /// The only choice, or the answer.
    fn choice(&mut self, need: &Need<'_>) -> Result<Option<String>, Failure> {
        match need.choices {
            [only] => {
                let (flag, _) = need.flag.split_once(' ').unwrap_or((need.flag, ""));
                self.notes.push(format!("{flag} {only}, because there is no other"));
                Ok(Some(only.clone()))
            }
            _ => self.need(need),
        }
    }

    /// Any number of texts, an empty answer ends.
    fn list(&mut self, question: &str) -> Result<Vec<String>, Failure> {
        let mut all = Vec::new();
        if !self.asker.can_ask() {
            return Ok(all);
        }
        self.asked = true;
        loop {
            let text = self.asker.ask(question, Some(""), &[])?;
            if text.trim().is_empty() {
                return Ok(all);
            }
            all.push(text);
        }
    }
}

/// Fill what must be there.
pub(super) fn fill(wish: &mut Wish, known: &Known<'_>, talk: &mut Talk<'_>) -> Result<(), Failure> {
    name(wish, talk)?;
    let Some(context) = context(wish, known, talk)? else { return complete(wish, talk) };
    match wish.kind {
        Kind::Context => {}
        Kind::Aggregate => fields(wish, talk, "a field of its state, `name: type`; empty to end")?,
        Kind::Command => command(wish, known, talk, &context)?,
        Kind::Event => event(wish, known, talk, &context)?,
        Kind::View => view(wish, known, talk, &context)?,
        Kind::Query => query(wish, known, talk, &context)?,
        Kind::Policy => {
            one_of_events(
                wish,
                known,
                talk,
                ("on", "--on EVENT", "whenever which event happened?"),
                &context,
            )?;
            message(wish, talk, ("send", "--send MESSAGE", "send which command?"))?;
        }
        Kind::Saga => {
            one_of_events(
                wish,
                known,
                talk,
                ("start", "--start EVENT", "which event starts it?"),
                &context,
            )?;
            steps(wish, talk)?;
        }
    }
    complete(wish, talk)
}

/// All that is missing, in one refusal with the command to type.
fn complete(wish: &Wish, talk: &Talk<'_>) -> Result<(), Failure> {
    if talk.missing.is_empty() {
        return Ok(());
    }
    let word = wish.kind.word();
    let missing = talk.missing.join(", ");
    let mut line = wish.line();
    for flag in talk.missing.iter().filter(|flag| flag.starts_with('-')) {
        line.push_str(&format!(" {flag}"));
    }
    let text = format!("minos add {word} needs {missing}, and nobody can be asked here");
    Err(Failure::new(Exit::Refused, text).hint(format!("say it: {line}")))
}

fn name(wish: &mut Wish, talk: &mut Talk<'_>) -> Result<(), Failure> {
    if wish.name.is_some() {
        return Ok(());
    }
    let question = format!("name of the {}?", wish.kind.word());
    let need = Need { flag: "NAME", question: &question, default: None, choices: &[] };
    match talk.need(&need)? {
        Some(name) => wish.take_name(&name),
        None => Ok(()),
    }
}

/// The context that it belongs to; itself for a context. `None`: not known.
fn context(
    wish: &mut Wish,
    known: &Known<'_>,
    talk: &mut Talk<'_>,
) -> Result<Option<String>, Failure> {
    if wish.kind == Kind::Context {
        return Ok(wish.name.clone());
    }
    let all = known.contexts();
    if wish.context.is_none() {
        let owner = owner(wish, known);
        wish.context = match all.as_slice() {
            [] => {
                return Err(Failure::new(Exit::Usage, "the domain has no context yet")
                    .hint("make one first: minos add context NAME"));
            }
            [only] => Some(only.clone()),
            _ if owner.is_some() => owner,
            _ => talk.need(&Need {
                flag: "--context CONTEXT",
                question: "in which context?",
                default: None,
                choices: &all,
            })?,
        };
    }
    match &wish.context {
        Some(name) if !all.contains(name) => Err(known.no_context(name)),
        name => Ok(name.clone()),
    }
}

/// The context of a command or event whose aggregate only one context has.
fn owner(wish: &Wish, known: &Known<'_>) -> Option<String> {
    let of = wish.aggregate().filter(|_| matches!(wish.kind, Kind::Command | Kind::Event))?;
    match known.owners(of).as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Asks for fields when there are none and somebody can be asked.
fn fields(wish: &mut Wish, talk: &mut Talk<'_>, question: &str) -> Result<(), Failure> {
    if wish.fields.is_empty() {
        wish.fields = talk.list(question)?.iter().map(|field| spaced(field)).collect();
    }
    Ok(())
}

/// Asks for the fields of a command or event where questions are asked anyway: it may have none.
fn fields_of_message(wish: &mut Wish, talk: &mut Talk<'_>) -> Result<(), Failure> {
    if !talk.asked {
        return Ok(());
    }
    fields(wish, talk, "a field, `name: type` or the name of a field of the state; empty to end")
}

fn command(
    wish: &mut Wish,
    known: &Known<'_>,
    talk: &mut Talk<'_>,
    context: &str,
) -> Result<(), Failure> {
    let all = known.names(Kind::Aggregate, context);
    if wish.aggregate().is_none() {
        none_yet(&all, context)?;
        let need = Need {
            flag: "--on AGGREGATE",
            question: "for which aggregate?",
            default: None,
            choices: &all,
        };
        if let Some(name) = talk.choice(&need)? {
            let mut key = "on";
            if talk.asked {
                let choices = ["on".to_owned(), "creates".to_owned()];
                let question = "does it act on one, or does it create one?";
                let need = Need { flag: "--on", question, default: Some("on"), choices: &choices };
                if talk.need(&need)?.as_deref() == Some("creates") {
                    key = "creates";
                }
            }
            wish.values.insert(key, vec![name]);
        }
    }
    is_one_of(wish.aggregate(), &all, known, context)?;
    fields_of_message(wish, talk)
}

fn event(
    wish: &mut Wish,
    known: &Known<'_>,
    talk: &mut Talk<'_>,
    context: &str,
) -> Result<(), Failure> {
    let all = known.names(Kind::Aggregate, context);
    let emitted = known.meant(context).and_then(|meant| meant.events.get(wish.name()));
    match (wish.aggregate(), emitted) {
        (None, None) => {
            none_yet(&all, context)?;
            let need = Need {
                flag: "--on AGGREGATE",
                question: "of which aggregate?",
                default: None,
                choices: &all,
            };
            if let Some(name) = talk.choice(&need)? {
                wish.values.insert("on", vec![name]);
            }
        }
        // Whoever emits it says whose it is.
        (Some(said), Some(event)) if said == event.aggregate => {
            wish.values.remove("on");
        }
        _ => {}
    }
    is_one_of(wish.aggregate(), &all, known, context)?;
    fields_of_message(wish, talk)
}

fn view(
    wish: &mut Wish,
    known: &Known<'_>,
    talk: &mut Talk<'_>,
    context: &str,
) -> Result<(), Failure> {
    if ["of", "key", "log"].iter().all(|key| wish.value(key).is_none()) {
        let all = known.names(Kind::Aggregate, context);
        none_yet(&all, context)?;
        let need = Need {
            flag: "--of AGGREGATE",
            question: "one row per which aggregate?",
            default: None,
            choices: &all,
        };
        if let Some(name) = talk.choice(&need)? {
            wish.values.insert("of", vec![name]);
        }
    }
    if talk.asked {
        fields(wish, talk, "a column; empty to end, none at all for those of the state")?;
    }
    match wish.value("of").filter(|of| !of.contains('.')) {
        Some(of) => is_one_of(Some(of), &known.names(Kind::Aggregate, context), known, context),
        None => Ok(()),
    }
}

fn query(
    wish: &mut Wish,
    known: &Known<'_>,
    talk: &mut Talk<'_>,
    context: &str,
) -> Result<(), Failure> {
    let all = known.names(Kind::View, context);
    if wish.value("view").is_none() {
        let same = all.iter().find(|view| view.as_str() == wish.name());
        let chosen = match same {
            Some(view) => Some(view.clone()),
            None if all.is_empty() => {
                let text = format!("context {context} has no view to ask");
                return Err(Failure::new(Exit::Usage, text)
                    .hint(format!("make one first: minos add view {context}.NAME")));
            }
            None => talk.choice(&Need {
                flag: "--view VIEW",
                question: "of which view?",
                default: None,
                choices: &all,
            })?,
        };
        wish.values.extend(chosen.map(|view| ("view", vec![view])));
    }
    if talk.asked {
        fields(wish, talk, "a parameter, `name: type` or the name of a column; empty to end")?;
    }
    let replicas = known.context(context).map(|c| c.replicas.as_slice()).unwrap_or_default();
    match wish.value("view") {
        Some(view) if !all.iter().any(|x| x == view) => {
            match replicas.iter().any(|replica| replica.head.name.text == view) {
                true => Ok(()),
                false => Err(known.unknown(Kind::View, context, view)),
            }
        }
        _ => Ok(()),
    }
}

/// An event of the context, or a foreign one with its context in front.
fn one_of_events(
    wish: &mut Wish,
    known: &Known<'_>,
    talk: &mut Talk<'_>,
    (key, flag, question): (&'static str, &str, &str),
    context: &str,
) -> Result<(), Failure> {
    if wish.value(key).is_none() {
        let own = known.events(context);
        let question = match own.is_empty() {
            true => question.to_owned(),
            false => format!("{question} ({}, or context.Event)", own.join(", ")),
        };
        let need = Need { flag, question: &question, default: None, choices: &[] };
        if let Some(event) = talk.need(&need)? {
            wish.values.insert(key, vec![event]);
        }
    }
    for event in wish.values.get(key).into_iter().flatten() {
        let (of, name) = event.split_once('.').unwrap_or((context, event));
        if known.context(of).is_none() {
            return Err(known.no_context(of));
        }
        let all = if of == context { known.events(of) } else { known.told(of) };
        if !all.iter().any(|known| known == name) {
            return Err(known.unknown(Kind::Event, of, name));
        }
    }
    Ok(())
}

fn message(
    wish: &mut Wish,
    talk: &mut Talk<'_>,
    (key, flag, question): (&'static str, &str, &str),
) -> Result<(), Failure> {
    if wish.value(key).is_none() {
        let need = Need { flag, question, default: None, choices: &[] };
        if let Some(text) = talk.need(&need)? {
            wish.values.insert(key, vec![text]);
        }
    }
    Ok(())
}

fn steps(wish: &mut Wish, talk: &mut Talk<'_>) -> Result<(), Failure> {
    if !wish.steps.is_empty() {
        return Ok(());
    }
    let need = Need {
        flag: "--step MESSAGE",
        question: "which command is its first step?",
        default: None,
        choices: &[],
    };
    let Some(mut send) = talk.need(&need)? else { return Ok(()) };
    loop {
        let undo = talk.asker.ask("what undoes it? empty for nothing", Some(""), &[])?;
        let undo = Some(undo).filter(|undo| !undo.trim().is_empty());
        wish.steps.push((send, undo));
        send = talk.asker.ask("the next step? empty to end", Some(""), &[])?;
        if send.trim().is_empty() {
            return Ok(());
        }
    }
}

fn none_yet(aggregates: &[String], context: &str) -> Result<(), Failure> {
    if !aggregates.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, format!("context {context} has no aggregate yet"))
        .hint(format!("make one first: minos add aggregate {context}.NAME")))
}

fn is_one_of(
    name: Option<&str>,
    all: &[String],
    known: &Known<'_>,
    context: &str,
) -> Result<(), Failure> {
    match name {
        Some(name) if !all.iter().any(|known| known == name) => {
            Err(known.unknown(Kind::Aggregate, context, name))
        }
        _ => Ok(()),
    }
}
