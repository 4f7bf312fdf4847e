//! What is to be added, as far as it is known.

use std::collections::BTreeMap;

use super::args::Add;
use super::kind::{Kind, Writing};
use crate::cli::exit::{Exit, Failure};
use crate::names;

/// The addition.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) kind: Kind,
    pub(super) context: Option<String>,
    pub(super) name: Option<String>,
    pub(super) fields: Vec<String>,
    pub(super) values: BTreeMap<&'static str, Vec<String>>,
    pub(super) steps: Vec<(String, Option<String>)>,
    pub(super) created_by: Option<String>,
}

impl Wish {
    /// From the arguments; what a name with dots says is taken apart.
    pub(super) fn new(args: &Add) -> Result<Self, Failure> {
        let mut wish = Self {
            kind: args.kind,
            context: args.context.clone(),
            name: None,
            fields: args.fields.iter().map(|field| spaced(field)).collect(),
            values: args.values.clone(),
            steps: args.steps.clone(),
            created_by: args.created_by.clone(),
        };
        if let Some(name) = &args.name {
            wish.take_name(name)?;
        }
        Ok(wish)
    }

    /// Read `[context.][Aggregate.]Name`.
    pub(super) fn take_name(&mut self, whole: &str) -> Result<(), Failure> {
        let mut parts: Vec<&str> = whole.split('.').collect();
        let name = parts.pop().unwrap_or_default();
        let is_lower = |part: &&str| part.starts_with(|c: char| c.is_ascii_lowercase());
        if self.kind != Kind::Context && parts.first().is_some_and(is_lower) {
            let context = parts.remove(0);
            self.agree("context", self.context.clone(), context)?;
            self.context = Some(context.to_owned());
        }
        if let (Some(key), Some(aggregate)) = (self.kind.aggregate_key(), parts.first()) {
            let key = if self.values.contains_key("creates") { "creates" } else { key };
            let said = self.values.get(key).and_then(|all| all.first().cloned());
            self.agree(key, said, aggregate)?;
            self.values.insert(key, vec![(*aggregate).to_owned()]);
            parts.remove(0);
        }
        if !parts.is_empty() {
            let word = self.kind.word();
            return Err(Failure::new(Exit::Usage, format!("{whole:?} is no name for {word}"))
                .hint(format!("write it like this: {}", self.kind.examples().trim())));
        }
        if let Some((flaw, help)) = names::flaw(self.kind.spelling(), name) {
            let text = format!("{} name {name:?} {flaw}", self.kind.word());
            return Err(Failure::new(Exit::Usage, text).hint(help));
        }
        self.name = Some(name.to_owned());
        Ok(())
    }

    fn agree(&self, flag: &str, said: Option<String>, new: &str) -> Result<(), Failure> {
        match said {
            Some(said) if said != new => {
                let text = format!("the name says {new}, --{flag} says {said}");
                Err(Failure::new(Exit::Usage, text).hint("say it once"))
            }
            _ => Ok(()),
        }
    }

    /// The first value of a key.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).and_then(|all| all.first()).map(String::as_str)
    }

    /// The aggregate that a command or event is of.
    pub(super) fn aggregate(&self) -> Option<&str> {
        self.value("creates").or_else(|| self.value("on"))
    }

    /// The name, once it is known.
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("NAME")
    }

    /// The whole command line that says this.
    pub(super) fn line(&self) -> String {
        let name = match (&self.context, self.kind) {
            (Some(context), kind) if kind != Kind::Context => format!("{context}.{}", self.name()),
            _ => self.name().to_owned(),
        };
        let mut words = vec!["minos".to_owned(), "add".to_owned(), self.kind.word().to_owned()];
        words.push(name);
        words.extend(self.fields.iter().map(|field| quoted(field)));
        for (key, writing) in self.kind.flags() {
            for value in self.values.get(key.name).into_iter().flatten() {
                let flag = key.name.replace('_', "-");
                words.push(match (writing, value.as_str()) {
                    (Writing::Bool, "true") => format!("--{flag}"),
                    (Writing::Bool, value) => format!("--{flag}={value}"),
                    (_, value) if value.starts_with('-') => format!("--{flag}={}", quoted(value)),
                    (_, value) => format!("--{flag} {}", quoted(value)),
                });
            }
        }
        for (step, undo) in &self.steps {
            words.push(format!("--step {}", quoted(step)));
            words.extend(undo.iter().map(|undo| format!("--undo {}", quoted(undo))));
        }
        words.extend(self.created_by.iter().map(|name| format!("--created-by {}", quoted(name))));
        words.join(" ")
    }
}

/// A field as people write it, `name: type`.
pub(super) fn spaced(field: &str) -> String {
    match field.split_once(':') {
        Some((name, typed)) => format!("{}: {}", name.trim(), typed.trim()),
        None => field.trim().to_owned(),
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mild = |c: char| !"\"$`\\!".contains(c);
    if word.contains('\'') && word.chars().all(mild) {
        return format!("\"{word}\"");
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
