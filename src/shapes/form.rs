//! What a shape is made of: keys, forms, needs, groups.

/// How a value is written, and so how it is read.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A plain text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A text such as `10min`.
    Duration,
    /// A text such as `2026-01-05T09:00:00Z`.
    Time,
    /// A table from a name of this context to a whole number.
    Ints,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A lower-case name.
    Name,
    /// One lower-case name or several.
    Names,
    /// One upper-case name of this context or several.
    Upper,
    /// Old names, in either case: one or several.
    Was,
    /// A name, perhaps of another context: `stock.Part`.
    Path,
    /// One such name or several.
    Paths,
    /// One event name or several; `Job.*` is all events of an aggregate.
    Patterns,
    /// One column name or several, `-` in front for descending.
    Order,
    /// `@anna`
    Actor,
    /// A type.
    Type,
    /// A field list: an array of `"name: type"`, or a table `name = "type"`.
    Fields,
    /// A table from a name to a field list.
    FieldMap,
    /// The id of an aggregate.
    Id,
    /// An expression.
    Expr,
    /// One expression or several.
    Exprs,
    /// A table from a name to an expression.
    ExprMap,
    /// One rule or several: `COND else OUTCOME`.
    Rules,
    /// Reservations: `plate where !closed else PlateHasOpenJob`.
    Uniques,
    /// Statuses in which a command is accepted.
    Statuses,
    /// A message.
    Message,
    /// One message or several.
    Messages,
    /// One change or several.
    Changes,
    /// What is walked: `JobList where status != done`.
    Each,
    /// Rows of a decision table: `COND => VALUE`.
    Cases,
    /// Members of an enum: `long(months = 24)`.
    Members,
    /// A table from names to parts of a composed answer.
    Parts,
    /// `DURATION then VERDICT`
    Timeout,
    /// Actions of a saga: changes, `send MESSAGE`, a verdict.
    Actions,
    /// A command, an event, `timer NAME` or `schedule NAME`.
    Trigger,
    /// Reactions of a view or replica, by event (upper case) or context (lower case).
    Reactions(&'static Shape),
    /// Reactions of a saga's step, by the name of an event or refusal.
    Replies(&'static Shape),
    /// Anything in a table whose keys are names: of constructs that are only checked for shape.
    Map(&'static Form),
    /// A table with fixed keys.
    Table(&'static Shape),
    /// An array of such tables.
    Tables(&'static Shape),
    /// A table from a name to such a table: `[command.AddPart]`.
    Named(&'static Shape),
    /// A table with any keys: reserved, not described yet.
    Free,
}

/// Whether a key must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It must, unless this key is there.
    Unless(&'static str),
    /// When missing, this holds.
    Default(&'static str),
    /// When missing, there is none.
    Absent,
}

/// From when on a key or table works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Works.
    One,
    /// Its shape is checked, then it is answered with `MN050`.
    Two,
}

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As written in the text.
    pub name: &'static str,
    /// How its value is written.
    pub form: Form,
    /// Whether it must be there.
    pub need: Need,
    /// What it means, in one or two sentences.
    pub doc: &'static str,
    /// A value, as TOML; it lowers without a report beside the examples of the required keys.
    pub example: &'static str,
    /// From when on it works.
    pub stage: Stage,
    /// Kept and shown, not used yet.
    pub reserved: bool,
    /// What to do while it does not work.
    pub instead: &'static str,
}

impl Key {
    /// A key that must be there.
    #[must_use]
    pub const fn required(
        name: &'static str,
        form: Form,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        let (need, stage) = (Need::Required, Stage::One);
        let instead = "remove it or wait for stage 2";
        Self { name, form, need, doc, example, stage, reserved: false, instead }
    }

    /// A key that must be there unless `other` is.
    #[must_use]
    pub const fn unless(
        other: &'static str,
        name: &'static str,
        form: Form,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { need: Need::Unless(other), ..Self::required(name, form, example, doc) }
    }

    /// A key with a default, told in the reference page.
    #[must_use]
    pub const fn default(
        name: &'static str,
        form: Form,
        default: &'static str,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { need: Need::Default(default), ..Self::required(name, form, example, doc) }
    }

    /// A key that may be absent.
    #[must_use]
    pub const fn absent(
        name: &'static str,
        form: Form,
        example: &'static str,
        doc: &'static str,
    ) -> Self {
        Self { need: Need::Absent, ..Self::required(name, form, example, doc) }
    }

    /// A text that is kept and shown, not used yet.
    #[must_use]
    pub const fn reserved(name: &'static str, example: &'static str, doc: &'static str) -> Self {
        Self { reserved: true, ..Self::absent(name, Form::Text, example, doc) }
    }

    /// The same key, from stage 2 on.
    #[must_use]
    pub const fn later(self) -> Self {
        Self { stage: Stage::Two, ..self }
    }

    /// The same key, from stage 2 on, and what to do until then.
    #[must_use]
    pub const fn later_so(self, instead: &'static str) -> Self {
        Self { instead, ..self.later() }
    }
}

/// How the keys of a table depend on each other.
#[derive(Debug, Clone, Copy)]
pub enum Group {
    /// One of these, and only one.
    ExactlyOne(&'static [&'static str]),
    /// At least one of these.
    AtLeastOne(&'static [&'static str]),
    /// With the first, none of the others.
    Excludes(&'static str, &'static [&'static str]),
    /// With the first, the second too.
    Needs(&'static str, &'static str),
}

/// A table of the domain text.
#[derive(Debug)]
pub struct Shape {
    /// What it is called in reports: `command`.
    pub name: &'static str,
    /// Its header as an example: `[command.AddPart]`.
    pub header: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Its keys; several lists because some are shared.
    pub parts: &'static [&'static [Key]],
    /// How the keys depend on each other.
    pub groups: &'static [Group],
    /// A small file of one context that uses it.
    pub example: &'static str,
}

impl Shape {
    /// All keys; of two with one name the first counts.
    pub fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

impl Form {
    /// Whether such a value declares names or says what they are, so that they are missed when it
    /// is broken. Rules, conditions and changes only use names.
    #[must_use]
    pub fn declares(&self) -> bool {
        !matches!(
            self,
            Self::Text
                | Self::Int
                | Self::Ints
                | Self::Duration
                | Self::Time
                | Self::Order
                | Self::Actor
                | Self::Expr
                | Self::Rules
                | Self::Uniques
                | Self::Statuses
                | Self::Changes
                | Self::Cases
                | Self::Parts
                | Self::Timeout
                | Self::Actions
                | Self::Trigger
        )
    }

    /// What is expected, as a noun with its article, for reports and the reference page.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Bool => "`true` or `false`".into(),
            Self::Int => "a whole number".into(),
            Self::Ints => "a table from names to whole numbers".into(),
            Self::Duration => "a duration such as \"10s\"".into(),
            Self::Time => "a time such as \"2026-01-05T09:00:00Z\"".into(),
            Self::Choice(words) => choice(words),
            Self::Name => "a name".into(),
            Self::Names | Self::Upper | Self::Was => "one name or several".into(),
            Self::Path => "a name, `context.Name` for another context's".into(),
            Self::Paths => "one name or several, `context.Name` for another context's".into(),
            Self::Patterns => "one event name or several, `Aggregate.*` for all of one".into(),
            Self::Order => "one column name or several, `-` in front for descending".into(),
            Self::Actor => "an actor such as \"@anna\"".into(),
            Self::Type => "a type".into(),
            Self::Fields => "a field list".into(),
            Self::FieldMap => "a table from names to field lists".into(),
            Self::Id => "an id: \"name: type by server\" or \"… by client\"".into(),
            Self::Expr => "an expression".into(),
            Self::Exprs => "one expression or several".into(),
            Self::ExprMap => "a table from names to expressions".into(),
            Self::Rules => "one rule or several".into(),
            Self::Uniques => "one reservation or several".into(),
            Self::Statuses => "statuses".into(),
            Self::Message => "a message".into(),
            Self::Messages => "one message or several".into(),
            Self::Changes => "one change or several".into(),
            Self::Each => "what is walked: \"View where COND\" or \"x in EXPR\"".into(),
            Self::Cases => "rows \"COND => VALUE\"".into(),
            Self::Members => "one member or several".into(),
            Self::Parts => {
                "a table from names to parts: \"context.Name(argument = value)?\"".into()
            }
            Self::Timeout => "\"DURATION then VERDICT\"".into(),
            Self::Actions => "one action or several".into(),
            Self::Trigger => "a command or an event".into(),
            Self::Reactions(_) => "a table from events to changes".into(),
            Self::Replies(_) => "a table from replies to actions".into(),
            Self::Map(inner) => format!("a table; each value is {}", inner.describe()),
            Self::Table(_) | Self::Free => "a table".into(),
            Self::Tables(_) => "an array of tables".into(),
            Self::Named(_) => "a table of named tables".into(),
        }
    }
}

fn choice(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => "a text".into(),
    }
}
