// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The scenarios of policies.

use contracts::catalogue::{self, Genre, Isbn};
use kit::prelude::*;
use kit::testing::{happened, recorded, uuid};
use lending::policies::RecallWithdrawn;
use lending::views::{MemberListRow, TitleUseRow};
use lending_domain::member::MemberStatus;
use lending_domain::values::{Email, Plan};
use serde_json::json;

/// Scenario: a withdrawn title is called back.
#[test]
fn a_withdrawn_title_is_called_back() {
    let event = recorded::<catalogue::TitleEvent>(
        Isbn::trusted("9780141439587".to_owned()),
        "withdrawn",
        catalogue::TitleWithdrawn { reason: "lost pages".to_owned() },
    );
    happened(event)
        .row(&MemberListRow {
            member_id: uuid("ada").into(),
            name: "A".to_owned(),
            email: Email::trusted("ada@example.org".to_owned()),
            plan: Plan::Basic,
            status: MemberStatus::Active,
            isbns: BTreeSet::from([Isbn::trusted("9780141439587".to_owned())]),
            fines: num::decimal(0, 2),
        })
        .policy::<RecallWithdrawn>()
        .sends([(
            "lending.member.recall",
            uuid("ada").to_string(),
            json!({ "isbn": "9780141439587" }),
        )]);
}

/// Scenario: only who has a withdrawn title is asked for it.
#[test]
fn only_who_has_a_withdrawn_title_is_asked_for_it() {
    let event = recorded::<catalogue::TitleEvent>(
        Isbn::trusted("9780141439587".to_owned()),
        "withdrawn",
        catalogue::TitleWithdrawn { reason: "lost pages".to_owned() },
    );
    happened(event)
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
        .policy::<RecallWithdrawn>()
        .sends([(
            "lending.member.recall",
            uuid("ada").to_string(),
            json!({ "isbn": "9780141439587", "reason": "lost pages" }),
        )]);
}
