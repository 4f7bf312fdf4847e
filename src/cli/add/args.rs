//! What can be typed behind `minos add`: one command per kind, with a flag per key of its table.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command, FromArgMatches, Subcommand};

use super::kind::{Kind, Writing};
use crate::cli::args::{END, TEMPLATE, Writes};
use crate::cli::completions::{Names, complete};
use crate::shapes::{Form, Key};

/// What was typed.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Add {
    /// What to add.
    pub(in crate::cli) kind: Kind,
    /// `Name`, `Aggregate.Name`, `context.Name` or `context.Aggregate.Name`.
    pub(super) name: Option<String>,
    /// `--context`
    pub(super) context: Option<String>,
    /// The field list.
    pub(super) fields: Vec<String>,
    /// What stands behind the flags, by key.
    pub(super) values: BTreeMap<&'static str, Vec<String>>,
    /// Of a saga: each `--step` with the `--undo` behind it.
    pub(super) steps: Vec<(String, Option<String>)>,
    /// Of an aggregate: the command that makes it.
    pub(super) created_by: Option<String>,
    /// `--dry-run`
    pub(super) dry_run: bool,
    /// `--diff`
    pub(super) diff: bool,
    /// `--allow-dirty`
    pub(super) allow_dirty: bool,
}

impl Subcommand for Add {
    fn augment_subcommands(command: Command) -> Command {
        let command = command.subcommand_required(true).arg_required_else_help(true);
        Kind::ALL.into_iter().fold(command, |command, kind| command.subcommand(command_of(kind)))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Kind::ALL.iter().any(|kind| kind.word() == name)
    }
}

fn command_of(kind: Kind) -> Command {
    let word = kind.word();
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let mut command = Command::new(word)
        .about(format!("Add {article} {word} to the domain"))
        .before_help(format!("Examples:\n{}\n", kind.examples()))
        .after_help(END)
        .help_template(TEMPLATE)
        .arg(name_arg(kind));
    if kind != Kind::Context {
        command = command.arg(
            text("context", "CONTEXT")
                .add(complete(Names::Contexts))
                .help("The context, when NAME does not say it"),
        );
    }
    if let Some(key) = kind.fields_key() {
        let about = format!(
            "The field list, `{key}` of its table: `name: type`, or a name alone that is typed by what is there"
        );
        let again = "The same as a flag, once per field";
        command = command
            .arg(many("given-fields", "FIELD").help(about).num_args(1..).action(ArgAction::Append))
            .arg(many("field", "FIELD").long("field").help(again));
    }
    for (key, writing) in kind.flags() {
        command = command.arg(flag(kind, key, writing));
    }
    if kind == Kind::Aggregate {
        let about = "The command that creates it; default: Create and its name";
        command = command.arg(text("created-by", "COMMAND").help(about));
    }
    if kind == Kind::Saga {
        command = command
            .arg(
                many("step", "MESSAGE")
                    .long("step")
                    .add(complete(Names::Commands))
                    .help("A step: the command that it sends; once per step"),
            )
            .arg(
                many("undo", "MESSAGE")
                    .long("undo")
                    .add(complete(Names::Commands))
                    .help("What undoes the step in front of it"),
            );
    }
    Writes::augment_args(command)
}

fn name_arg(kind: Kind) -> Arg {
    let about = match kind {
        Kind::Context => "Its name, in snake_case",
        Kind::Command | Kind::Event => {
            "Its name: `Name`, `context.Name` or `context.Aggregate.Name`"
        }
        _ => "Its name: `Name` or `context.Name`",
    };
    let arg = Arg::new("name").value_name("NAME").help(about);
    if kind == Kind::Context { arg } else { arg.add(complete(Names::Beginnings)) }
}

fn text(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value)
}

fn many(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).value_name(value).action(ArgAction::Append)
}

fn id(key: &str) -> String {
    format!("key-{key}")
}

