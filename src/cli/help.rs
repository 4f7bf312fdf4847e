//! `minos help`: commands, and topics that belong to no command.

use super::args::{Help, command_line};
use super::exit::{Exit, Failure};
use super::run::Run;

const TOPICS: [&str; 3] = ["exit-codes", "environment", "formats"];

const ENVIRONMENT: &str = "\
NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM   colours; the flag --color wins
COLUMNS                                    width of reports, 40 to 200
LC_ALL, LC_CTYPE, LANG                     frames in ASCII unless it is UTF-8
MINOS_PROJECT, MINOS_FORMAT, MINOS_COLOR   as the flags of these names
MINOS_NO_PROGRESS                          as --no-progress
MINOS_PROMPT_DISABLED                      as --no-input
MINOS_PORT                                 as --port of minos dev

A flag wins over a variable, a variable over the project, the project over the user, the user
over the default. Files hold lines such as `color = never`: .config/minos/settings of the project,
$XDG_CONFIG_HOME/minos/settings or ~/.config/minos/settings of the user. They can set format,
color, no-progress, no-input and port. minos config show --origin says what is in force.
";

const FORMATS: &str = "\
human        for people
json         one document with schema_version; schemas/report.schema.json describes it
json-lines   one finding per line, then the counts
sarif        SARIF 2.1.0, for code scanning
github       workflow commands, which a forge shows beside the lines
junit        JUnit XML, for build servers

The last four are for `minos check`. With --reporter-file the form goes to a file and people
see the human one.
";

/// Print help on a command or topic.
pub(super) fn help(run: &Run, args: &Help) -> Result<Exit, Failure> {
    let mut command = command_line().max_term_width(100);
    command.build();
    let topic = args.topic.join(" ");
    match topic.as_str() {
        "" => {}
        "exit-codes" => {
            run.ui.result(&exit_codes());
            return Ok(Exit::Done);
        }
        "environment" => {
            run.ui.result(ENVIRONMENT);
            return Ok(Exit::Done);
        }
        "formats" => {
            run.ui.result(FORMATS);
            return Ok(Exit::Done);
        }
        _ => {
            for word in &args.topic {
                let known: Vec<String> =
                    command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
                command = match command.find_subcommand(word) {
                    Some(found) => found.clone(),
                    None => return Err(unknown(word, &known)),
                };
            }
        }
    }
    run.ui.result(&command.render_long_help().to_string());
    Ok(Exit::Done)
}

fn unknown(word: &str, known: &[String]) -> Failure {
    let all = known.iter().map(String::as_str).chain(TOPICS);
    let failure = Failure::new(Exit::Usage, format!("there is no command or topic {word:?}"));
    match crate::diagnostics::nearest(word, all) {
        Some(near) => failure.hint(format!("did you mean: minos help {near}")),
        None => failure.hint(format!("topics: {}", TOPICS.join(", "))),
    }
}

fn exit_codes() -> String {
    Exit::ALL.iter().map(|(_, code, text)| format!("{code:>4}  {text}\n")).collect()
}
