//! What the description being written has declared so far.

use super::chance::Chance;
use super::cover::Cover;

#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    Bool,
    Int,
    Dec(u8),
    Text,
    Uuid,
    Date,
    Time,
    Duration,
    /// An index into the definitions.
    Named(usize),
    Opt(Box<Ty>),
    List(Box<Ty>),
    Set(Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    /// Elements by key: an index into the definitions.
    Entities(usize),
}

pub fn opt(ty: &Ty) -> Ty {
    Ty::Opt(Box::new(ty.clone()))
}

pub fn list(ty: &Ty) -> Ty {
    Ty::List(Box::new(ty.clone()))
}

/// A name, its type, and how the type is written with bounds.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub ty: Ty,
    pub text: String,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Newtype(Ty),
    Id(Ty),
    Enum {
        members: Vec<String>,
        ordered: bool,
        props: Vec<Field>,
    },
    /// Fields that build it, and all that can be read.
    Value {
        fields: Vec<Field>,
        reads: Vec<Field>,
    },
    Union(Vec<(String, Vec<Field>)>),
    /// The first field is the key.
    Entity(Vec<Field>),
    /// A row of a replica or a view.
    Row(Vec<Field>),
}

#[derive(Clone, Debug)]
pub struct Def {
    pub home: usize,
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub home: usize,
    pub name: String,
    pub public: bool,
    pub creates: bool,
    pub id: Field,
    pub agg: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Command {
    pub home: usize,
    pub name: String,
    pub public: bool,
    pub order: usize,
    pub fields: Vec<Field>,
    /// What must be said beside the fields to find the target.
    pub id: Option<Field>,
}

#[derive(Clone, Debug)]
pub struct Leaf {
    pub text: String,
    pub ty: Ty,
}

/// A replica, or a view.
#[derive(Clone, Debug)]
pub struct Rows {
    pub home: usize,
    pub name: String,
    pub view: bool,
    pub def: usize,
    pub key: Field,
    pub columns: Vec<Field>,
    /// The aggregate that has a row each, where there is one.
    pub of: Option<String>,
}

/// What generated code calls by these names, a domain may call so as well.
const TAKEN: &str =
    "Arc Display Duration Error Future Hash Iterator Path Response State Stop Store";

pub struct Gen {
    pub chance: Chance,
    pub cover: Cover,
    pub defs: Vec<Def>,
    pub events: Vec<(usize, Event)>,
    pub commands: Vec<Command>,
    /// The context that is being written, and its text.
    pub ctx: usize,
    pub out: String,
    pub names: usize,
    /// Names of the kit, of Rust and of what generated code imports, each given once.
    pub taken: Vec<&'static str>,
    pub leaves: Vec<Leaf>,
    pub settings: Vec<Leaf>,
    pub calls: Vec<(String, Vec<Ty>, Ty, bool)>,
    pub clock: bool,
    pub inject: bool,
    pub actor: bool,
    pub public_next: bool,
    pub scenarios: Vec<String>,
    pub replicas: Vec<Rows>,
}

impl Gen {
    pub fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            cover: Cover::new(),
            defs: vec![],
            events: vec![],
            commands: vec![],
            ctx: 0,
            out: String::new(),
            names: 0,
            taken: TAKEN.split_whitespace().collect(),
            leaves: vec![],
            settings: vec![],
            calls: vec![],
            clock: false,
            inject: false,
            actor: false,
            public_next: false,
            scenarios: vec![],
            replicas: vec![],
        }
    }

    pub fn hit(&mut self, key: &str) {
        self.cover.hit(key);
    }

    /// A name that nothing else has; now and then one that the generated code uses itself.
    pub fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        if stem.starts_with(char::is_uppercase) && !self.taken.is_empty() && self.chance.one_in(12)
        {
            self.hit("form name-of-the-kit");
            let at = self.chance.below(self.taken.len());
            return self.taken.swap_remove(at).to_owned();
        }
        format!("{stem}{}", self.names)
    }

    pub fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub fn context(home: usize) -> String {
        format!("ctx{home}")
    }

    /// The name of a definition as this context writes it.
    pub fn qualified(&self, def: usize) -> String {
        let def = &self.defs[def];
        if def.home == self.ctx {
            return def.name.clone();
        }
        format!("{}.{}", Self::context(def.home), def.name)
    }

    pub fn spelled(&self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => "bool".into(),
            Ty::Int => "int".into(),
            Ty::Dec(s) => format!("decimal({s})"),
            Ty::Text => "string".into(),
            Ty::Uuid => "uuid".into(),
            Ty::Date => "date".into(),
            Ty::Time => "time".into(),
            Ty::Duration => "duration".into(),
            Ty::Named(def) => self.qualified(*def),
            Ty::Opt(t) => format!("{}?", self.spelled(t)),
            Ty::List(t) => format!("list<{}>", self.spelled(t)),
            Ty::Set(t) => format!("set<{}>", self.spelled(t)),
            Ty::Map(k, v) => format!("map<{}, {}>", self.spelled(k), self.spelled(v)),
            Ty::Entities(def) => {
                let Kind::Entity(fields) = &self.defs[*def].kind else { return String::new() };
                format!("entities<{}> by {}", self.defs[*def].name, fields[0].name)
            }
        }
    }

    pub fn count_type(&mut self, ty: &Ty) {
        let key = match ty {
            Ty::Bool => "bool",
            Ty::Int => "int",
            Ty::Dec(_) => "decimal",
            Ty::Text => "string",
            Ty::Uuid => "uuid",
            Ty::Date => "date",
            Ty::Time => "time",
            Ty::Duration => "duration",
            Ty::Opt(_) => "optional",
            Ty::List(_) => "list",
            Ty::Set(_) => "set",
            Ty::Map(..) => "map",
            Ty::Entities(_) => "entities",
            Ty::Named(def) if self.defs[*def].home != self.ctx => "foreign",
            Ty::Named(def) => match self.defs[*def].kind {
                Kind::Newtype(_) => "newtype",
                Kind::Enum { .. } => "enum",
                Kind::Union(_) => "union",
                Kind::Id(_) => "id",
                _ => "value",
            },
        };
        self.hit(&format!("type {key}"));
        match ty {
            Ty::Opt(t) | Ty::List(t) | Ty::Set(t) => self.count_type(t),
            Ty::Map(k, v) => {
                self.count_type(k);
                self.count_type(v);
            }
            _ => {}
        }
    }

    /// A type of one value that needs nothing declared.
    pub fn scalar(&mut self) -> Ty {
        let scale = self.chance.pick(&[1, 2, 3]);
        self.chance.pick(&[
            Ty::Bool,
            Ty::Int,
            Ty::Int,
            Ty::Dec(scale),
            Ty::Dec(2),
            Ty::Text,
            Ty::Date,
            Ty::Time,
            Ty::Duration,
        ])
    }

    /// A named type of this context for which this holds.
    pub fn local(&mut self, fits: impl Fn(&Kind) -> bool) -> Option<Ty> {
        let fit = |(n, def): (usize, &Def)| (def.home == self.ctx && fits(&def.kind)).then_some(n);
        let found: Vec<usize> = self.defs.iter().enumerate().filter_map(fit).collect();
        (!found.is_empty()).then(|| Ty::Named(self.chance.pick(&found)))
    }

    /// A type that may be a key.
    pub fn key_type(&mut self) -> Ty {
        let named = self.local(|k| matches!(k, Kind::Newtype(Ty::Text) | Kind::Enum { .. }));
        let named = named.unwrap_or(Ty::Text);
        self.chance.pick(&[Ty::Int, Ty::Text, Ty::Uuid, Ty::Date, named.clone(), named])
    }

    /// Any type that a field may have.
    pub fn any_type(&mut self) -> Ty {
        let named = |k: &Kind| !matches!(k, Kind::Entity(_) | Kind::Row(_) | Kind::Id(_));
        match self.chance.below(12) {
            0 => self.local(|k| matches!(k, Kind::Id(Ty::Uuid))).unwrap_or(Ty::Uuid),
            1..=3 => self.local(named).unwrap_or(Ty::Int),
            4 | 5 => opt(&self.plain_type()),
            6 => list(&self.plain_type()),
            7 => Ty::Set(Box::new(self.key_type())),
            8 => Ty::Map(Box::new(self.key_type()), Box::new(self.plain_type())),
            _ => self.scalar(),
        }
    }

    /// A type without `?` and collections.
    pub fn plain_type(&mut self) -> Ty {
        let named = |k: &Kind| !matches!(k, Kind::Entity(_) | Kind::Row(_) | Kind::Id(_));
        match self.chance.below(4) {
            0 => self.local(named).unwrap_or(Ty::Text),
            1 if self.chance.one_in(3) => Ty::Uuid,
            _ => self.scalar(),
        }
    }

    /// A field of this type, now and then with bounds that hold for all literals of the generator.
    pub fn field(&mut self, ty: &Ty) -> Field {
        let stem = match ty {
            Ty::Bool => "flag",
            Ty::Int => "count",
            Ty::Dec(_) => "amount",
            Ty::Text => "label",
            Ty::Uuid => "owner",
            Ty::Date => "day",
            Ty::Time => "moment",
            Ty::Duration => "span",
            Ty::Opt(_) => "maybe",
            Ty::List(_) => "items",
            Ty::Set(_) => "tags",
            Ty::Map(..) => "by_key",
            _ => "thing",
        };
        let name = self.name(stem);
        let text = self.bounded(ty);
        self.count_type(ty);
        Field { name, ty: ty.clone(), text }
    }

    fn bounded(&mut self, ty: &Ty) -> String {
        if !self.chance.one_in(2) {
            return self.spelled(ty);
        }
        let (kind, text) = match ty {
            Ty::Int => {
                ("int", self.chance.pick(&["int(0..)", "int(0..5000)", "int(..90000)"]).into())
            }
            Ty::Dec(s) => ("decimal", format!("decimal({s}, 0..)")),
            Ty::Text => (
                "string",
                self.chance.pick(&["string(1..80)", "string(..200)", "string(1..)"]).into(),
            ),
            Ty::List(_) => ("list", format!("{}(..40)", self.spelled(ty))),
            Ty::Set(_) => ("set", format!("{}(..40)", self.spelled(ty))),
            Ty::Opt(t) if matches!(**t, Ty::Int | Ty::Text | Ty::Dec(_)) => {
                return format!("{}?", self.bounded(t));
            }
            _ => return self.spelled(ty),
        };
        self.hit(&format!("bound {kind}"));
        text
    }
}
