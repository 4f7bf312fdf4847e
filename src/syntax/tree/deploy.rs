//! How the system is deployed.

use super::Spanned;
use crate::lang::tree::Ident;

/// `[deploy]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deploy {
    /// What holds for every process.
    pub size: Size,
    /// `ready`
    pub ready: Option<Spanned<&'static str>>,
    /// Sizes by process, in the order of the text.
    pub sizes: Vec<(Ident, Size)>,
}

/// The size of a process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Size {
    /// `replicas`
    pub replicas: Option<Spanned<i64>>,
    /// `cpu`
    pub cpu: Option<Spanned<String>>,
    /// `memory`
    pub memory: Option<Spanned<String>>,
}