fn flag(kind: Kind, key: &'static Key, writing: Writing) -> Arg {
    let arg = Arg::new(id(key.name)).long(key.name.replace('_', "-")).help(key.doc);
    let arg = match names_behind(kind, key.name) {
        Some(names) => arg.add(complete(names)),
        None => arg,
    };
    let arg = match kind.aggregate_key() {
        Some(own) if own == key.name => arg.visible_alias("aggregate"),
        _ => arg,
    };
    match (writing, key.form) {
        (Writing::Bool, _) => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_name("BOOL")
            .value_parser(["true", "false"]),
        (Writing::One, Form::Choice(words)) => {
            arg.value_name("WORD").value_parser(PossibleValuesParser::new(words.iter().copied()))
        }
        (Writing::One, form) => arg.value_name(value_name(form)),
        (Writing::Names, form) => arg
            .value_name(value_name(form))
            .action(ArgAction::Append)
            .value_delimiter(',')
            .allow_hyphen_values(matches!(form, Form::Order)),
        (Writing::Many, form) => arg.value_name(value_name(form)).action(ArgAction::Append),
        (Writing::Map, _) => arg.value_name("NAME = TEXT").action(ArgAction::Append),
    }
}

/// What of the domain a flag names.
fn names_behind(kind: Kind, key: &str) -> Option<Names> {
    match (kind, key) {
        (Kind::Command, "on" | "creates") | (Kind::Event, "on") | (Kind::View, "of") => {
            Some(Names::Aggregates)
        }
        (Kind::Policy, "on") | (Kind::Saga, "start") => Some(Names::Events),
        (Kind::Policy, "send") => Some(Names::Commands),
        (Kind::Query, "view") => Some(Names::Views),
        _ => None,
    }
}

/// What stands behind a flag, in one word.
fn value_name(form: Form) -> &'static str {
    match form {
        Form::Name | Form::Names | Form::Upper | Form::Order => "NAME",
        Form::Path | Form::Paths | Form::Patterns => "NAME",
        Form::Id => "ID",
        Form::Expr | Form::Exprs => "EXPR",
        Form::Rules | Form::Uniques => "RULE",
        Form::Statuses => "STATUSES",
        Form::Message | Form::Messages => "MESSAGE",
        Form::Changes => "CHANGE",
        Form::Actions => "ACTION",
        Form::Each => "EACH",
        Form::Timeout => "TIMEOUT",
        _ => "TEXT",
    }
}

impl FromArgMatches for Add {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (word, inner) = matches.subcommand().ok_or_else(missing)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word).ok_or_else(missing)?;
        let one = |name: &str| inner.try_get_one::<String>(name).ok().flatten().cloned();
        let many = |name: &str| -> Vec<String> {
            let found = inner.try_get_many::<String>(name).ok().flatten();
            found.map(|all| all.cloned().collect()).unwrap_or_default()
        };
        let mut fields = many("given-fields");
        fields.extend(many("field"));
        let values = kind.flags().into_iter().map(|(key, _)| (key.name, many(&id(key.name))));
        let writes = Writes::from_arg_matches(inner)?;
        Ok(Self {
            kind,
            name: one("name"),
            context: one("context"),
            fields,
            values: values.filter(|(_, all)| !all.is_empty()).collect(),
            steps: if kind == Kind::Saga { steps(inner)? } else { Vec::new() },
            created_by: one("created-by"),
            dry_run: writes.dry_run,
            diff: writes.diff,
            allow_dirty: writes.allow_dirty,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Each `--step` with the `--undo` that stands behind it and before the next one.
fn steps(matches: &ArgMatches) -> Result<Vec<(String, Option<String>)>, clap::Error> {
    let all = |name: &str| -> Vec<(usize, String)> {
        let at = matches.indices_of(name).into_iter().flatten();
        let texts = matches.get_many::<String>(name).into_iter().flatten();
        at.zip(texts.cloned()).collect()
    };
    let mut steps: Vec<(usize, String, Option<String>)> =
        all("step").into_iter().map(|(at, text)| (at, text, None)).collect();
    for (at, text) in all("undo") {
        let step = steps.iter_mut().rev().find(|(before, ..)| *before < at);
        match step {
            Some((.., undo @ None)) => *undo = Some(text),
            _ => {
                let words = format!("--undo '{text}' belongs to the --step in front of it\n");
                return Err(clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, words));
            }
        }
    }
    Ok(steps.into_iter().map(|(_, text, undo)| (text, undo)).collect())
}
