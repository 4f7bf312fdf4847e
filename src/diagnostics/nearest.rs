//! "Did you mean": the nearest of some names.

/// The candidate nearest to `text` by edit distance, when the distance is at most a third of the
/// longer length. Of equally near ones the first in the order given; case alone counts as near.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == text {
            continue;
        }
        let folded = candidate.to_lowercase() == text.to_lowercase();
        let distance = if folded { 0 } else { strsim::damerau_levenshtein(text, candidate) };
        let longest = text.chars().count().max(candidate.chars().count());
        let near = distance * 3 <= longest;
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Every candidate as near as the nearest one; a patch is only safe when there is exactly one.
pub fn all_nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().filter(|c| *c != text).collect();
    let Some(best) = nearest(text, candidates.iter().copied()) else { return Vec::new() };
    let distance = |c: &str| {
        let folded = c.to_lowercase() == text.to_lowercase();
        if folded { 0 } else { strsim::damerau_levenshtein(text, c) }
    };
    let least = distance(best);
    let mut found: Vec<&str> = candidates.into_iter().filter(|c| distance(c) == least).collect();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_at_most_a_third() {
        assert_eq!(nearest("emti", ["emit", "on"]), Some("emit"));
        assert_eq!(nearest("plural", ["status", "state"]), None);
        assert_eq!(nearest("toolLent", ["ToolLent", "ToolSent"]), Some("ToolLent"));
        assert_eq!(nearest("ab", ["cd", "ax"]), None);
        assert_eq!(nearest("abc", ["abd", "abe"]), Some("abd"));
        assert_eq!(nearest("open", ["open"]), None);
        assert_eq!(all_nearest("abc", ["abd", "xyz", "abe"]), ["abd", "abe"]);
        assert_eq!(nearest("", ["", "a"]), None);
    }
}
