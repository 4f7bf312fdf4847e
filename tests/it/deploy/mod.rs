//! The files that build and run a system in containers, read back as their readers see them.

mod compose;
mod docker;
mod kubernetes;
mod network;

use std::path::Path;

use minos::model::Model;
use serde::Deserialize as _;
use serde_json::Value;

use crate::golden::{Tree, domain, generate};

/// Systems of one context, of two that tell each other, of two with a saga between them; and the two large examples.
const SYSTEMS: [&str; 6] = [
    "examples/minimal",
    "examples/lending",
    "tests/domains/garage",
    "examples/bookshelf",
    "examples/shop",
    DIVIDED,
];
/// A context in several processes, and sizes of its own.
const DIVIDED: &str = "tests/domains/divided";

/// The rendered files of a system.
fn tree(of: &str) -> Tree {
    generate(domain(&Path::new(env!("CARGO_MANIFEST_DIR")).join(of)))
}

/// The model of a system.
fn model(of: &str) -> Model {
    let files = domain(&Path::new(env!("CARGO_MANIFEST_DIR")).join(of));
    let (sources, tree, mut sink) = minos::syntax::load(files);
    minos::resolve::resolve(&tree, &sources, &mut sink).unwrap()
}

/// The documents of a YAML text, with what they merge from others filled in.
fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml_ng::Deserializer::from_str(text);
    documents
        .map(|document| {
            let mut value = serde_yaml_ng::Value::deserialize(document).unwrap();
            // Once for a block, once more for the block that it merges itself.
            value.apply_merge().unwrap();
            value.apply_merge().unwrap();
            serde_json::to_value(value).unwrap()
        })
        .collect()
}

/// The only document of a text.
fn one_document(text: &str) -> Value {
    let mut all = documents(text);
    assert_eq!(all.len(), 1);
    all.remove(0)
}
