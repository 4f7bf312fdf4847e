//! What can be added.

use crate::names;
use crate::shapes::{self, Form, Key, Shape, Stage};

/// The kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Kind {
    Context,
    Aggregate,
    Command,
    Event,
    View,
    Query,
    Policy,
    Saga,
}

/// How the values of a flag are written into a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// One text.
    One,
    /// One text or several.
    Many,
    /// Names with commas between them: one or several.
    Names,
    /// `true` or `false`.
    Bool,
    /// `NAME = TEXT`, several times: `let.NAME = "TEXT"`.
    Map,
}

impl Kind {
    /// All of them, in the order of help.
    pub(super) const ALL: [Self; 8] = [
        Self::Context,
        Self::Aggregate,
        Self::Command,
        Self::Event,
        Self::View,
        Self::Query,
        Self::Policy,
        Self::Saga,
    ];

    /// As it is typed, and as the table is called.
    pub(in crate::cli) fn word(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Aggregate => "aggregate",
            Self::Command => "command",
            Self::Event => "event",
            Self::View => "view",
            Self::Query => "query",
            Self::Policy => "policy",
            Self::Saga => "saga",
        }
    }

    /// What its table may hold.
    pub(super) fn shape(self) -> &'static Shape {
        match self {
            Self::Context => &shapes::CONTEXT,
            Self::Aggregate => &shapes::AGGREGATE,
            Self::Command => &shapes::COMMAND,
            Self::Event => &shapes::EVENT,
            Self::View => &shapes::VIEW,
            Self::Query => &shapes::QUERY,
            Self::Policy => &shapes::POLICY,
            Self::Saga => &shapes::SAGA,
        }
    }

    /// The key of its field list, which `--field` fills.
    pub(super) fn fields_key(self) -> Option<&'static str> {
        match self {
            Self::Aggregate | Self::Saga => Some("state"),
            Self::Command | Self::Event => Some("fields"),
            Self::View => Some("columns"),
            Self::Query => Some("params"),
            Self::Context | Self::Policy => None,
        }
    }

    /// The key that names its aggregate.
    pub(super) fn aggregate_key(self) -> Option<&'static str> {
        match self {
            Self::Command | Self::Event => Some("on"),
            Self::View => Some("of"),
            _ => None,
        }
    }

    /// How its name must be spelt.
    pub(super) fn spelling(self) -> names::Kind {
        match self {
            Self::Context => names::Kind::Context,
            Self::Aggregate => names::Kind::Aggregate,
            Self::Command => names::Kind::Command,
            Self::Event => names::Kind::Thing,
            Self::View | Self::Query | Self::Policy | Self::Saga => names::Kind::Reader,
        }
    }

    /// What help says first.
    pub(super) fn examples(self) -> &'static str {
        match self {
            Self::Context => "  minos add context billing --doc 'Who owes what.'",
            Self::Aggregate => {
                "  minos add aggregate ordering.Order 'note: string(0..200)' 'total: decimal(2, 0..)'"
            }
            Self::Command => {
                "  minos add command ordering.Order.CancelOrder 'reason: string(1..200)'\n  \
                 minos add command ordering.OpenOrder --creates Order --emit OrderOpened"
            }
            Self::Event => {
                "  minos add event ordering.Order.OrderCancelled 'reason: string(1..200)' --public"
            }
            Self::View => "  minos add view ordering.OrderList --of Order note total",
            Self::Query => "  minos add query ordering.Orders --view OrderList --order=-total",
            Self::Policy => {
                "  minos add policy ordering.ThankCustomer --on OrderPlaced --send SendThanks"
            }
            Self::Saga => {
                "  minos add saga ordering.Fulfil --start OrderPlaced --step stock.Reserve --undo \
                 stock.Release"
            }
        }
    }

    /// The keys that have a flag of their own, each with how its values are written.
    pub(super) fn flags(self) -> Vec<(&'static Key, Writing)> {
        let mut all: Vec<(&'static Key, Writing)> = Vec::new();
        for key in self.shape().keys() {
            let known = all.iter().any(|(other, _)| other.name == key.name);
            let own = Some(key.name) == self.fields_key() || key.name == "was";
            if known || own || key.reserved || key.stage != Stage::One {
                continue;
            }
            if let Some(writing) = writing(key.form) {
                all.push((key, writing));
            }
        }
        all
    }
}

/// `None`: tables within tables are written by hand.
fn writing(form: Form) -> Option<Writing> {
    match form {
        Form::Bool => Some(Writing::Bool),
        Form::Names | Form::Upper | Form::Paths | Form::Patterns | Form::Order => {
            Some(Writing::Names)
        }
        Form::Exprs
        | Form::Rules
        | Form::Uniques
        | Form::Messages
        | Form::Changes
        | Form::Actions => Some(Writing::Many),
        Form::ExprMap | Form::Reactions(_) => Some(Writing::Map),
        // `on.completed` and `on.compensated` of a saga.
        Form::Table(shape) if shape.header.ends_with(".on]") => Some(Writing::Map),
        Form::Text
        | Form::Duration
        | Form::Time
        | Form::Choice(_)
        | Form::Name
        | Form::Path
        | Form::Type
        | Form::Id
        | Form::Expr
        | Form::Statuses
        | Form::Message
        | Form::Each
        | Form::Timeout
        | Form::Trigger => Some(Writing::One),
        _ => None,
    }
}
