// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! The scenarios of views and policies.

use catalogue::views::TitleList;
use catalogue_domain::title::{
    AddCopies, CopiesAdded, ListTitle, Title, TitleEvent, TitleListed, WithdrawTitle,
};
use contracts::catalogue::{Genre, Isbn};
use kit::testing::Stage;
use serde_json::json;

fn stage() -> Stage {
    Stage::default().view::<TitleList, TitleEvent>()
}

fn title_listed() -> TitleListed {
    TitleListed { name: "A".to_owned(), genre: Genre::Novel }
}

fn list_title() -> ListTitle {
    ListTitle {
        isbn: Isbn::trusted("AAAAAAAAAA".to_owned()),
        name: "A".to_owned(),
        genre: Genre::Novel,
    }
}

/// Scenario: a new title has one copy.
#[test]
fn a_new_title_has_one_copy() {
    stage()
        .when_created::<Title, _>(
            Isbn::trusted("9780141439587".to_owned()),
            ListTitle {
                isbn: Isbn::trusted("9780141439587".to_owned()),
                name: "Emma".to_owned(),
                ..list_title()
            },
        )
        .rows([(
            "title_list",
            json!({ "isbn": "9780141439587", "name": "Emma", "copies": 1, "status": "listed" }),
        )]);
}

/// Scenario: the list counts the copies.
#[test]
fn the_list_counts_the_copies() {
    stage()
        .given::<Title>(
            Isbn::trusted("AAAAAAAAAA".to_owned()),
            [title_listed().into(), CopiesAdded { count: 2 }.into()],
        )
        .when::<Title, _>(Isbn::trusted("AAAAAAAAAA".to_owned()), AddCopies { count: 3 })
        .rows([("title_list", json!({ "copies": 6 }))]);
}

/// Scenario: a withdrawn title is listed as such.
#[test]
fn a_withdrawn_title_is_listed_as_such() {
    stage()
        .given::<Title>(
            Isbn::trusted("AAAAAAAAAA".to_owned()),
            [TitleListed { name: "Emma".to_owned(), ..title_listed() }.into()],
        )
        .when::<Title, _>(
            Isbn::trusted("AAAAAAAAAA".to_owned()),
            WithdrawTitle { reason: "lost pages".to_owned() },
        )
        .rows([("title_list", json!({ "name": "Emma", "status": "withdrawn" }))]);
}
