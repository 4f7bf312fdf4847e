//! Cycles in a graph of names: recursive types, derived values, tables, policies.

use std::collections::{BTreeMap, BTreeSet};

/// Every group of nodes that reach each other, each sorted; a node alone counts when it points at
/// itself. No recursion, so no depth can hurt.
pub(super) fn cycles<N: Ord + Clone>(edges: &BTreeMap<N, BTreeSet<N>>) -> Vec<Vec<N>> {
    let mut rest = edges.clone();
    loop {
        let before = rest.len();
        let alive: BTreeSet<N> = rest.keys().cloned().collect();
        let mut pointed: BTreeSet<N> = BTreeSet::new();
        for targets in rest.values_mut() {
            targets.retain(|t| alive.contains(t));
            pointed.extend(targets.iter().cloned());
        }
        rest.retain(|node, targets| !targets.is_empty() && pointed.contains(node));
        if rest.len() == before {
            break;
        }
    }
    let mut found: Vec<Vec<N>> = Vec::new();
    let mut seen: BTreeSet<N> = BTreeSet::new();
    for node in rest.keys() {
        if seen.contains(node) {
            continue;
        }
        let ahead = reach(&rest, node);
        if !ahead.contains(node) {
            continue;
        }
        let group: Vec<N> =
            ahead.iter().filter(|n| reach(&rest, n).contains(node)).cloned().collect();
        seen.extend(group.iter().cloned());
        found.push(group);
    }
    found
}

fn reach<N: Ord + Clone>(edges: &BTreeMap<N, BTreeSet<N>>, from: &N) -> BTreeSet<N> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&N> = edges.get(from).into_iter().flatten().collect();
    while let Some(node) = open.pop() {
        if seen.insert(node.clone()) {
            open.extend(edges.get(node).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(u8, &[u8])]) -> BTreeMap<u8, BTreeSet<u8>> {
        edges.iter().map(|(n, to)| (*n, to.iter().copied().collect())).collect()
    }

    #[test]
    fn each_cycle_is_found_once_and_followers_are_not_part_of_it() {
        let found =
            cycles(&graph(&[(1, &[2]), (2, &[1]), (3, &[1]), (4, &[4]), (5, &[]), (6, &[5])]));
        assert_eq!(found, [vec![1, 2], vec![4]]);
    }

    #[test]
    fn a_long_chain_is_no_cycle() {
        let chain: BTreeMap<u32, BTreeSet<u32>> =
            (0..500).map(|n| (n, BTreeSet::from([n + 1]))).collect();
        assert!(cycles(&chain).is_empty());
    }
}
