// Rendered by minos from minos.toml; own code goes into extend.rs of the gateway.
//! The gateway of shop: which path is answered by whom.

mod extend;

use kit_runtime::gateway::{Part, Table};

/// What is answered, for people and programs: OpenAPI, served at `/openapi.json`.
const DOCUMENT: &str = include_str!("../../../contracts/openapi.json");

/// The table of shop.
#[must_use]
pub fn table() -> Table {
    let table = Table::new("shop", 8000)
        .document(DOCUMENT)
        .prefix("/api")
        .service("catalog", 8001)
        .write("POST /categories")
        .write("GET /categories/{category}")
        .write("GET /pricings/{product_id}")
        .write("POST /pricings/{product_id}/end-reduction")
        .write("POST /pricings/{product_id}/reduce-price")
        .write("POST /pricings/{product_id}/set-price")
        .read("GET /products")
        .write("POST /products")
        .read("GET /products/{product_id}")
        .write("POST /products/{product_id}/add-image")
        .write("POST /products/{product_id}/discontinue")
        .write("POST /reviews")
        .write("GET /reviews/{review_id}")
        .service("customers", 8002)
        .read("GET /customer/{customer_id}")
        .read("GET /customers")
        .write("POST /customers")
        .write("GET /customers/{customer_id}")
        .write("POST /customers/{customer_id}/change-email")
        .write("POST /customers/{customer_id}/close-account")
        .write("POST /customers/{customer_id}/leave")
        .within("25s")
        .write("POST /customers/{customer_id}/stay")
        .service("notification", 8003)
        .read("GET /mails")
        .write("POST /mails")
        .write("GET /mails/{order_id}")
        .write("POST /mails/{order_id}/mark-sent")
        .service("ordering", 8004)
        .read("GET /bestsellers")
        .write("POST /discounts")
        .write("GET /discounts/{code}")
        .read("GET /order-status/{order_id}")
        .read("GET /orders")
        .write("POST /orders")
        .write("GET /orders/{order_id}")
        .write("POST /orders/{order_id}/add-line")
        .write("POST /orders/{order_id}/cancel")
        .write("POST /orders/{order_id}/confirm")
        .write("POST /orders/{order_id}/place")
        .write("POST /orders/{order_id}/reject")
        .write("POST /orders/{order_id}/remove-line")
        .write("POST /orders/{order_id}/use-code")
        .read("GET /smallest-orders")
        .read("GET /smallest-orders/{currency}")
        .service("payment", 8005)
        .read("GET /account/{customer_id}")
        .write("POST /accounts")
        .write("GET /accounts/{customer_id}")
        .write("POST /accounts/{customer_id}/authorise-payment")
        .write("POST /accounts/{customer_id}/block")
        .write("POST /accounts/{customer_id}/capture-payment")
        .write("POST /accounts/{customer_id}/close")
        .write("POST /accounts/{customer_id}/void-payment")
        .service("shipping", 8006)
        .write("POST /carriers")
        .write("GET /carriers/{carrier}")
        .write("POST /carriers/{carrier}/retire")
        .read("GET /shipments")
        .write("POST /shipments")
        .write("GET /shipments/{order_id}")
        .write("POST /shipments/{order_id}/confirm-delivery")
        .write("POST /shipments/{order_id}/send")
        .service("stock", 8007)
        .read("GET /availability")
        .write("POST /depots")
        .write("GET /depots/{depot}")
        .write("POST /depots/{depot}/hand-over")
        .write("POST /depots/{depot}/receive")
        .write("POST /depots/{depot}/release-stock")
        .write("POST /depots/{depot}/reserve-stock")
        .compose(
            "/order-details/{order_id}",
            [
                Part::state("order", "ordering", "/orders/{order_id}").arg("order_id", "order_id"),
                Part::query("products", "catalog", "/products/{product_id}")
                    .arg("product_id", "order.lines.product_id")
                    .each(),
                Part::query("customer", "customers", "/customer/{customer_id}")
                    .arg("customer_id", "order.customer_id"),
            ],
        );
    extend::extend(table)
}
