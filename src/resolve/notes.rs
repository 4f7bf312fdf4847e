//! Meaning and reserved keys of named things.

use crate::model::Notes;
use crate::syntax::tree::{Head, Reserved};

/// What the head of a table says.
pub(super) fn notes(head: &Head) -> Notes {
    let reserved = |key| value(&head.reserved, key);
    Notes {
        doc: head.doc.as_ref().map(|d| d.value.clone()),
        owner: reserved("owner"),
        tenant: reserved("tenant"),
        retention: reserved("retention"),
        deprecated: reserved("deprecated"),
        slo: reserved("slo"),
        rate: reserved("rate"),
        was: head.was.iter().map(|w| w.text.clone()).collect(),
    }
}

fn value(reserved: &[Reserved], key: &str) -> Option<String> {
    reserved.iter().find(|r| r.key.text == key).map(|r| r.value.value.clone())
}
