//! What the domain has already.

use super::kind::Kind;
use super::wish::Wish;
use crate::cli::exit::{Exit, Failure};
use crate::cli::spine::Checked;
use crate::diagnostics::nearest;
use crate::model::{Context as Meant, Model};
use crate::source::Span;
use crate::syntax::tree::{Context, Head};

/// The domain before the addition; it has no errors.
pub(super) struct Known<'a> {
    pub(super) checked: &'a Checked,
}

impl<'a> Known<'a> {
    pub(super) fn new(checked: &'a Checked) -> Self {
        Self { checked }
    }

    /// The names of all contexts.
    pub(super) fn contexts(&self) -> Vec<String> {
        self.checked.tree.contexts.iter().map(|c| c.head.name.text.clone()).collect()
    }

    pub(super) fn context(&self, name: &str) -> Option<&'a Context> {
        self.checked.tree.contexts.iter().find(|c| c.head.name.text == name)
    }

    /// What the text means.
    pub(super) fn model(&self) -> Option<&'a Model> {
        self.checked.model.as_ref()
    }

    pub(super) fn meant(&self, context: &str) -> Option<&'a Meant> {
        self.model()?.contexts.get(context)
    }

    /// The names of this kind that a context declares, in the order of the text.
    pub(super) fn names(&self, kind: Kind, context: &str) -> Vec<String> {
        let Some(context) = self.context(context) else { return Vec::new() };
        heads(kind, context).iter().map(|head| head.name.text.clone()).collect()
    }

    /// The names of all events of a context, implied ones as well.
    pub(super) fn events(&self, context: &str) -> Vec<String> {
        self.meant(context).map(|c| c.events.keys().cloned().collect()).unwrap_or_default()
    }

    /// What others can react to in a context: its events, and what it publishes instead of them.
    pub(super) fn told(&self, context: &str) -> Vec<String> {
        let mut all = self.events(context);
        let published = self.meant(context).map(|it| it.publications.keys().cloned());
        all.extend(published.into_iter().flatten());
        all
    }

    /// The contexts that have an aggregate of this name.
    pub(super) fn owners(&self, aggregate: &str) -> Vec<String> {
        let mut all = self.contexts();
        all.retain(|context| self.names(Kind::Aggregate, context).iter().any(|x| x == aggregate));
        all
    }

    /// Fails when there is one of that name, or its context is not there.
    pub(super) fn is_free(&self, wish: &Wish) -> Result<(), Failure> {
        let name = wish.name();
        if wish.kind == Kind::Context {
            return match self.context(name) {
                Some(found) => {
                    Err(self.twice(&format!("there is a context {name}"), found.head.name.span))
                }
                None => Ok(()),
            };
        }
        let Some(context) = wish.context.as_deref() else { return Ok(()) };
        let Some(found) = self.context(context) else { return Err(self.no_context(context)) };
        let word = wish.kind.word();
        let heads = heads(wish.kind, found);
        match heads.iter().find(|head| head.name.text == name) {
            Some(head) => {
                Err(self.twice(&format!("context {context} has the {word} {name}"), head.name.span))
            }
            None => Ok(()),
        }
    }

    fn twice(&self, what: &str, span: Span) -> Failure {
        let failure = Failure::new(Exit::Usage, format!("{what} already"));
        match self.checked.sources.get(span.file) {
            Some(file) => {
                let (line, column) = file.place(span.start as usize);
                failure.hint(format!("it is here: {}:{line}:{column}", file.path()))
            }
            None => failure,
        }
    }

    /// There is no such context.
    pub(super) fn no_context(&self, name: &str) -> Failure {
        let all = self.contexts();
        let failure = Failure::new(Exit::Usage, format!("there is no context {name}"));
        match nearest(name, all.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean: {near}")),
            None if all.is_empty() => failure.hint(format!("make it: minos add context {name}")),
            None => failure
                .hint(format!("there are: {}", all.join(", ")))
                .hint(format!("or make it: minos add context {name}")),
        }
    }

    /// There is no such thing of this kind in the context.
    pub(super) fn unknown(&self, kind: Kind, context: &str, name: &str) -> Failure {
        let all = match kind {
            Kind::Event => self.told(context),
            kind => self.names(kind, context),
        };
        let word = kind.word();
        let failure = Failure::new(Exit::Usage, format!("context {context} has no {word} {name}"));
        match nearest(name, all.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean: {near}")),
            None if all.is_empty() => {
                failure.hint(format!("make it first: minos add {word} {context}.{name}"))
            }
            None => failure.hint(format!("there are: {}", all.join(", "))),
        }
    }
}

fn heads(kind: Kind, context: &Context) -> Vec<&Head> {
    match kind {
        Kind::Context => vec![&context.head],
        Kind::Aggregate => context.aggregates.iter().map(|x| &x.head).collect(),
        Kind::Command => context.commands.iter().map(|x| &x.head).collect(),
        Kind::Event => context.events.iter().map(|x| &x.head).collect(),
        Kind::View => context.views.iter().map(|x| &x.head).collect(),
        Kind::Query => context.queries.iter().map(|x| &x.head).collect(),
        Kind::Policy => context.policies.iter().map(|x| &x.head).collect(),
        Kind::Saga => context.sagas.iter().map(|x| &x.head).collect(),
    }
}
