// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! One member: the scenarios, each rule from both sides, bounds, and the stored form.

use contracts::catalogue::Isbn;
use kit::prelude::*;
use kit::testing::{given, invalid, stored_as, uuid, valid};
use serde_json::json;

use super::{
    Borrow, Borrowed, ChangePhone, Fined, FinesPaid, Join, Leave, LimitReached, LoanRefused,
    Member, MemberEvent, MemberId, MemberJoined, MemberLeft, MemberRefusal as No, PayFines,
    PhoneChanged, Recall, Recalled, Return, Returned,
};
use crate::replicas::TitleInfoRow;
use crate::settings::Settings;
use crate::values::{Contact, Email, Plan};

fn member_id() -> MemberId {
    uuid("member").into()
}

fn isbn(value: &str) -> Isbn {
    Isbn::try_new(value).expect("an example")
}

fn email(value: &str) -> Email {
    Email::try_new(value).expect("an example")
}

fn member_joined() -> MemberJoined {
    MemberJoined {
        name: "A".to_owned(),
        email: email("ada@example.org"),
        plan: Plan::Basic,
        phone: None,
    }
}

fn loan_refused() -> LoanRefused {
    LoanRefused { isbn: isbn("AAAAAAAAAA"), reason: "A".to_owned() }
}

fn borrowed() -> Borrowed {
    Borrowed { isbn: isbn("AAAAAAAAAA"), title: "A".to_owned(), due: time::day_of(2026, 1, 5) }
}

fn limit_reached() -> LimitReached {
    LimitReached { isbn: isbn("AAAAAAAAAA") }
}

fn returned() -> Returned {
    Returned { isbn: isbn("AAAAAAAAAA") }
}

fn fined() -> Fined {
    Fined { isbn: isbn("AAAAAAAAAA"), amount: num::decimal(0, 2) }
}

fn recalled() -> Recalled {
    Recalled { isbn: isbn("AAAAAAAAAA"), reason: "A".to_owned(), due: time::day_of(2026, 1, 5) }
}

fn fines_paid() -> FinesPaid {
    FinesPaid { amount: num::decimal(0, 2) }
}

fn phone_changed() -> PhoneChanged {
    PhoneChanged { phone: Patch::Keep }
}

fn member_left() -> MemberLeft {
    MemberLeft {}
}

fn title_info() -> TitleInfoRow {
    TitleInfoRow { isbn: isbn("AAAAAAAAAA"), name: "A".to_owned() }
}

fn join() -> Join {
    Join {
        name: "A".to_owned(),
        contact: Contact { email: email("ada@example.org"), phone: None },
        plan: Plan::Basic,
    }
}

fn borrow() -> Borrow {
    Borrow { isbn: isbn("AAAAAAAAAA") }
}

fn return_() -> Return {
    Return { isbn: isbn("AAAAAAAAAA") }
}

fn recall() -> Recall {
    Recall { isbn: isbn("AAAAAAAAAA"), reason: "A".to_owned() }
}

fn pay_fines() -> PayFines {
    PayFines {}
}

fn change_phone() -> ChangePhone {
    ChangePhone { phone: Patch::Keep }
}

fn leave() -> Leave {
    Leave {}
}

/// Scenario: a loan lasts as many days as the settings say.
#[test]
fn a_loan_lasts_as_many_days_as_the_settings_say() {
    let _settings = Settings { loan_days: 14, ..Settings::default() }.replace();
    given::<Member>(
        member_id(),
        [MemberJoined {
            name: "Ada".to_owned(),
            email: email("ada@example.org"),
            ..member_joined()
        }
        .into()],
    )
    .row(&TitleInfoRow { isbn: isbn("9780141439587"), name: "Emma".to_owned() })
    .when(Borrow { isbn: isbn("9780141439587") })
    .then_like([("borrowed", json!({ "title": "Emma", "due": "2026-01-19" }))]);
}

