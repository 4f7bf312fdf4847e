//! What has happened when a command was carried out: `PlaceOrder` → `OrderPlaced`.

use super::case::{pascal, snake};

/// Verbs of commands whose past is not regular.
const IRREGULAR: [(&str, &str); 47] = [
    ("beat", "beaten"),
    ("begin", "begun"),
    ("bid", "bid"),
    ("bind", "bound"),
    ("break", "broken"),
    ("bring", "brought"),
    ("build", "built"),
    ("buy", "bought"),
    ("cancel", "cancelled"),
    ("catch", "caught"),
    ("choose", "chosen"),
    ("cut", "cut"),
    ("do", "done"),
    ("draw", "drawn"),
    ("drive", "driven"),
    ("find", "found"),
    ("forget", "forgotten"),
    ("freeze", "frozen"),
    ("get", "got"),
    ("give", "given"),
    ("hide", "hidden"),
    ("hold", "held"),
    ("keep", "kept"),
    ("lay", "laid"),
    ("lead", "led"),
    ("leave", "left"),
    ("lend", "lent"),
    ("lose", "lost"),
    ("make", "made"),
    ("meet", "met"),
    ("pay", "paid"),
    ("put", "put"),
    ("read", "read"),
    ("rebuild", "rebuilt"),
    ("run", "run"),
    ("see", "seen"),
    ("sell", "sold"),
    ("send", "sent"),
    ("set", "set"),
    ("split", "split"),
    ("spend", "spent"),
    ("take", "taken"),
    ("teach", "taught"),
    ("undo", "undone"),
    ("win", "won"),
    ("withdraw", "withdrawn"),
    ("write", "written"),
];

/// The event that a command leads to, by its name: the first word is what is done, the others what
/// it is done to.
#[must_use]
pub fn event_of(command: &str) -> String {
    let words = snake(command);
    let event = match words.split_once('_') {
        Some((verb, object)) => pascal(&format!("{object}_{}", past(verb))),
        None => pascal(&past(&words)),
    };
    // Messages have one namespace.
    if event == command { format!("{command}Done") } else { event }
}

fn past(verb: &str) -> String {
    if let Some((_, past)) = IRREGULAR.iter().find(|(now, _)| *now == verb) {
        return (*past).to_owned();
    }
    let vowel = |c: char| "aeiou".contains(c);
    let letters: Vec<char> = verb.chars().collect();
    match letters.as_slice() {
        [.., 'e'] => format!("{verb}d"),
        [.., before, 'y'] if !vowel(*before) => {
            format!("{}ied", verb.strip_suffix('y').unwrap_or(verb))
        }
        // One short syllable doubles its last letter: `ship`, `stop`, `plan`.
        [rest @ .., middle, last]
            if vowel(*middle)
                && !vowel(*last)
                && !"wxy".contains(*last)
                && !rest.is_empty()
                && !rest.iter().any(|c| vowel(*c)) =>
        {
            format!("{verb}{last}ed")
        }
        _ => format!("{verb}ed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_become_events() {
        let pairs = [
            ("PlaceOrder", "OrderPlaced"),
            ("AddTool", "ToolAdded"),
            ("LendTool", "ToolLent"),
            ("ReturnTool", "ToolReturned"),
            ("Restock", "Restocked"),
            ("ShipOrder", "OrderShipped"),
            ("CopyFile", "FileCopied"),
            ("PayFines", "FinesPaid"),
            ("OpenJob", "JobOpened"),
            ("CancelOrderLine", "OrderLineCancelled"),
            ("DeployBox", "BoxDeployed"),
            ("Split", "SplitDone"),
        ];
        for (command, event) in pairs {
            assert_eq!(event_of(command), event);
        }
    }
}
