//! Secret fields: whatever is rendered from them hides them.

use crate::golden::generate;

const DOMAIN: &str = r#"
[project]
name = "safe"
context = "vault"
[settings]
hook = "string secret(2) = 'https://me:pw'"
[value.Card]
fields = ["number: string(12..19) secret(4)", "owner: string"]
[union.Proof]
members.code = ["code: string(4..4) secret"]
members.face = ["score: int"]
[refusal.BadCard]
text = "{card}"
fields = ["card: Card"]
[aggregate.Chest]
status = ["shut", "open"]
[aggregate.Chest.state]
label = "string"
pin = "int(1000..9999) secret"
card = "Card"
[command]
MakeChest = { creates = "Chest", fields = ["label", "pin", "card"], emit = "BoxMade" }
[command.OpenChest]
on = "Chest"
from = "shut"
fields = ["guess: int secret", "proof: Proof"]
require = [
  "cmd.guess == pin else WrongPin(guess = cmd.guess, off = pin - cmd.guess, label = label)",
  "hook.len() > 3 else BadCard(card = card)",
]
emit = "BoxOpened"
to = "open"
[event]
BoxOpened.apply = "pin += 1"
[view.Chests]
of = "Chest"
columns = ["label", "pin"]
[query.Chests]
view = "Chests"
params = ["pin?"]
"#;

fn rendered(path: &str) -> String {
    let files = generate(vec![("minos.toml".into(), DOMAIN.into())]);
    let found = files.into_iter().find(|(p, _)| p.ends_with(path));
    found.unwrap_or_else(|| panic!("{path}")).1
}

/// Path, what stands there, what does not.
const EXPECTED: &[(&str, &[&str], &[&str])] = &[
    (
        "domain/src/chest.rs",
        &[
            "kit::secret! {\n    Chest { chest_id, status, label, pin: 0, card }\n}",
            "at.hide(\"pin\");",
        ],
        &["Debug"],
    ),
    (
        "chest/event.rs",
        &["    BoxMade { label, pin: 0, card }", "    BoxOpened { guess: 0, proof }"],
        &["Debug"],
    ),
    (
        "chest/make_chest.rs",
        &["    MakeChest { label, pin: 0, card }", "at.hide(\"pin\");"],
        &["Debug"],
    ),
    (
        "chest/refusal.rs",
        // What is computed from a secret is one; a value with secrets inside is hidden as a whole.
        &[
            "BadCard { card: Card as 0 }",
            "WrongPin { guess: i64 as 0, off: i64 as 0, label: String }",
        ],
        &[],
    ),
    (
        "domain/src/values.rs",
        &[
            "    Card { number: 4, owner }",
            "    enum Proof {\n        Code { code: 0 },\n        Face { score },\n    }",
            "at.length(\"code\", code, 4..=4);\n                at.hide(\"code\");",
        ],
        &["Debug"],
    ),
    ("domain/src/settings.rs", &["hook: String as 2 = "], &["Debug"]),
    ("views/chests.rs", &["    ChestsRow { chest_id, label, pin: 0 }"], &["derive(Debug"]),
    ("queries/chests.rs", &["    Chests { pin: 0 }"], &["derive(Debug"]),
];

#[test]
fn secrets_are_hidden_wherever_they_go() {
    for (path, there, not_there) in EXPECTED {
        let text = rendered(path);
        for line in *there {
            assert!(text.contains(line), "{path}: {line}\n{text}");
        }
        for line in *not_there {
            assert!(!text.contains(line), "{path}: {line}\n{text}");
        }
    }
}
