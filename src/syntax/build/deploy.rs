//! `[deploy]`.

use super::each;
use crate::syntax::lower::Row;
use crate::syntax::tree::{Deploy, Size};

/// `[deploy]`
pub(in crate::syntax) fn deploy(mut row: Row) -> Deploy {
    let sizes = each(&mut row, "size", |name, mut row| (name, size(&mut row)));
    Deploy { size: size(&mut row), ready: row.word("ready"), sizes }
}

fn size(row: &mut Row) -> Size {
    Size { replicas: row.int("replicas"), cpu: row.text("cpu"), memory: row.text("memory") }
}
