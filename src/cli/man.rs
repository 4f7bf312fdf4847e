//! `minos man`: manual pages, made from the same description that parses the arguments.

use std::collections::BTreeMap;

use clap::Command;
use clap_mangen::Man;
use fs_err as fs;
use serde_json::json;

use super::args::{Man as Args, command_line};
use super::exit::{Exit, Failure};
use super::run::{Run, SCHEMA_VERSION};

/// Print one page, or write all into a folder.
pub(super) fn man(run: &Run, args: &Args) -> Result<Exit, Failure> {
    let pages = pages()?;
    let Some(folder) = &args.out else {
        let name = [&["minos".to_owned()], args.command.as_slice()].concat().join("-");
        let Some(page) = pages.get(&name) else {
            let words = args.command.join(" ");
            return Err(Failure::new(Exit::Usage, format!("there is no command {words:?}"))
                .hint("minos help lists them"));
        };
        run.ui.result(page);
        return Ok(Exit::Done);
    };
    fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for (name, text) in &pages {
        let file = format!("{name}.1");
        fs::write(folder.join(&file), text)?;
        files.push(file);
    }
    if run.format.is_json() {
        let answer = json!({ "schema_version": SCHEMA_VERSION, "command": "man", "files": files });
        run.ui.result(&format!("{answer}\n"));
    }
    run.ui.say(&format!(
        "wrote {} pages into {folder}; next: man -l {folder}/minos.1\n",
        files.len()
    ));
    Ok(Exit::Done)
}

/// All pages by name: `minos`, `minos-sync`, `minos-add-command`.
fn pages() -> Result<BTreeMap<String, String>, Failure> {
    let mut command = command_line();
    command.build();
    let mut pages = BTreeMap::new();
    collect("minos".to_owned(), &command, &mut pages)?;
    Ok(pages)
}

fn collect(
    name: String,
    command: &Command,
    pages: &mut BTreeMap<String, String>,
) -> Result<(), Failure> {
    for inner in command.get_subcommands() {
        collect(format!("{name}-{}", inner.get_name()), inner, pages)?;
    }
    let examples = command.get_before_help().map(ToString::to_string).unwrap_or_default();
    let title = name.clone();
    // clap wants names that live as long as the program.
    let command = command.clone().display_name(name.clone()).version(env!("CARGO_PKG_VERSION"));
    let mut page = Vec::new();
    let man = Man::new(command)
        .title(title)
        .manual("minos")
        .source(concat!("minos ", env!("CARGO_PKG_VERSION")));
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if pages.keys().any(|other| other.starts_with(&format!("{name}-"))) {
        man.render_subcommands_section(&mut page)?;
    }
    let mut page = String::from_utf8_lossy(&page).into_owned();
    page.push_str(".SH EXAMPLES\n.nf\n");
    for line in examples.lines().skip(1) {
        page.push_str(&format!("{}\n", escaped(line.trim())));
    }
    page.push_str(".fi\n.SH \"EXIT STATUS\"\n");
    for (_, code, text) in Exit::ALL {
        page.push_str(&format!(".TP\n\\fB{code}\\fR\n{}\n", escaped(text)));
    }
    page.push_str(".SH \"SEE ALSO\"\n");
    page.push_str(&escaped("docs/cli.md, docs/domain-reference.md, minos help environment"));
    page.push('\n');
    pages.insert(name, page);
    Ok(())
}

/// Text that means nothing to the formatter.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}
