//! Queries: conditions with two values, order with missing values last, pages without holes.

use super::conformance;
use crate::conformance::views::{fill, item, items};
use crate::db::Db;
use jiff::SignedDuration;
use kit_runtime::store::{
    Comparison, Cond, Datum, Order, QuerySpec, StoreError, Term, TextMatch, ViewTable,
};
use serde_json::{Value, json};

fn column(name: &str) -> Term {
    Term::Column(name.to_owned())
}

fn compare(name: &str, op: Comparison, value: Datum) -> Cond {
    Cond::Compare(column(name), op, Term::Value(value))
}

fn text(value: &str) -> Datum {
    Datum::Text(value.to_owned())
}

fn decimal(value: &str) -> Datum {
    Datum::Decimal(value.parse().unwrap())
}

fn not(cond: Cond) -> Cond {
    Cond::Not(Box::new(cond))
}

fn matches(name: &str, place: TextMatch, needle: &str) -> Cond {
    Cond::Text(column(name), place, Term::Value(text(needle)))
}

async fn four_items(db: &Db) -> ViewTable {
    let table = items(db).await;
    let rows = vec![
        item(
            1,
            json!({ "select": "apple", "price": "1.50", "open": true, "rank": 1,
            "at": "2026-01-05T09:00:00Z", "took": "PT2M", "day": "2026-01-05", "size": "small" }),
        ),
        item(
            2,
            json!({ "select": "Äpfel%", "price": "10.00", "open": false, "rank": 10,
            "at": "2026-01-06T09:00:00Z", "took": "PT3M", "day": "2026-01-06", "size": "it's big" }),
        ),
        item(
            3,
            json!({ "select": "zebra", "price": "2.00", "open": true, "rank": 2,
            "owner": "0190a6a5-7c5e-7b6e-8c39-1f2d3c4b5a69" }),
        ),
        item(4, json!({})),
    ];
    fill(db, table, rows).await;
    table
}

