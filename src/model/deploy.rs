//! How large the processes of a system are where it is deployed.

use std::collections::BTreeMap;

/// `[deploy]`, written out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deploy {
    /// The size of a process that is not told of by itself.
    pub size: Size,
    /// Where a process is asked whether it may be given requests.
    pub ready: Ready,
    /// Sizes by process: a context, `gateway`, or `<context>_views`.
    pub sizes: BTreeMap<String, Size>,
}

impl Deploy {
    /// The size of a process.
    #[must_use]
    pub fn of(&self, process: &str) -> Size {
        self.sizes.get(process).copied().unwrap_or(self.size)
    }
}

/// Where a process is asked whether it may be given requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ready {
    /// `/ready`, which says no while the database is away.
    #[default]
    Ready,
    /// `/health`, which says yes while the process lives.
    Health,
}

impl Ready {
    /// The path.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::Ready => "/ready",
            Self::Health => "/health",
        }
    }
}

/// How many pods there are and what each is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Pods.
    pub replicas: u32,
    /// Thousandths of a processor.
    pub cpu: u32,
    /// Mebibytes.
    pub memory: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self { replicas: 3, cpu: 250, memory: 256 }
    }
}
