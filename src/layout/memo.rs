//! What was printed already.
//!
//! Each level tries its parts in several rooms, so without memory the work doubles with each level
//! of nesting. A part is known by its address, which is stable while the tree is borrowed: only
//! parts of the caller's tree are remembered, and all is forgotten when the outermost call ends.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::control::Place;
use super::node::Node;
use super::shape::Shape;

type Key = (usize, Shape, Place);

thread_local! {
    static KNOWN: RefCell<HashMap<Key, Option<String>>> = RefCell::new(HashMap::new());
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// One call from outside; the outermost one forgets at its end.
pub(super) struct Scope;

impl Scope {
    pub(super) fn enter() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        Self
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        if DEPTH.get() == 0 {
            KNOWN.with_borrow_mut(HashMap::clear);
        }
    }
}

/// What `print` gives for this part of the tree in this room, computed once.
pub(super) fn once(
    node: &Node,
    shape: Shape,
    place: Place,
    print: impl FnOnce() -> Option<String>,
) -> Option<String> {
    if DEPTH.get() == 0 {
        return print();
    }
    let key = (std::ptr::from_ref(node).addr(), shape, place);
    if let Some(known) = KNOWN.with_borrow(|known| known.get(&key).cloned()) {
        return known;
    }
    let text = print();
    KNOWN.with_borrow_mut(|known| known.insert(key, text.clone()));
    text
}