/// Scenario: the third loan reaches the limit.
#[test]
fn the_third_loan_reaches_the_limit() {
    given::<Member>(
        member_id(),
        [
            MemberJoined { email: email("ada@example.org"), ..member_joined() }.into(),
            Borrowed { isbn: isbn("9780141439600"), title: "Persuasion".to_owned(), ..borrowed() }
                .into(),
            Borrowed { isbn: isbn("9780141439518"), title: "Pride".to_owned(), ..borrowed() }
                .into(),
        ],
    )
    .row(&TitleInfoRow { isbn: isbn("9780141439587"), name: "Emma".to_owned() })
    .when(Borrow { isbn: isbn("9780141439587") })
    .then_like([("borrowed", json!({})), ("limit_reached", json!({}))]);
}

/// Scenario: who owes ten francs is turned away, on the record.
#[test]
fn who_owes_ten_francs_is_turned_away_on_the_record() {
    given::<Member>(
        member_id(),
        [
            MemberJoined { email: email("ada@example.org"), ..member_joined() }.into(),
            Fined { amount: num::decimal(1000, 2), ..fined() }.into(),
        ],
    )
    .row(&TitleInfoRow { isbn: isbn("9780141439587"), name: "Emma".to_owned() })
    .when(Borrow { isbn: isbn("9780141439587") })
    .then_like([("loan_refused", json!({ "reason": "unpaid fines" }))]);
}

/// Scenario: two days late cost a franc.
#[test]
fn two_days_late_cost_a_franc() {
    given::<Member>(
        member_id(),
        [
            MemberJoined { email: email("ada@example.org"), ..member_joined() }.into(),
            Borrowed {
                isbn: isbn("9780141439587"),
                title: "Emma".to_owned(),
                due: time::day_of(2026, 1, 3),
            }
            .into(),
        ],
    )
    .when(Return { isbn: isbn("9780141439587") })
    .then_like([("returned", json!({})), ("fined", json!({ "amount": "1.00" }))]);
}

/// `from = "active"`
#[test]
fn borrow_passes_wrong_status() {
    given::<Member>(member_id(), [member_joined().into()])
        .row(&title_info())
        .when(borrow())
        .accepted();
}

/// What has ended its life takes no command.
#[test]
fn a_closed_one_takes_no_command() {
    given::<Member>(member_id(), [member_joined().into(), member_left().into()])
        .when(leave())
        .refused(&No::Closed);
}

/// `title.is_some() else NotInStock`
#[test]
fn borrow_passes_not_in_stock() {
    given::<Member>(member_id(), [member_joined().into()])
        .row(&title_info())
        .when(borrow())
        .accepted();
}

/// `title.is_some() else NotInStock`
#[test]
fn borrow_stops_with_not_in_stock() {
    given::<Member>(member_id(), [member_joined().into()]).when(borrow()).refused(&No::NotInStock);
}

/// `!loans.contains_key(cmd.isbn) else ignore`
#[test]
fn borrow_stops_with_ignore() {
    given::<Member>(member_id(), [member_joined().into(), borrowed().into()])
        .row(&title_info())
        .when(borrow())
        .ignored();
}

/// `after.loans.len() <= plan.loans else TooManyLoans(loans = plan.loans)`
#[test]
fn borrow_stops_with_too_many_loans() {
    given::<Member>(
        member_id(),
        [
            member_joined().into(),
            Borrowed { isbn: isbn("BBBBBBBBBB"), ..borrowed() }.into(),
            Borrowed { isbn: isbn("CCCCCCCCCC"), ..borrowed() }.into(),
            Borrowed { isbn: isbn("DDDDDDDDDD"), ..borrowed() }.into(),
        ],
    )
    .row(&title_info())
    .when(borrow())
    .refused(&No::TooManyLoans { loans: 3 });
}

/// `loans.contains_key(cmd.isbn) else ignore`
#[test]
fn return_passes_ignore() {
    given::<Member>(member_id(), [member_joined().into(), borrowed().into()])
        .when(return_())
        .accepted();
}

/// `loans.contains_key(cmd.isbn) else ignore`
#[test]
fn return_stops_with_ignore() {
    given::<Member>(member_id(), [member_joined().into()]).when(return_()).ignored();
}

