// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! One member: the scenarios, bounds, and the stored form.

use contracts::catalogue::Isbn;
use kit::prelude::*;
use kit::testing::{given, invalid, stored_as, uuid, valid};
use serde_json::json;

use super::{
    Borrow, Borrowed, ChangePhone, Fined, FinesPaid, Join, LimitReached, LoanRefused, Member,
    MemberEvent, MemberJoined, MemberLeft, PhoneChanged, Recall, Recalled, Return, Returned,
};
use crate::replicas::TitleInfoRow;
use crate::settings::Settings;
use crate::values::{Contact, Email, Plan};

fn member_joined() -> MemberJoined {
    MemberJoined {
        name: "A".to_owned(),
        email: Email::trusted("ada@example.org".to_owned()),
        plan: Plan::Basic,
        phone: None,
    }
}

fn borrowed() -> Borrowed {
    Borrowed {
        isbn: Isbn::trusted("AAAAAAAAAA".to_owned()),
        title: "A".to_owned(),
        due: time::day_of(2026, 1, 5),
    }
}

fn fined() -> Fined {
    Fined { isbn: Isbn::trusted("AAAAAAAAAA".to_owned()), amount: num::decimal(0, 2) }
}

fn fines_paid() -> FinesPaid {
    FinesPaid { amount: num::decimal(0, 2) }
}

fn limit_reached() -> LimitReached {
    LimitReached { isbn: Isbn::trusted("AAAAAAAAAA".to_owned()) }
}

fn loan_refused() -> LoanRefused {
    LoanRefused { isbn: Isbn::trusted("AAAAAAAAAA".to_owned()), reason: "A".to_owned() }
}

fn member_left() -> MemberLeft {
    MemberLeft {}
}

fn phone_changed() -> PhoneChanged {
    PhoneChanged { phone: Patch::Keep }
}

fn recalled() -> Recalled {
    Recalled {
        isbn: Isbn::trusted("AAAAAAAAAA".to_owned()),
        reason: "A".to_owned(),
        due: time::day_of(2026, 1, 5),
    }
}

fn returned() -> Returned {
    Returned { isbn: Isbn::trusted("AAAAAAAAAA".to_owned()) }
}

fn change_phone() -> ChangePhone {
    ChangePhone { phone: Patch::Keep }
}

fn join() -> Join {
    Join {
        name: "A".to_owned(),
        contact: Contact { email: Email::trusted("ada@example.org".to_owned()), phone: None },
        plan: Plan::Basic,
    }
}

fn recall() -> Recall {
    Recall { isbn: Isbn::trusted("AAAAAAAAAA".to_owned()), reason: "A".to_owned() }
}

/// Scenario: a loan lasts as many days as the settings say.
#[test]
fn a_loan_lasts_as_many_days_as_the_settings_say() {
    let _settings = Settings { loan_days: 14, ..Settings::default() }.replace();
    given::<Member>(
        uuid("member"),
        [MemberJoined { name: "Ada".to_owned(), ..member_joined() }.into()],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("borrowed", json!({ "title": "Emma", "due": "2026-01-19" }))]);
}

/// Scenario: the third loan reaches the limit.
#[test]
fn the_third_loan_reaches_the_limit() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439600".to_owned()),
                title: "Persuasion".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439518".to_owned()),
                title: "Pride".to_owned(),
                ..borrowed()
            }
            .into(),
        ],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("borrowed", json!({})), ("limit_reached", json!({}))]);
}

/// Scenario: who owes ten francs is turned away, on the record.
#[test]
fn who_owes_ten_francs_is_turned_away_on_the_record() {
    given::<Member>(
        uuid("member"),
        [member_joined().into(), Fined { amount: num::decimal(1000, 2), ..fined() }.into()],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("loan_refused", json!({ "reason": "unpaid fines" }))]);
}

/// Scenario: two days late cost a franc.
#[test]
fn two_days_late_cost_a_franc() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                title: "Emma".to_owned(),
                due: time::day_of(2026, 1, 3),
            }
            .into(),
        ],
    )
    .when(Return { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("returned", json!({})), ("fined", json!({ "amount": "1.00" }))]);
}

#[test]
fn change_phone_keeps_its_bounds() {
    valid(change_phone());
    valid(ChangePhone { phone: Patch::Set("A".repeat(30)) });
    invalid(ChangePhone { phone: Patch::Set("A".repeat(2)) }, "phone");
    invalid(ChangePhone { phone: Patch::Set("A".repeat(31)) }, "phone");
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
fn events_keep_their_stored_form() {
    stored_as::<MemberEvent>(
        member_joined(),
        "member_joined",
        1,
        json!({ "name": "A", "email": "ada@example.org", "plan": "basic" }),
    );
    stored_as::<MemberEvent>(
        borrowed(),
        "borrowed",
        1,
        json!({ "isbn": "AAAAAAAAAA", "title": "A", "due": "2026-01-05" }),
    );
    stored_as::<MemberEvent>(
        fined(),
        "fined",
        1,
        json!({ "isbn": "AAAAAAAAAA", "amount": "0.00" }),
    );
    stored_as::<MemberEvent>(fines_paid(), "fines_paid", 1, json!({ "amount": "0.00" }));
    stored_as::<MemberEvent>(limit_reached(), "limit_reached", 1, json!({ "isbn": "AAAAAAAAAA" }));
    stored_as::<MemberEvent>(
        loan_refused(),
        "loan_refused",
        1,
        json!({ "isbn": "AAAAAAAAAA", "reason": "A" }),
    );
    stored_as::<MemberEvent>(member_left(), "member_left", 1, json!({}));
    stored_as::<MemberEvent>(phone_changed(), "phone_changed", 1, json!({}));
    stored_as::<MemberEvent>(
        recalled(),
        "recalled",
        1,
        json!({ "isbn": "AAAAAAAAAA", "reason": "A", "due": "2026-01-05" }),
    );
    stored_as::<MemberEvent>(returned(), "returned", 1, json!({ "isbn": "AAAAAAAAAA" }));
}
