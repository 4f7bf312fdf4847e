//! Did you mean.

/// The candidate nearest to `word`, when the distance is at most a third of the word's length.
/// Of equally near ones, the first in the order of the candidates.
#[must_use]
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = word.chars().count().min(64) / 3;
    if limit == 0 || word.len() > 64 {
        return None;
    }
    candidates
        .into_iter()
        .filter(|c| *c != word)
        .map(|c| (strsim::damerau_levenshtein(word, c), c))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}