/// `loans.contains_key(cmd.isbn) else ignore`
#[test]
fn recall_passes_ignore() {
    let member = given::<Member>(member_id(), [member_joined().into(), borrowed().into()])
        .when(recall())
        .accepted();
    assert_eq!(member.loans.get(&isbn("AAAAAAAAAA")).map(|loan| loan.due.day()), Some(12));
}

/// `loans.contains_key(cmd.isbn) else ignore`
#[test]
fn recall_stops_with_ignore() {
    given::<Member>(member_id(), [member_joined().into()]).when(recall()).ignored();
}

/// `fines > 0 else ignore`
#[test]
fn pay_fines_passes_ignore() {
    given::<Member>(
        member_id(),
        [member_joined().into(), Fined { amount: num::decimal(1, 2), ..fined() }.into()],
    )
    .when(pay_fines())
    .accepted();
}

/// `fines > 0 else ignore`
#[test]
fn pay_fines_stops_with_ignore() {
    given::<Member>(member_id(), [member_joined().into()]).when(pay_fines()).ignored();
}

/// `loans.is_empty() else LoansOpen`
#[test]
fn leave_passes_loans_open() {
    given::<Member>(member_id(), [member_joined().into()]).when(leave()).accepted();
}

/// `loans.is_empty() else LoansOpen`
#[test]
fn leave_stops_with_loans_open() {
    given::<Member>(member_id(), [member_joined().into(), borrowed().into()])
        .when(leave())
        .refused(&No::LoansOpen);
}

#[test]
fn join_keeps_its_bounds() {
    valid(join());
    valid(Join { name: "A".repeat(80), ..join() });
    invalid(Join { name: String::new(), ..join() }, "name");
    invalid(Join { name: "A".repeat(81), ..join() }, "name");
}

#[test]
fn recall_keeps_its_bounds() {
    valid(recall());
    valid(Recall { reason: "A".repeat(200), ..recall() });
    invalid(Recall { reason: String::new(), ..recall() }, "reason");
    invalid(Recall { reason: "A".repeat(201), ..recall() }, "reason");
}

#[test]
fn change_phone_keeps_its_bounds() {
    valid(change_phone());
    valid(ChangePhone { phone: Patch::Set("A".repeat(3)) });
    valid(ChangePhone { phone: Patch::Set("A".repeat(30)) });
    invalid(ChangePhone { phone: Patch::Set("A".repeat(2)) }, "phone");
    invalid(ChangePhone { phone: Patch::Set("A".repeat(31)) }, "phone");
}

#[test]
fn events_keep_their_stored_form() {
    stored_as::<MemberEvent>(
        member_joined(),
        "member_joined",
        1,
        json!({ "name": "A", "email": "ada@example.org", "plan": "basic" }),
    );
    stored_as::<MemberEvent>(
        loan_refused(),
        "loan_refused",
        1,
        json!({ "isbn": "AAAAAAAAAA", "reason": "A" }),
    );
    stored_as::<MemberEvent>(
        borrowed(),
        "borrowed",
        1,
        json!({ "isbn": "AAAAAAAAAA", "title": "A", "due": "2026-01-05" }),
    );
    stored_as::<MemberEvent>(limit_reached(), "limit_reached", 1, json!({ "isbn": "AAAAAAAAAA" }));
    stored_as::<MemberEvent>(returned(), "returned", 1, json!({ "isbn": "AAAAAAAAAA" }));
    stored_as::<MemberEvent>(
        fined(),
        "fined",
        1,
        json!({ "isbn": "AAAAAAAAAA", "amount": "0.00" }),
    );
    stored_as::<MemberEvent>(
        recalled(),
        "recalled",
        1,
        json!({ "isbn": "AAAAAAAAAA", "reason": "A", "due": "2026-01-05" }),
    );
    stored_as::<MemberEvent>(fines_paid(), "fines_paid", 1, json!({ "amount": "0.00" }));
    stored_as::<MemberEvent>(phone_changed(), "phone_changed", 1, json!({}));
    stored_as::<MemberEvent>(member_left(), "member_left", 1, json!({}));
}
