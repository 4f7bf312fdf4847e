//! Which part of a service a process plays.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::ConfigError;

/// A part of a service that can run in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Takes commands, from HTTP and from messages, and runs policies.
    Commands,
    /// Fills the read models and answers queries.
    Views,
    /// Sends events and messages to the broker, where there is one; who takes commands does that too.
    Relay,
}

/// The parts that a process plays: each as a whole, or some of its commands and views only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles(BTreeMap<Role, BTreeSet<String>>);

impl Roles {
    /// The roles in a setting: `all`, or with commas `commands`, `views`, `relay`, `commands:NAME` for one command that
    /// HTTP may ask for, `views:NAME` for one view.
    ///
    /// # Errors
    /// A name that is no role; a role as a whole and narrowed as well.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        if text == "all" {
            return Ok(Self::all());
        }
        let mut roles = Self::default();
        for part in text.split(',').map(str::trim) {
            let (role, name) = match part.split_once(':') {
                Some((role, name)) => (role, Some(name.trim().to_owned())),
                None => (part, None),
            };
            let role = match (role, &name) {
                ("commands", _) => Role::Commands,
                ("views", _) => Role::Views,
                ("relay", None) => Role::Relay,
                _ => {
                    return Err(ConfigError(format!(
                        "ROLE is `{part}`; write all, or with commas: commands, views, relay, \
                         commands:NAME, views:NAME"
                    )));
                }
            };
            let before = roles.0.get(&role).map(BTreeSet::is_empty);
            if before.is_some_and(|whole| whole || name.is_none()) {
                return Err(ConfigError(format!("ROLE names `{part}` beside the same role")));
            }
            roles.0.entry(role).or_default().extend(name);
        }
        Ok(roles)
    }

    /// Every role.
    #[must_use]
    pub fn all() -> Self {
        let roles = [Role::Commands, Role::Views, Role::Relay];
        Self(roles.map(|role| (role, BTreeSet::new())).into())
    }

    /// Whether the process plays a role, or some of it.
    #[must_use]
    pub fn play(&self, role: Role) -> bool {
        self.0.contains_key(&role)
    }

    /// Whether the process does what has this name in a role.
    #[must_use]
    pub fn do_this(&self, role: Role, name: &str) -> bool {
        self.0.get(&role).is_some_and(|names| names.is_empty() || names.contains(name))
    }

    /// The names that a role is narrowed to.
    pub(super) fn narrowed(&self, role: Role) -> impl Iterator<Item = &str> {
        self.0.get(&role).into_iter().flatten().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_whole_or_narrowed() {
        let roles = Roles::parse("commands:add_book, commands:finish_book,views").expect("is one");
        assert!(roles.play(Role::Commands) && roles.play(Role::Views) && !roles.play(Role::Relay));
        assert!(roles.do_this(Role::Commands, "add_book"));
        assert!(!roles.do_this(Role::Commands, "burn_book"));
        assert!(roles.do_this(Role::Views, "any"));
        assert!(Roles::all().do_this(Role::Commands, "burn_book"));
    }

    #[test]
    fn what_is_no_role_is_refused() {
        for text in
            ["", "writes", "relay:a", "views,views", "commands,commands:a", "commands:a,commands"]
        {
            let error = Roles::parse(text).expect_err(text);
            assert!(error.0.starts_with("ROLE "), "{error}");
        }
    }
}
