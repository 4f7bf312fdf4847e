//! Which part of a service a process plays.

use std::collections::BTreeSet;

use crate::config::ConfigError;

/// A part of a service that can run in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Takes commands, from HTTP and from messages, and runs policies.
    Commands,
    /// Fills the read models and answers queries.
    Views,
}

impl Role {
    /// The roles in a setting: `all`, or names separated by commas.
    ///
    /// # Errors
    /// A name that is no role.
    pub fn parse(text: &str) -> Result<BTreeSet<Self>, ConfigError> {
        if text == "all" {
            return Ok(BTreeSet::from([Self::Commands, Self::Views]));
        }
        let roles = text.split(',').map(|name| match name.trim() {
            "commands" => Ok(Self::Commands),
            "views" => Ok(Self::Views),
            other => Err(ConfigError(format!(
                "ROLE is `{other}`; write all, commands, views or several with commas"
            ))),
        });
        roles.collect()
    }
}
