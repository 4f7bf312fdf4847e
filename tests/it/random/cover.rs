//! What was written, counted. A key that is counted but not listed is a mistake in the generator.

use std::collections::BTreeMap;

/// All that must come up; the first word says what kind of thing it is.
const LISTS: &[(&str, &str)] = &[
    (
        "construct",
        "context shorthand settings newtype value enum union table function aggregate command event \
         refusal replica view query policy scenario",
    ),
    (
        "type",
        "bool int decimal string uuid date time duration list set map entities optional patch \
         newtype value enum union id foreign",
    ),
    ("bound", "int decimal string list set"),
    ("mark", "personal secret deprecated doc was default"),
    (
        "form",
        "newtype.normalise newtype.require value.require value.derive enum.ordered enum.fields \
         aggregate.status aggregate.id aggregate.unique aggregate.derive command.lookup command.let \
         command.require command.ensure command.to command.rust event.to event.apply event.closes \
         event.public event.fields if_missing.refuse if_missing.ignore if_missing.create \
         query.params query.where query.order query.one query.page policy.if policy.rows \
         policy.elements policy.before policy.foreign policy.refused view.of view.key view.via \
         view.each view.log view.if view.delete view.reaction-key command.public raw-name name-of-the-kit",
    ),
    (
        "change",
        "set add subtract append append-by-name append-assigns merge merge-assigns update \
         update-where remove-where remove-key put status",
    ),
    (
        "operator",
        "+ - * / % == != < <= > >= in is && || ! neg if index record narrow-some narrow-is none \
         duration*int duration/int date-date time-time date+period time+duration time+period",
    ),
    ("optional", "is_some is_none is_some_and is_none_or map map_or unwrap_or"),
    (
        "list",
        "any all sum sum-numbers filter len is_empty map contains count find min_by max_by min max \
         flat_map sort_by first last join literal",
    ),
    ("set", "any all len is_empty contains count filter"),
    ("map", "index contains_key keys values len is_empty any all count sum"),
    ("string", "lower upper trim matches contains starts_with ends_with len is_empty"),
    ("number", "round-n round floor ceil abs min max"),
    ("time", "date hour minute"),
    ("date", "year month day weekday start_of_month end_of_month at"),
    ("duration", "minutes hours days"),
    (
        "function",
        "format format-zero minutes hours days weeks months years dates years_between tokens table \
         function random.digits random.letters random.uuid next next-of now today actor.id \
         actor.roles",
    ),
];

pub const OUTCOMES: [&str; 8] = [
    "none",
    "refuse",
    "refuse-fields",
    "ignore",
    "emit",
    "from-refuse",
    "from-ignore",
    "from-emit",
];
pub const EMITS: [&str; 5] = ["one", "if", "otherwise", "after", "several"];

pub struct Cover(BTreeMap<String, usize>);

impl Cover {
    pub fn new() -> Self {
        let mut all = BTreeMap::new();
        for (kind, words) in LISTS {
            for word in words.split_whitespace() {
                all.insert(format!("{kind} {word}"), 0);
            }
        }
        for outcome in OUTCOMES {
            for emit in EMITS {
                all.insert(format!("pair {outcome} x {emit}"), 0);
            }
        }
        Self(all)
    }

    pub fn hit(&mut self, key: &str) {
        let count = self.0.get_mut(key).unwrap_or_else(|| panic!("not listed: {key}"));
        *count += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.get_mut(key).unwrap() += count;
        }
    }

    pub fn print(&self) {
        for (key, count) in &self.0 {
            println!("{count:7}  {key}");
        }
    }

    /// The keys that came up less often than this.
    pub fn below(&self, least: usize) -> Vec<String> {
        let rare = self.0.iter().filter(|(_, count)| **count < least);
        rare.map(|(key, count)| format!("{key}: {count}")).collect()
    }
}
