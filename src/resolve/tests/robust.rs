//! Whatever the text is: an answer, and the same one each time.

use super::{lines, resolve, whole::GARAGE};

/// A small generator of numbers, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

#[test]
fn damaged_domains_are_answered_and_always_alike() {
    let mut dice = Dice(2026);
    let words: Vec<&str> = GARAGE
        .iter()
        .flat_map(|(_, text)| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|w| !w.is_empty())
        .collect();
    for _ in 0..60 {
        let at = 1 + dice.below(2);
        let damaged: Vec<(&str, String)> = GARAGE
            .iter()
            .enumerate()
            .map(|(i, (path, text))| {
                let text =
                    if i == at { damage(text, &words, &mut dice) } else { (*text).to_owned() };
                (*path, text)
            })
            .collect();
        let files: Vec<(&str, &str)> = damaged.iter().map(|(p, t)| (*p, t.as_str())).collect();
        let (model, found, sources) = resolve(&files);
        let (again, found_again, _) = resolve(&files);
        assert_eq!(found, found_again);
        assert_eq!(model.is_some(), again.is_some());
        let errors = found.iter().any(|d| d.severity == crate::diagnostics::Severity::Error);
        assert_eq!(model.is_none(), errors, "{}", lines(&found, &sources));
    }
}

/// Up to three lines lost, doubled, or with a word put where another one was.
fn damage(text: &str, words: &[&str], dice: &mut Dice) -> String {
    let mut out: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(out.len());
        match dice.below(4) {
            0 => {
                out.remove(at);
            }
            1 => {
                let line = out.get(at).cloned().unwrap_or_default();
                out.insert(at, line);
            }
            _ => {
                let Some(line) = out.get_mut(at) else { continue };
                let inside: Vec<&str> = line
                    .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .filter(|w| !w.is_empty())
                    .collect();
                let old = inside.get(dice.below(inside.len())).map(|w| (*w).to_owned());
                let new = words.get(dice.below(words.len())).copied().unwrap_or("x");
                if let Some(old) = old {
                    *line = line.replacen(&old, new, 1);
                }
            }
        }
    }
    out.join("\n")
}

/// The places of words in a line, comments left out.
fn words_of(line: &str) -> Vec<std::ops::Range<usize>> {
    let end = line.find('#').unwrap_or(line.len());
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (i, c) in line.char_indices().filter(|(i, _)| *i < end) {
        let inside = c.is_ascii_alphanumeric() || c == '_';
        match out.last_mut() {
            Some(last) if inside && last.end == i => last.end = i + 1,
            _ if inside => out.push(i..i + 1),
            _ => {}
        }
    }
    out
}

/// A letter lost from any word of the garage is one finding, but for the few places where a
/// misspelt declaration is missed in different ways.
#[test]
fn a_misspelt_word_is_one_finding() {
    let (mut cases, mut findings, mut worst) = (0, 0, String::new());
    for at in [1, 2] {
        let Some((_, text)) = GARAGE.get(at) else { continue };
        let lines_of: Vec<&str> = text.lines().collect();
        let mut turn = 0;
        for (n, line) in lines_of.iter().enumerate() {
            for word in words_of(line).into_iter().filter(|w| w.len() > 4) {
                turn += 1;
                if turn % 9 != 0 {
                    continue;
                }
                let mut changed: Vec<String> = lines_of.iter().map(|l| (*l).to_owned()).collect();
                if let Some(line) = changed.get_mut(n) {
                    line.remove(word.start + 2);
                }
                let changed = changed.join("\n");
                let mut files: Vec<(&str, &str)> = GARAGE.to_vec();
                if let Some(file) = files.get_mut(at) {
                    file.1 = &changed;
                }
                let (_, found, sources) = resolve(&files);
                cases += 1;
                findings += found.len();
                if found.len() > 2 {
                    worst += &lines(&found, &sources);
                }
            }
        }
    }
    assert!(cases > 60, "only {cases} cases");
    assert!(findings * 10 <= cases * 11, "{findings} findings for {cases} typos:\n{worst}");
}
