// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The scenarios of policies and read models.

use contracts::catalogue::{self, Isbn};
use kit::prelude::*;
use kit::testing::{happened, recorded, uuid};
use lending::policies::RecallWithdrawn;
use lending::views::MemberListRow;
use lending_domain::member::MemberStatus;
use lending_domain::values::{Email, Plan};
use serde_json::json;

fn isbn(value: &str) -> Isbn {
    Isbn::try_new(value).expect("an example")
}

fn email(value: &str) -> Email {
    Email::try_new(value).expect("an example")
}

/// Scenario: a withdrawn title is called back.
#[test]
fn a_withdrawn_title_is_called_back() {
    let event = recorded::<catalogue::TitleEvent>(
        isbn("9780141439587"),
        "withdrawn",
        catalogue::TitleWithdrawn { reason: "lost pages".to_owned() },
    );
    happened(event)
        .row(&MemberListRow {
            member_id: uuid("ada").into(),
            name: "A".to_owned(),
            email: email("ada@example.org"),
            plan: Plan::Basic,
            status: MemberStatus::Active,
            isbns: BTreeSet::from([isbn("9780141439587")]),
            fines: num::decimal(0, 2),
        })
        .policy::<RecallWithdrawn>()
        .sends([(
            "lending.member.recall",
            uuid("ada").to_string(),
            json!({ "isbn": "9780141439587" }),
        )]);
}
