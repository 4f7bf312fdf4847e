//! One planted mistake on top of a clean domain gives exactly one finding, and a finding with a
//! patch is gone when the patch is applied.

use super::{
    lines, resolve,
    whole::{GARAGE, TOOLSHARE},
};
use crate::diagnostics::patch::carry_out;

/// What to replace in the garage, by what, and the code of the only finding (0: there is none).
type Planted = (&'static str, &'static str, u16);

fn check(cases: &[Planted]) {
    planted(&GARAGE, cases);
}

fn planted(base: &[(&str, &str)], cases: &[Planted]) {
    let mut wrong = Vec::new();
    for (from, to, code) in cases {
        let texts: Vec<(&str, String)> =
            base.iter().map(|(path, text)| (*path, text.replacen(from, to, 1))).collect();
        let changed = texts.iter().zip(base).filter(|(a, b)| a.1 != b.1).count();
        assert!(changed > 0, "`{from}` is not in the domain");
        let files: Vec<(&str, &str)> = texts.iter().map(|(p, t)| (*p, t.as_str())).collect();
        let (_, found, sources) = resolve(&files);
        let codes: Vec<u16> = found.iter().map(|d| d.code).collect();
        let expected: Vec<u16> = Some(*code).filter(|c| *c != 0).into_iter().collect();
        if codes != expected {
            wrong.push(format!("`{to}` should be MN{code:03}:\n{}", lines(&found, &sources)));
            continue;
        }
        let Some(only) = found.first().filter(|d| !d.patch.is_empty()) else { continue };
        let mended = carry_out(only, &sources);
        let files: Vec<(String, String)> = sources
            .iter()
            .map(|(id, file)| {
                let text = mended.get(&id).cloned().unwrap_or_else(|| file.text().to_owned());
                (file.path().to_string(), text)
            })
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        let (_, found, sources) = resolve(&files);
        if !found.is_empty() {
            wrong.push(format!("the patch of `{to}` leaves:\n{}", lines(&found, &sources)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names() {
    check(&[
        ("of = \"stock.Part\"", "of = \"stok.Part\"", 101),
        ("creates = \"Job\"", "creates = \"Jb\"", 105),
        ("on = \"Account\"", "on = \"Plate\"", 110),
        ("on = \"Account\"", "on = \"stock.Part\"", 105),
        ("when = \"CancelJob\"", "when = \"CancelJo\"", 104),
        ("then = \"NotYours\"", "then = \"NotYour\"", 104),
        ("on.WorkDone = \"billed = ev.due\"", "on.WorkDon = \"billed = ev.due\"", 104),
        ("send = \"FlagJob\"", "send = \"FlgJob\"", 104),
        ("send = \"FlagJob\"", "send = \"JobFlagged\"", 110),
        ("WorkDone = { to", "WorkDon = { to", 104),
        ("view = \"JobList\"", "view = \"JobLst\"", 106),
        ("view = \"JobList\"", "view = \"Job\"", 110),
        ("lookup.part = \"PartPrice[", "lookup.part = \"PartPrce[", 106),
        ("from = \"open, quoted\"", "from = \"opn, quoted\"", 109),
        ("WorkStarted.to = \"in_work\"", "WorkStarted.to = \"inwork\"", 109),
        ("\"-promised\"", "\"-promise\"", 103),
        ("params = [\"status?\", \"flag", "params = [\"statu?\", \"flag", 103),
        ("unique = \"plate where", "unique = \"plat where", 103),
        ("only {on_hand} of", "only {on_han} of", 103),
        ("settings.limit", "settings.limi", 103),
        ("\"last: date\"]", "\"last: date\", \"more: int\"]", 119),
        ("else NothingToQuote\"", "else AddPart\"", 110),
        ("name = \"only the owner cancels\"", "name = \"a price change corrects quotes\"", 111),
        (
            "\"reason: string(1..200)\"], emit = \"JobFlagged\"",
            "\"reason: string(1..200)\", \"reason: string\"], emit = \"JobFlagged\"",
            111,
        ),
        (
            "\"reason: string(1..200)\"], emit = \"JobFlagged\"",
            "\"reason: string(1..200)\", \"job_id\"], emit = \"JobFlagged\"",
            111,
        ),
        ("[refusal]\n", "[refusal]\nNotFound = { status = 404 }\n", 111),
        ("PlanWork = {", "PlanWork = { was = \"StartWork\",", 117),
        ("Plate was registration", "Plate was number", 117),
    ]);
}

#[test]
fn behaviour() {
    check(&[
        (
            "fields = [\"owner_id\", \"plate\", \"warranty\"]",
            "fields = [\"owner_id\", \"warranty\"]",
            311,
        ),
        ("unique = \"plate where", "unique = \"notes where", 318),
        ("due = \"(total *", "due = \"(due *", 325),
        (", \"else => 0\"]", "]", 323),
        ("\"else => 0\"]", "\"else => 0\", \"total > 1 => 3\"]", 324),
        (
            "PointsCredited.apply = \"points += ev.points\"",
            "PointsCredited.apply = \"points += ev.points + meta.version\"",
            218,
        ),
        (
            "WorkPaused = { apply = \"paused_from = status\"",
            "WorkPaused = { apply = \"total = 1\"",
            314,
        ),
        ("emit = \"WorkStarted\"", "to = \"done\", emit = \"WorkStarted\"", 306),
        ("AccountOpened if !exists", "AccountOpened if cmd.points > 1", 319),
        (
            "decide = \"rust\"\n",
            "decide = \"rust\"\nrequire = \"total > 0 else NothingToQuote\"\n",
            320,
        ),
        ("emit = \"HoursLogged\"", "emit = [\"HoursLogged\", \"PointsCredited(points = 1)\"]", 315),
        (
            "HoursSpread.fields = [\"hours\"]",
            "HoursSpread = { on = \"Account\", fields = [\"hours: int\"] }",
            317,
        ),
        ("emit = \"WorkStarted\" }", "emit = [\"WorkStarted\", \"stock.PartListed\"] }", 316),
        ("near = \"decimal(2) = 0.90\"", "near = \"decimal(2)\"", 12),
        ("fields = [\"part_no: stock.PartNo\", \"price: decimal(2, 0..)\"]\napply", "apply", 12),
        ("undo = \"stock.ReleasePart\"\n", "", 404),
        ("on.OutOfStock = ", "on.OutOfStok = ", 406),
        ("\"compensate\"]", "\"compensat\"]", 17),
    ]);
}

#[test]
fn contexts_and_views() {
    check(&[
        ("public = true  # the workshop's saga sends it\n", "", 402),
        ("PriceChanged = { public = true, fields", "PriceChanged = { fields", 401),
        ("via = \"JobList[ev.job_id].map(|r| r.owner_id)\"", "", 409),
        ("\"jobs: int = 0\"", "\"jobs: int = 0\", \"more: int = 0\"", 413),
        ("columns = [\"line: string\"]", "columns = [\"line: string\", \"more: int\"]", 413),
        ("time_zone = \"Europe/Zurich\"", "time_zone = \"Europe/Zurch\"", 19),
        ("{ status = 422, text = \"a job", "{ status = 200, text = \"a job", 503),
    ]);
}

#[test]
fn scenarios() {
    check(&[
        ("then = \"PartRefused(reason = 'over the limit')\"", "then = \"PartAdded\"", 332),
        ("then = \"NotYours\"", "then = \"JobCancelled\"", 332),
        ("difference = -5", "difference = -6", 332),
        ("settings.limit = \"100.00\"", "settings.limit = \"1000.00\"", 332),
        ("actor = \"@ben\"", "actor = \"@anna\"", 332),
        ("given = \"JobOpened(owner_id = @anna)\"", "given = [\"JobOpened\", \"WorkDone\"]", 333),
        ("given = \"JobOpened(owner_id = @anna)\"", "given = \"JobFlagged\"", 333),
        (
            "given = \"JobOpened(owner_id = @anna)\"",
            "given = [\"JobOpened\", \"JobCancelled\", \"JobFlagged\"]",
            333,
        ),
    ]);
}

#[test]
fn limits_and_unused() {
    check(&[
        ("[newtype.Plate]", "[value.Lost]\nfields = [\"a: int\"]\n[newtype.Plate]", 321),
        ("[newtype.Plate]", "[enum.Lost]\nmembers = [\"a\"]\n[newtype.Plate]", 321),
        ("[newtype.Plate]", "[function.lost]\nargs = []\nreturns = \"int\"\n[newtype.Plate]", 321),
        ("[refusal]\nTooMany", "[refusal]\nLost = { status = 404 }\nTooMany", 321),
        (
            "[command.OpenJob]",
            "[replica.Lost]\nof = \"stock.Part\"\ncolumns = [\"name\"]\n[command.OpenJob]",
            321,
        ),
        (
            "[\"start: date\", \"end: date?\"]",
            "[\"start: date\", \"end: date?\", \"next: list<Window>\"]",
            215,
        ),
        (
            "send = \"FlagJob\"",
            "send = [\"FlagJob\"]\n[policy.Again]\non = \"JobFlagged\"\nsend = \"FlagJob(reason = 'x')\"",
            408,
        ),
        ("owner = \"team-workshop\"", "owner = \"team-workshop\"\ntopic = \"garage\"", 0),
        (
            "AccountOpened.fields = []",
            "AccountOpened.fields = []\nLost = { on = \"Job\", fields = [] }",
            305,
        ),
        ("\"total >= 500 => 5\"", "\"total >= 2500 => 5\"", 324),
        ("\"total >= 500 => 5\"", "\"total >= 2000 => 5\"", 324),
    ]);
}

#[test]
fn small_domains() {
    planted(
        &[("minos.toml", TOOLSHARE)],
        &[
            ("status = [\"on_shelf\"", "status = [\"on_shelf\", \"lost\"", 308),
            ("[aggregate.Tool]\n", "[settings]\nfar = \"int = 1\"\n[aggregate.Tool]\n", 321),
            ("creates = \"Tool\"", "on = \"Tool\"", 312),
            ("name = \"string(1..80)\"", "name = \"string(1..80)\"\nshelf = \"int\"", 311),
            ("emit = \"ToolAdded\"", "emit = \"ToolAdded if cmd.name != 'x'\"", 331),
            (
                "params = [\"status?\"]",
                "params = [\"status?\"]\n[query.Tools]\nview = \"Shelf\"\n[aggregate.Tools]\nplural = \"tools\"\nstate.a = \"int\"\n[command.Add]\ncreates = \"Tools\"\nfields = [\"a\"]\nemit = \"Added\"",
                501,
            ),
        ],
    );
}
