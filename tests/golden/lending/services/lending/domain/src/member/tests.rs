// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! One member: the scenarios, bounds, and the stored form.

use contracts::catalogue::Isbn;
use kit::prelude::*;
use kit::testing::{given, invalid, nothing, stored_as, uuid, valid};
use serde_json::json;

use super::{
    Borrow, Borrowed, ChangePhone, Fined, FinesPaid, Join, Leave, LimitReached, LoanRefused,
    Member, MemberEvent, MemberJoined, MemberLeft, PayFines, PhoneChanged, Recall, Recalled,
    Return, Returned,
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

fn leave() -> Leave {
    Leave {}
}

fn pay_fines() -> PayFines {
    PayFines {}
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

/// Scenario: a loan lasts three weeks.
#[test]
fn a_loan_lasts_three_weeks() {
    given::<Member>(uuid("member"), [member_joined().into()])
        .row(&TitleInfoRow {
            isbn: Isbn::trusted("9780141439587".to_owned()),
            name: "Emma".to_owned(),
        })
        .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
        .then_like([("borrowed", json!({ "due": "2026-01-26" }))]);
}

/// Scenario: only what the library holds can be borrowed.
#[test]
fn only_what_the_library_holds_can_be_borrowed() {
    given::<Member>(uuid("member"), [member_joined().into()])
        .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
        .refused_as("not_in_stock");
}

/// Scenario: the same title is not borrowed twice.
#[test]
fn the_same_title_is_not_borrowed_twice() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                title: "Emma".to_owned(),
                ..borrowed()
            }
            .into(),
        ],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .ignored();
}

/// Scenario: a fourth loan is one too many.
#[test]
fn a_fourth_loan_is_one_too_many() {
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
            Borrowed {
                isbn: Isbn::trusted("9780141439662".to_owned()),
                title: "Sense".to_owned(),
                ..borrowed()
            }
            .into(),
        ],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .refused_with("too_many_loans", &json!({ "loans": 3 }));
}

/// Scenario: a family reaches its limit with the twelfth loan.
#[test]
fn a_family_reaches_its_limit_with_the_twelfth_loan() {
    given::<Member>(
        uuid("member"),
        [
            MemberJoined { plan: Plan::Family, ..member_joined() }.into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439501".to_owned()),
                title: "One".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439502".to_owned()),
                title: "Two".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439503".to_owned()),
                title: "Three".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439504".to_owned()),
                title: "Four".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439505".to_owned()),
                title: "Five".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439506".to_owned()),
                title: "Six".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439507".to_owned()),
                title: "Seven".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439508".to_owned()),
                title: "Eight".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439509".to_owned()),
                title: "Nine".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439510".to_owned()),
                title: "Ten".to_owned(),
                ..borrowed()
            }
            .into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439511".to_owned()),
                title: "Eleven".to_owned(),
                ..borrowed()
            }
            .into(),
        ],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("borrowed", json!({})), ("limit_reached", json!({}))]);
}

/// Scenario: who owes less than ten francs may borrow.
#[test]
fn who_owes_less_than_ten_francs_may_borrow() {
    given::<Member>(
        uuid("member"),
        [member_joined().into(), Fined { amount: num::decimal(950, 2), ..fined() }.into()],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("borrowed", json!({}))]);
}

/// Scenario: who has paid may borrow again.
#[test]
fn who_has_paid_may_borrow_again() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Fined { amount: num::decimal(1200, 2), ..fined() }.into(),
            FinesPaid { amount: num::decimal(1200, 2) }.into(),
        ],
    )
    .row(&TitleInfoRow { isbn: Isbn::trusted("9780141439587".to_owned()), name: "Emma".to_owned() })
    .when(Borrow { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("borrowed", json!({}))]);
}

/// Scenario: back in time costs nothing.
#[test]
fn back_in_time_costs_nothing() {
    given::<Member>(
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
    .when(Return { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("returned", json!({}))]);
}

/// Scenario: a single late day costs as well.
#[test]
fn a_single_late_day_costs_as_well() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                title: "Emma".to_owned(),
                due: time::day_of(2026, 1, 4),
            }
            .into(),
        ],
    )
    .when(Return { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("returned", json!({})), ("fined", json!({ "amount": "0.50" }))]);
}

/// Scenario: what was not borrowed is not returned.
#[test]
fn what_was_not_borrowed_is_not_returned() {
    given::<Member>(uuid("member"), [member_joined().into()])
        .when(Return { isbn: Isbn::trusted("9780141439587".to_owned()) })
        .ignored();
}

/// Scenario: a recalled title is due in a week.
#[test]
fn a_recalled_title_is_due_in_a_week() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                title: "Emma".to_owned(),
                due: time::day_of(2026, 1, 26),
            }
            .into(),
        ],
    )
    .when(Recall {
        isbn: Isbn::trusted("9780141439587".to_owned()),
        reason: "lost pages".to_owned(),
    })
    .then_like([("recalled", json!({ "reason": "lost pages", "due": "2026-01-12" }))]);
}

/// Scenario: what was not borrowed is not called back.
#[test]
fn what_was_not_borrowed_is_not_called_back() {
    given::<Member>(uuid("member"), [member_joined().into()])
        .when(Recall { isbn: Isbn::trusted("9780141439587".to_owned()), ..recall() })
        .ignored();
}

/// Scenario: a recalled title can be late.
#[test]
fn a_recalled_title_can_be_late() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                title: "Emma".to_owned(),
                due: time::day_of(2026, 1, 26),
            }
            .into(),
            Recalled {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                due: time::day_of(2026, 1, 3),
                ..recalled()
            }
            .into(),
        ],
    )
    .when(Return { isbn: Isbn::trusted("9780141439587".to_owned()) })
    .then_like([("returned", json!({})), ("fined", json!({ "amount": "1.00" }))]);
}

/// Scenario: fines are paid in one go.
#[test]
fn fines_are_paid_in_one_go() {
    given::<Member>(
        uuid("member"),
        [member_joined().into(), Fined { amount: num::decimal(50, 2), ..fined() }.into()],
    )
    .when(pay_fines())
    .then_like([("fines_paid", json!({ "amount": "0.50" }))]);
}

/// Scenario: who owes nothing pays nothing.
#[test]
fn who_owes_nothing_pays_nothing() {
    given::<Member>(uuid("member"), [member_joined().into()]).when(pay_fines()).ignored();
}

/// Scenario: an address belongs to one member.
#[test]
fn an_address_belongs_to_one_member() {
    nothing::<Member>(uuid("member"))
        .beside(uuid("ada"), [member_joined().into()])
        .when_created(join())
        .refused_as("email_taken");
}

/// Scenario: nobody leaves with a loan.
#[test]
fn nobody_leaves_with_a_loan() {
    given::<Member>(
        uuid("member"),
        [
            member_joined().into(),
            Borrowed {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                title: "Emma".to_owned(),
                ..borrowed()
            }
            .into(),
        ],
    )
    .when(leave())
    .refused_as("loans_open");
}

/// Scenario: who has returned everything may leave.
#[test]
fn who_has_returned_everything_may_leave() {
    given::<Member>(
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
    .when(leave())
    .then_like([("member_left", json!({}))]);
}

/// Scenario: who has left is gone.
#[test]
fn who_has_left_is_gone() {
    given::<Member>(uuid("member"), [member_joined().into(), member_left().into()])
        .when(change_phone())
        .refused_as("closed");
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
