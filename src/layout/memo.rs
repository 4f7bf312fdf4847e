//! What was printed already.
//!
//! Each level tries its parts in several rooms, so without memory the work doubles with each level
//! of nesting. A part is known by its address, which is stable while the tree is borrowed: only
//! parts of the caller's tree are remembered, and all is forgotten when the outermost call ends.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::control::Place;
use super::node::Node;
use super::shape::Shape;

type Key = (usize, Shape, Place);

/// A quick hash for keys that nobody chooses: addresses and columns.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

type Known = HashMap<Key, Option<String>, BuildHasherDefault<Quick>>;

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
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
            KNOWN.with_borrow_mut(Known::clear);
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
