// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! One title: the scenarios, bounds, and the stored form.

use contracts::catalogue::{Genre, Isbn};
use kit::testing::{given, invalid, nothing, stored_as, valid};
use serde_json::json;

use super::{
    AddCopies, CopiesAdded, ListTitle, Title, TitleEvent, TitleListed, TitleWithdrawn,
    WithdrawTitle,
};

fn title_listed() -> TitleListed {
    TitleListed { name: "A".to_owned(), genre: Genre::Novel }
}

fn copies_added() -> CopiesAdded {
    CopiesAdded { count: 1 }
}

fn title_withdrawn() -> TitleWithdrawn {
    TitleWithdrawn { reason: "A".to_owned() }
}

fn add_copies() -> AddCopies {
    AddCopies { count: 1 }
}

fn list_title() -> ListTitle {
    ListTitle {
        isbn: Isbn::trusted("AAAAAAAAAA".to_owned()),
        name: "A".to_owned(),
        genre: Genre::Novel,
    }
}

fn withdraw_title() -> WithdrawTitle {
    WithdrawTitle { reason: "A".to_owned() }
}

/// Scenario: copies add up.
#[test]
fn copies_add_up() {
    given::<Title>(
        Isbn::trusted("AAAAAAAAAA".to_owned()),
        [title_listed().into(), CopiesAdded { count: 2 }.into()],
    )
    .when(AddCopies { count: 3 })
    .then_like([("copies_added", json!({ "count": 3 }))]);
}

/// Scenario: a withdrawn title takes no copies.
#[test]
fn a_withdrawn_title_takes_no_copies() {
    given::<Title>(
        Isbn::trusted("AAAAAAAAAA".to_owned()),
        [
            TitleListed { name: "Emma".to_owned(), ..title_listed() }.into(),
            title_withdrawn().into(),
        ],
    )
    .when(add_copies())
    .refused_as("wrong_status");
}

/// Scenario: a new title has one copy.
#[test]
fn a_new_title_has_one_copy() {
    nothing::<Title>(Isbn::trusted("9780141439587".to_owned()))
        .when_created(ListTitle {
            isbn: Isbn::trusted("9780141439587".to_owned()),
            name: "Emma".to_owned(),
            ..list_title()
        })
        .then_like([("title_listed", json!({ "name": "Emma", "genre": "novel" }))]);
}

/// Scenario: a withdrawn title is listed as such.
#[test]
fn a_withdrawn_title_is_listed_as_such() {
    given::<Title>(
        Isbn::trusted("AAAAAAAAAA".to_owned()),
        [TitleListed { name: "Emma".to_owned(), ..title_listed() }.into()],
    )
    .when(WithdrawTitle { reason: "lost pages".to_owned() })
    .then_like([("title_withdrawn", json!({ "reason": "lost pages" }))]);
}

/// Scenario: a title is withdrawn once.
#[test]
fn a_title_is_withdrawn_once() {
    given::<Title>(
        Isbn::trusted("AAAAAAAAAA".to_owned()),
        [title_listed().into(), title_withdrawn().into()],
    )
    .when(withdraw_title())
    .ignored();
}

#[test]
fn add_copies_keeps_its_bounds() {
    valid(add_copies());
    valid(AddCopies { count: 100 });
    invalid(AddCopies { count: 0 }, "count");
    invalid(AddCopies { count: 101 }, "count");
}

#[test]
fn list_title_keeps_its_bounds() {
    valid(list_title());
    valid(ListTitle { name: "A".repeat(120), ..list_title() });
    invalid(ListTitle { name: String::new(), ..list_title() }, "name");
    invalid(ListTitle { name: "A".repeat(121), ..list_title() }, "name");
}

#[test]
fn withdraw_title_keeps_its_bounds() {
    valid(withdraw_title());
    valid(WithdrawTitle { reason: "A".repeat(200) });
    invalid(WithdrawTitle { reason: String::new() }, "reason");
    invalid(WithdrawTitle { reason: "A".repeat(201) }, "reason");
}

#[test]
fn events_keep_their_stored_form() {
    stored_as::<TitleEvent>(
        title_listed(),
        "title_listed",
        1,
        json!({ "name": "A", "genre": "novel" }),
    );
    stored_as::<TitleEvent>(copies_added(), "copies_added", 1, json!({ "count": 1 }));
    stored_as::<TitleEvent>(title_withdrawn(), "title_withdrawn", 1, json!({ "reason": "A" }));
}
