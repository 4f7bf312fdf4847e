//! Good texts and their trees.

use super::good;

fn table(notation: &str, rows: &[(&str, &str)]) {
    for (text, dump) in rows {
        assert_eq!(good(notation, text), *dump, "{notation} `{text}`");
    }
}

#[test]
fn expressions() {
    table(
        "expr",
        &[
            ("a || b && c", "(Or a (And b c))"),
            ("a - b - c", "(Sub (Sub a b) c)"),
            ("a + b * c % d", "(Add a (Rem (Mul b c) d))"),
            ("!a == -b", "(Eq (! a) (- b))"),
            ("-a.b()", "(- a.b())"),
            ("(a || b) && c", "(And (Or a b) c)"),
            ("status in [done, cancelled]", "(In status [done cancelled])"),
            (
                "note is from_owner && note.text != ''",
                "(And (Is note from_owner) (Ne note.text \"\"))",
            ),
            ("parts.sum(|p| p.price * p.quantity)", "parts.sum((|p| (Mul p.price p.quantity)))"),
            ("hours.any(|k, v| v > 0)", "hours.any((|k v| (Gt v 0)))"),
            ("hours[ev.id].unwrap_or(0)", "hours[ev.id].unwrap_or(0)"),
            ("PartPrice[cmd.part_no]", "(lookup PartPrice cmd.part_no)"),
            (
                "JobList[ev.job_id].map(|r| r.owner_id)",
                "(lookup JobList ev.job_id).map((|r| r.owner_id))",
            ),
            ("stock.Prices[a, b]", "(lookup stock.Prices a b)"),
            ("Warranty.long.months", "(member Warranty long).months"),
            ("ctx.Warranty.long", "(member ctx.Warranty long)"),
            ("Note.from_owner(text = 'x')", "(record Note.from_owner text=\"x\")"),
            ("stock.Money(amount = 1, currency)", "(record stock.Money amount=1 currency=-)"),
            ("if a { 1 } else if b { 2 } else { 3 }", "(if a 1 (if b 2 3))"),
            (
                "format('{}-{:05}', year, next('job', year))",
                "format(\"{}-{:05}\" year next(\"job\" year))",
            ),
            ("random.digits(6)", "random.digits(6)"),
            ("x.in + y.if", "(Add x.in y.if)"),
            ("1_000 + 0.10", "(Add 1000 0.10)"),
            ("'it\\'s \\\\ \\d\\n'", "\"it's \\\\ \\\\d\\n\""),
            ("now + 15min - 500ms", "(Sub (Add now PT15M) PT0.5S)"),
            ("today + 14d < 2026-01-05", "(Lt (Add today 14d) 2026-01-05)"),
            ("2w == 7d", "(Eq 14d 7d)"),
            ("2026-01-05T09:00:00Z", "2026-01-05T09:00:00Z"),
            ("2026-01-05T09:00:00+01:00", "2026-01-05T08:00:00Z"),
            ("2026 - 01", "(Sub 2026 1)"),
            ("@anna", "@anna"),
            ("[]", "[]"),
            ("x == none || true", "(Or (Eq x none) true)"),
            ("type == ref", "(Eq type ref)"),
            ("match == for", "(Eq match for)"),
            (
                "params.text.is_none_or(|t| plate.starts_with(t))",
                "params.text.is_none_or((|t| plate.starts_with(t)))",
            ),
            (
                "(total * (100 - discount(total)) / 100).round(2)",
                "(Div (Mul total (Sub 100 discount(total))) 100).round(2)",
            ),
        ],
    );
}

#[test]
fn fields_and_types() {
    table(
        "field",
        &[
            ("name", "name: -"),
            ("status?", "status: - ?"),
            ("left = 3 # how many", "left: - =3 #how many"),
            ("weeks: int(1..4)", "weeks: int(1..4)"),
            ("type: bool", "type: bool"),
            ("promised: patch date?", "promised: (patch (option date))"),
            ("part_no: stock.PartNo", "part_no: stock.PartNo"),
            ("a: list<int>=[]", "a: (list int) =[]"),
            ("pieces: int = 0", "pieces: int =0"),
            (
                "card: string(4..19) secret(4) personal was pan",
                "card: string(4..19) secret4 personal was:pan",
            ),
            (
                "a: map<uuid, list<decimal(1, -5..24.5)?>>",
                "a: (map uuid (list (option decimal1(-5..24.5))))",
            ),
            ("a: set<Kind>(1..)", "a: (set Kind(1..))"),
            ("a: string(..80) = 'a#b' # c # d", "a: string(..80) =\"a#b\" #c # d"),
        ],
    );
    table(
        "typed",
        &[
            ("uuid personal", "uuid personal"),
            ("Plate was registration", "Plate was:registration"),
            ("Warranty = short", "Warranty =short"),
            ("entities<Part> by part_no, colour", "(entities Part part_no colour)"),
            ("decimal(2, 0..) = 5000.00 # a job may not", "decimal2(0..) =5000.00 #a job may not"),
        ],
    );
    table(
        "type_expr",
        &[("map<uuid, decimal(1)>", "(map uuid decimal1)"), ("duration?", "(option duration)")],
    );
    table(
        "id_decl",
        &[
            ("part_no: PartNo by client", "part_no: PartNo client"),
            ("n: int by server", "n: int server"),
        ],
    );
}

