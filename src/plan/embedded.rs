//! What the build embedded: templates, kit sources, examples.

/// The tables that `build.rs` wrote.
mod table {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// A number that differs between builds of minos whose output may differ.
#[must_use]
pub fn build() -> u64 {
    table::BUILD
}

/// The text of an embedded file, by its path below `templates/`.
#[must_use]
pub fn template(id: &str) -> Option<&'static str> {
    lookup(table::TEMPLATES, id)
}

/// All embedded files below a folder of `templates/` (which ends with `/`, or is empty), sorted.
pub fn templates(under: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let start = table::TEMPLATES.partition_point(|(id, _)| *id < under);
    let rest = table::TEMPLATES.get(start..).unwrap_or_default();
    rest.iter().copied().take_while(move |(id, _)| id.starts_with(under))
}

/// The files of an example, with their paths below its folder; empty if there is no such example.
#[must_use]
pub fn example(name: &str) -> Vec<(&'static str, &'static str)> {
    let folder = format!("{name}/");
    table::EXAMPLES
        .iter()
        .filter_map(|(id, text)| id.strip_prefix(folder.as_str()).map(|path| (path, *text)))
        .collect()
}

/// The examples there are, sorted.
#[must_use]
pub fn example_names() -> Vec<&'static str> {
    let mut names: Vec<&str> =
        table::EXAMPLES.iter().filter_map(|(id, _)| id.split_once('/')).map(|(n, _)| n).collect();
    names.dedup();
    names
}

fn lookup(table: &'static [(&str, &str)], id: &str) -> Option<&'static str> {
    let at = table.binary_search_by(|(other, _)| (*other).cmp(id)).ok()?;
    table.get(at).map(|(_, text)| *text)
}
