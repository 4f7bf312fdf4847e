//! Answers put together from several services.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use kit_runtime::gateway::{Part, Table};
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::{Stub, front, nowhere};
use crate::web::call;

fn table() -> Table {
    let part = |name, context, path, arg, value| Part::query(name, context, path).arg(arg, value);
    Table::new("shop", 8000)
        .prefix("/api")
        .service("ordering", 8001)
        .service("catalog", 8002)
        .service("people", 8003)
        .compose(
            "/order-details/{order_id}",
            [
                part("customer", "people", "/people/{id}", "id", "order.customer").optional(),
                Part::state("order", "ordering", "/orders/{order_id}").arg("order_id", "order_id"),
                part("products", "catalog", "/products/{id}", "id", "order.lines.product").each(),
            ],
        )
}

fn orders() -> Router {
    let order = async |Path(id): Path<String>| match id.as_str() {
        "1" => {
            let lines =
                [json!({ "product": "b" }), json!({ "product": "a/b" }), json!({ "product": "b" })];
            Ok(Json(json!({ "order_id": "1", "customer": "ann", "lines": lines })))
        }
        "2" => Ok(Json(json!({ "order_id": "2", "lines": [] }))),
        _ => {
            Err((StatusCode::NOT_FOUND, Json(json!({ "code": "not_found", "detail": "no order" }))))
        }
    };
    Router::new().route("/orders/{order_id}", get(order))
}

fn products(asked: &Arc<AtomicUsize>) -> Router {
    let asked = asked.clone();
    let product = async move |Path(id): Path<String>| {
        asked.fetch_add(1, Ordering::SeqCst);
        if id == "b" { Ok(Json(json!({ "name": "bolt" }))) } else { Err(StatusCode::NOT_FOUND) }
    };
    let product_of = Router::new().route("/products/{id}", get(product));
    product_of.method_not_allowed_fallback(async || "")
}

fn people() -> Router {
    let person = async |Path(id): Path<String>| Json(json!({ "name": id, "email": "a@b.c" }));
    Router::new().route("/people/{id}", get(person))
}

struct Shop {
    orders: Stub,
    products: Stub,
    people: String,
    asked: Arc<AtomicUsize>,
}

impl Shop {
    async fn with(people: String) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let products = Stub::of(products(&asked)).await;
        Self { orders: Stub::of(orders()).await, products, people, asked }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let settings = [
            ("ORDERING_URL", self.orders.url.as_str()),
            ("CATALOG_URL", &self.products.url),
            ("PEOPLE_URL", &self.people),
            ("REQUEST_TIMEOUT", "500ms"),
        ];
        let answer = call(&front(table(), &settings), &format!("GET {path}"), &[], "").await;
        (answer.status.as_u16(), answer.json())
    }
}

#[tokio::test]
async fn the_order_comes_first_then_its_products_by_id_and_its_customer() {
    let people = Stub::of(people()).await;
    let shop = Shop::with(people.url.clone()).await;
    let (status, whole) = shop.get("/api/order-details/1").await;
    assert_eq!(status, 200, "{whole}");
    assert_eq!(whole["order"]["order_id"], "1");
    assert_eq!(whole["products"]["b"]["name"], "bolt");
    assert_eq!(whole["customer"], json!({ "name": "ann", "email": "a@b.c" }));
    assert!(whole.get("errors").is_none(), "{whole}");
    assert_eq!(shop.asked.load(Ordering::SeqCst), 2, "each product once");
    assert_eq!(whole["products"]["a/b"], Value::Null, "a product that is gone");
}

#[tokio::test]
async fn nothing_to_ask_is_no_failure() {
    let shop = Shop::with(nowhere()).await;
    let (status, whole) = shop.get("/api/order-details/2").await;
    assert_eq!((status, &whole["products"], &whole["customer"]), (200, &json!({}), &Value::Null));
    assert!(whole.get("errors").is_none(), "{whole}");
}

#[tokio::test]
async fn what_the_path_asks_for_and_is_not_there_is_404() {
    let shop = Shop::with(nowhere()).await;
    let (status, problem) = shop.get("/api/order-details/9").await;
    assert_eq!(
        (status, &problem["code"], &problem["detail"]),
        (404, &json!("not_found"), &json!("no order"))
    );
}

#[tokio::test]
async fn an_optional_part_that_fails_is_null_and_named() {
    let shop = Shop::with(nowhere()).await;
    let (status, whole) = shop.get("/api/order-details/1").await;
    assert_eq!((status, &whole["customer"]), (200, &Value::Null));
    let errors = json!([{ "part": "customer", "status": 502, "code": "bad_gateway" }]);
    assert_eq!(whole["errors"], errors);
    assert_eq!(whole["products"]["b"]["name"], "bolt");
}

#[tokio::test]
async fn an_optional_part_that_is_slow_does_not_take_the_rest_with_it() {
    let never = async || {
        std::future::pending::<()>().await;
        ""
    };
    let people = Stub::of(Router::new().route("/people/{id}", get(never))).await;
    let shop = Shop::with(people.url.clone()).await;
    let (status, whole) = shop.get("/api/order-details/1").await;
    assert_eq!((status, &whole["errors"][0]["code"]), (200, &json!("gateway_timeout")));
    assert_eq!(whole["order"]["customer"], "ann");
}

#[tokio::test]
async fn a_required_part_that_fails_is_the_end_of_the_whole() {
    let people = Stub::of(people()).await;
    let shop = Shop::with(people.url.clone()).await;
    shop.products.end();
    let (status, problem) = shop.get("/api/order-details/1").await;
    assert_eq!((status, &problem["code"]), (502, &json!("part_missing")));
    assert_eq!(problem["part"], "products");
}

/// Each of the two waits for the other one: asked one after the other, none would answer.
#[tokio::test]
async fn parts_that_do_not_need_each_other_are_asked_at_the_same_time() {
    let both = Arc::new(Barrier::new(2));
    let meeting = || {
        let both = both.clone();
        async move || {
            both.wait().await;
            Json(json!({}))
        }
    };
    let people = Stub::of(Router::new().route("/people/{id}", get(meeting()))).await;
    let mut shop = Shop::with(people.url.clone()).await;
    shop.products = Stub::of(Router::new().route("/products/{id}", get(meeting()))).await;
    let order = async || Json(json!({ "customer": "ann", "lines": [{ "product": "b" }] }));
    shop.orders = Stub::of(Router::new().route("/orders/{order_id}", get(order))).await;
    let (status, whole) = shop.get("/api/order-details/1").await;
    assert_eq!(status, 200, "{whole}");
    assert!(whole.get("errors").is_none(), "{whole}");
}