#[test]
fn rules_and_messages() {
    table(
        "rule",
        &[
            (
                "on_hand >= 1 else OutOfStock(part_no, on_hand)",
                "(rule (Ge on_hand 1) (refuse OutOfStock part_no=- on_hand=-))",
            ),
            ("a else ignore", "(rule a ignore)"),
            ("a else emit PartRefused(reason = 'x')", "(rule a emit (PartRefused reason=\"x\"))"),
            ("if a { b } else { c } else No", "(rule (if a b c) (refuse No ))"),
        ],
    );
    table(
        "statuses",
        &[
            ("open, quoted else ignore", "[open quoted] ignore"),
            ("open", "[open] -"),
            ("a else No", "[a] (refuse No )"),
        ],
    );
    table(
        "unique",
        &[
            ("plate where !closed else Taken", "[plate] (! closed) Taken"),
            ("a, b else T", "[a b] - T"),
        ],
    );
    table(
        "message",
        &[
            ("ToolAdded", "(ToolAdded )"),
            (
                "stock.ReservePart(quantity = 1) if a > 1",
                "(stock.ReservePart quantity=1) if (Gt a 1)",
            ),
            ("Other otherwise", "(Other ) otherwise"),
            ("WorkDone(owner_id, due)", "(WorkDone owner_id=- due=-)"),
        ],
    );
    table("refusal", &[("No", "(refuse No )"), ("No(a = 1)", "(refuse No a=1)")]);
    table(
        "trigger",
        &[
            ("timer remind", "timer remind"),
            ("schedule Late", "schedule Late"),
            ("A(b = 1)", "(A b=1)"),
        ],
    );
}

#[test]
fn changes_and_actions() {
    table(
        "change",
        &[
            ("a = none", "(Set a none)"),
            ("points += ev.points", "(Add points ev.points)"),
            ("n -= 1", "(Sub n 1)"),
            ("append = 3", "(Set append 3)"),
            ("append notes = ev.note", "(append notes ev.note)"),
            ("append bids", "(append bids [])"),
            (
                "append bids: amount = 1, by = ev.id",
                "(append bids [(Set amount 1) (Set by ev.id)])",
            ),
            ("merge parts: quantity += ev.quantity", "(merge parts [(Add quantity ev.quantity)])"),
            ("merge parts", "(merge parts [])"),
            (
                "update parts where a == b: price += 1, n = 2",
                "(update parts (Eq a b) [(Add price 1) (Set n 2)])",
            ),
            ("update parts: price = 0", "(update parts - [(Set price 0)])"),
            ("remove parts where item == 1", "(remove parts (Eq item 1))"),
            ("remove parts[ev.part_no, 2]", "(remove-key parts ev.part_no 2)"),
            ("put hours[ev.id] = 1", "(put hours ev.id 1)"),
            ("delete", "delete"),
        ],
    );
    table(
        "action",
        &[
            ("left = reply.on_hand", "(Set left reply.on_hand)"),
            ("compensate", "compensate"),
            ("send RemovePart(a = 1) if b", "send (RemovePart a=1) if b"),
            ("send = 1", "(Set send 1)"),
            ("delete", "delete"),
        ],
    );
    table(
        "timeout",
        &[("10min then compensate", "PT10M compensate"), ("2d then park", "PT48H park")],
    );
    table("duration", &[("15min", "PT15M")]);
}

#[test]
fn small_notations() {
    table(
        "each",
        &[
            ("day in ev.planned.days", "day ev.planned.days -"),
            ("JobList where status == in_work", "- rows:JobList (Eq status in_work)"),
            ("r in stock.Prices", "r rows:stock.Prices -"),
            ("stock.Prices", "- rows:stock.Prices -"),
            (
                "d in JobList[ev.id].map(|r| r.days).unwrap_or([])",
                "d (lookup JobList ev.id).map((|r| r.days)).unwrap_or([]) -",
            ),
        ],
    );
    table("case", &[("total >= 500 => 5", "(Ge total 500) => 5"), ("else => 0", "- => 0")]);
    table(
        "event_pattern",
        &[("Job.*", "Job.*"), ("stock.PriceChanged", "stock.PriceChanged"), ("a.B.*", "a.B.*")],
    );
    table("member_decl", &[("mon", "mon "), ("long(months = 24)", "long months=24")]);
    table("name_list", &[("a, b", "[a b]")]);
    table("path", &[("stock.Part", "stock.Part"), ("Job", "Job")]);
    table("order", &[("-promised", "-promised"), ("number", "+number")]);
}