async fn ids(db: &Db, table: ViewTable, filter: Cond) -> Vec<i64> {
    let query = QuerySpec { table, filter, order: vec![], after: None, limit: 100 };
    let page = db.store.query(query).await.unwrap();
    page.rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

async fn each_condition_finds_its_rows(db: &Db) {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    let table = four_items(db).await;
    let minutes = |count| Datum::Duration(SignedDuration::from_mins(count));
    let time = |text: &str| Datum::Time(text.parse().unwrap());
    let sum = Term::Add(column("at").into(), column("took").into());
    let cases: Vec<(Cond, &[i64])> = vec![
        (Cond::everything(), &[1, 2, 3, 4]),
        (Cond::Any(vec![]), &[]),
        (compare("rank", Eq, Datum::Int(2)), &[3]),
        (compare("rank", Ne, Datum::Int(2)), &[1, 2, 4]),
        (not(compare("rank", Eq, Datum::Int(2))), &[1, 2, 4]),
        (compare("rank", Eq, Datum::Null), &[4]),
        (compare("rank", Ne, Datum::Null), &[1, 2, 3]),
        (compare("rank", Lt, Datum::Int(10)), &[1, 3]),
        (not(compare("rank", Lt, Datum::Int(10))), &[2, 4]),
        (compare("rank", Gt, Datum::Null), &[]),
        (not(compare("rank", Gt, Datum::Null)), &[1, 2, 3, 4]),
        (compare("price", Ge, decimal("2")), &[2, 3]),
        (compare("price", Eq, decimal("1.500")), &[1]),
        (compare("price", Gt, decimal("1.995")), &[2, 3]),
        (compare("price", Le, Datum::Int(2)), &[1, 3]),
        (Cond::Compare(column("price"), Ge, column("rank")), &[1, 2, 3]),
        (Cond::Compare(column("price"), Gt, column("rank")), &[1]),
        (compare("select", Lt, text("b")), &[1]),
        (compare("select", Gt, text("a")), &[1, 2, 3]),
        (compare("size", Eq, text("it's big")), &[2]),
        (compare("at", Lt, time("2026-01-05T09:00:00.000001Z")), &[1]),
        (compare("day", Ge, Datum::Date("2026-01-06".parse().unwrap())), &[2]),
        (compare("took", Eq, minutes(2)), &[1]),
        (Cond::Compare(sum, Eq, Term::Value(time("2026-01-06T09:03:00Z"))), &[2]),
        (
            compare(
                "owner",
                Eq,
                Datum::Uuid("0190a6a5-7c5e-7b6e-8c39-1f2d3c4b5a69".parse().unwrap()),
            ),
            &[3],
        ),
        (Cond::True(column("open")), &[1, 3]),
        (not(Cond::True(column("open"))), &[2, 4]),
        (Cond::IsNull(column("owner")), &[1, 2, 4]),
        (not(Cond::IsNull(column("owner"))), &[3]),
        (Cond::In(column("rank"), vec![Datum::Int(1), Datum::Int(10), Datum::Int(7)]), &[1, 2]),
        (not(Cond::In(column("rank"), vec![Datum::Int(1)])), &[2, 3, 4]),
        (Cond::In(column("rank"), vec![]), &[]),
        (matches("select", TextMatch::StartsWith, "Äp"), &[2]),
        (matches("select", TextMatch::EndsWith, "l%"), &[2]),
        (matches("select", TextMatch::EndsWith, ""), &[1, 2, 3]),
        (matches("select", TextMatch::Contains, "%"), &[2]),
        (matches("select", TextMatch::Contains, ""), &[1, 2, 3]),
        (not(matches("select", TextMatch::Contains, "e")), &[4]),
        (Cond::All(vec![Cond::True(column("open")), compare("rank", Gt, Datum::Int(1))]), &[3]),
        (
            not(Cond::Any(vec![Cond::True(column("open")), compare("rank", Gt, Datum::Int(1))])),
            &[4],
        ),
    ];
    for (cond, expected) in cases {
        assert_eq!(ids(db, table, cond.clone()).await, expected, "{cond:?}");
    }
}

async fn sums_and_products_keep_the_scale(db: &Db) {
    let table = four_items(db).await;
    let product = Term::Mul(column("price").into(), column("price").into());
    let cond = Cond::Compare(product, Comparison::Eq, Term::Value(decimal("2.25")));
    assert_eq!(ids(db, table, cond).await, [1]);
    let sum = Term::Sub(column("price").into(), Term::Value(Datum::Int(1)).into());
    let cond = Cond::Compare(sum, Comparison::Le, Term::Value(decimal("0.5")));
    assert_eq!(ids(db, table, cond).await, [1]);
}

async fn pages_follow_each_other_without_holes(db: &Db) {
    let table = items(db).await;
    let rank = |id: i64| if id % 3 == 0 { Value::Null } else { json!(id % 4) };
    let price = |id: i64| if id % 5 == 0 { Value::Null } else { json!(format!("{}.00", id % 2)) };
    let rows =
        (0..40).map(|id| item(id, json!({ "rank": rank(id), "price": price(id) }))).collect();
    fill(db, table, rows).await;
    let order = |names: &[&str]| -> Vec<Order> {
        let one = |name: &&str| Order {
            column: name.trim_start_matches('-').to_owned(),
            descending: name.starts_with('-'),
        };
        names.iter().map(one).collect()
    };
    for names in
        [&[][..], &["rank"], &["-rank"], &["rank", "-price"], &["-price", "-rank"], &["-id"]]
    {
        let query = |after, limit| QuerySpec {
            table,
            filter: Cond::everything(),
            order: order(names),
            after,
            limit,
        };
        let whole = db.store.query(query(None, 100)).await.unwrap();
        assert_eq!((whole.rows.len(), whole.next.clone()), (40, None));
        if names.is_empty() {
            let ids: Vec<i64> = whole.rows.iter().map(|it| it["id"].as_i64().unwrap()).collect();
            assert_eq!(ids, (0..40).collect::<Vec<_>>(), "numbers are ordered as numbers");
        }
        if let Some(first) = names.first().filter(|it| !it.ends_with("id")) {
            let name = first.trim_start_matches('-');
            let missing: Vec<bool> = whole.rows.iter().map(|row| !row.contains_key(name)).collect();
            assert!(missing.is_sorted(), "{names:?}: missing values come last");
        }
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = db.store.query(query(after, 7)).await.unwrap();
            assert_eq!(page.cursors.len(), page.rows.len());
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(rows, whole.rows, "{names:?}");
        let middle = db.store.query(query(Some(whole.cursors[10].clone()), 3)).await.unwrap();
        assert_eq!(middle.rows, whole.rows[11..14], "any row's cursor continues after it");
    }
}

async fn what_the_view_does_not_have_is_refused(db: &Db) {
    let table = items(db).await;
    let query = |filter, order: &str, after: Option<&str>| QuerySpec {
        table,
        filter,
        order: vec![Order { column: order.to_owned(), descending: false }],
        after: after.map(str::to_owned),
        limit: 10,
    };
    let everything = Cond::everything;
    let refused = [
        query(Cond::True(column("nope")), "id", None),
        query(compare("parts", Comparison::Eq, Datum::Int(1)), "id", None),
        query(compare("rank", Comparison::Eq, text("x")), "id", None),
        query(everything(), "nope", None),
        query(everything(), "parts", None),
    ];
    for query in refused {
        let error = db.store.query(query.clone()).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)), "{query:?}: {error:?}");
    }
    for cursor in ["x", "", "W10", "????"] {
        let error = db.store.query(query(everything(), "rank", Some(cursor))).await.unwrap_err();
        assert_eq!(error, StoreError::Cursor, "{cursor}");
    }
}

conformance! {
    each_condition_finds_its_rows,
    sums_and_products_keep_the_scale,
    pages_follow_each_other_without_holes,
    what_the_view_does_not_have_is_refused,
}
