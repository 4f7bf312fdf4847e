// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The scenarios of views and policies.

use contracts::catalogue::{self, Genre, Isbn};
use kit::prelude::*;
use kit::testing::{Stage, uuid};
use lending::policies::RecallWithdrawn;
use lending::replicas::TitleInfo;
use lending::views::{MemberList, MemberListRow, TitleUse, TitleUseRow};
use lending_domain::member::{
    Borrow, Borrowed, Fined, Leave, Member, MemberEvent, MemberJoined, MemberStatus, PayFines,
    Return, Returned,
};
use lending_domain::replicas::TitleInfoRow;
use lending_domain::values::{Email, Plan};
use serde_json::json;

fn stage() -> Stage {
    Stage::default()
        .view::<TitleInfo, catalogue::TitleEvent>()
        .view::<MemberList, MemberEvent>()
        .view::<TitleUse, catalogue::TitleEvent>()
        .view::<TitleUse, MemberEvent>()
        .policy::<RecallWithdrawn, catalogue::TitleEvent>()
}

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

fn leave() -> Leave {
    Leave {}
}

fn pay_fines() -> PayFines {
    PayFines {}
}

/// Scenario: a withdrawn title is called back.
#[test]
fn a_withdrawn_title_is_called_back() {
    stage()
        .row(&MemberListRow {
            member_id: uuid("ada").into(),
            name: "A".to_owned(),
            email: Email::trusted("ada@example.org".to_owned()),
            plan: Plan::Basic,
            status: MemberStatus::Active,
            isbns: BTreeSet::from([Isbn::trusted("9780141439587".to_owned())]),
            fines: num::decimal(0, 2),
        })
        .arrives::<catalogue::TitleEvent>(
            Isbn::trusted("9780141439587".to_owned()),
            "withdrawn",
            catalogue::TitleWithdrawn { reason: "lost pages".to_owned() },
        )
        .sends([(
            "lending.member.recall",
            uuid("ada").to_string(),
            json!({ "isbn": "9780141439587" }),
        )]);
}

/// Scenario: a loan lasts three weeks.
#[test]
fn a_loan_lasts_three_weeks() {
    stage()
        .row(&TitleInfoRow {
            isbn: Isbn::trusted("9780141439587".to_owned()),
            name: "Emma".to_owned(),
        })
        .row(&TitleUseRow {
            isbn: Isbn::trusted("9780141439587".to_owned()),
            name: "A".to_owned(),
            genre: Genre::Novel,
            loans: 4,
            withdrawn: false,
        })
        .given::<Member>(uuid("member"), [member_joined().into()])
        .when::<Member, _>(
            uuid("member"),
            Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) },
        )
        .rows([
            (
                "member_list",
                json!({ "email": "ada@example.org", "isbns": ["9780141439587"], "fines": "0.00" }),
            ),
            ("title_use", json!({ "isbn": "9780141439587", "loans": 5 })),
        ]);
}

/// Scenario: who owes less than ten francs may borrow.
#[test]
fn who_owes_less_than_ten_francs_may_borrow() {
    stage()
        .row(&TitleInfoRow {
            isbn: Isbn::trusted("9780141439587".to_owned()),
            name: "Emma".to_owned(),
        })
        .given::<Member>(
            uuid("member"),
            [member_joined().into(), Fined { amount: num::decimal(950, 2), ..fined() }.into()],
        )
        .when::<Member, _>(
            uuid("member"),
            Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) },
        )
        .rows([("member_list", json!({ "email": "ada@example.org", "fines": "9.50" }))]);
}

/// Scenario: back in time costs nothing.
#[test]
fn back_in_time_costs_nothing() {
    stage()
        .given::<Member>(
            uuid("member"),
            [
                member_joined().into(),
                Borrowed {
                    isbn: Isbn::trusted("9780141439587".to_owned()),
                    title: "Emma".to_owned(),
                    ..borrowed()
                }
                .into(),
                Borrowed {
                    isbn: Isbn::trusted("9780141439600".to_owned()),
                    title: "Persuasion".to_owned(),
                    ..borrowed()
                }
                .into(),
            ],
        )
        .when::<Member, _>(
            uuid("member"),
            Return { isbn: Isbn::trusted("9780141439587".to_owned()) },
        )
        .rows([("member_list", json!({ "email": "ada@example.org", "isbns": ["9780141439600"] }))]);
}

/// Scenario: fines are paid in one go.
#[test]
fn fines_are_paid_in_one_go() {
    stage()
        .given::<Member>(
            uuid("member"),
            [member_joined().into(), Fined { amount: num::decimal(50, 2), ..fined() }.into()],
        )
        .when::<Member, _>(uuid("member"), pay_fines())
        .rows([("member_list", json!({ "email": "ada@example.org", "fines": "0.00" }))]);
}

/// Scenario: who has returned everything may leave.
#[test]
fn who_has_returned_everything_may_leave() {
    stage()
        .given::<Member>(
            uuid("member"),
            [
                member_joined().into(),
                Borrowed {
                    isbn: Isbn::trusted("9780141439587".to_owned()),
                    title: "Emma".to_owned(),
                    ..borrowed()
                }
                .into(),
                Returned { isbn: Isbn::trusted("9780141439587".to_owned()) }.into(),
            ],
        )
        .when::<Member, _>(uuid("member"), leave())
        .rows([("member_list", json!({ "email": "ada@example.org", "status": "left" }))]);
}

/// Scenario: only who has a withdrawn title is asked for it.
#[test]
fn only_who_has_a_withdrawn_title_is_asked_for_it() {
    stage()
        .row(&MemberListRow {
            member_id: uuid("ada").into(),
            name: "A".to_owned(),
            email: Email::trusted("ada@example.org".to_owned()),
            plan: Plan::Basic,
            status: MemberStatus::Active,
            isbns: BTreeSet::from([Isbn::trusted("9780141439587".to_owned())]),
            fines: num::decimal(0, 2),
        })
        .row(&MemberListRow {
            member_id: uuid("ben").into(),
            name: "A".to_owned(),
            email: Email::trusted("ben@example.org".to_owned()),
            plan: Plan::Basic,
            status: MemberStatus::Active,
            isbns: BTreeSet::from([Isbn::trusted("9780141439600".to_owned())]),
            fines: num::decimal(0, 2),
        })
        .row(&TitleUseRow {
            isbn: Isbn::trusted("9780141439587".to_owned()),
            name: "Emma".to_owned(),
            genre: Genre::Novel,
            loans: 0,
            withdrawn: false,
        })
        .arrives::<catalogue::TitleEvent>(
            Isbn::trusted("9780141439587".to_owned()),
            "withdrawn",
            catalogue::TitleWithdrawn { reason: "lost pages".to_owned() },
        )
        .sends([(
            "lending.member.recall",
            uuid("ada").to_string(),
            json!({ "isbn": "9780141439587", "reason": "lost pages" }),
        )])
        .rows([("title_use", json!({ "isbn": "9780141439587", "withdrawn": true }))]);
}

/// Scenario: a new title was never borrowed.
#[test]
fn a_new_title_was_never_borrowed() {
    stage()
        .arrives::<catalogue::TitleEvent>(
            Isbn::trusted("9780141439587".to_owned()),
            "listed",
            catalogue::TitleListed { name: "Emma".to_owned(), genre: Genre::Novel },
        )
        .rows([(
            "title_use",
            json!({ "isbn": "9780141439587", "name": "Emma", "loans": 0, "withdrawn": false }),
        )]);
}
