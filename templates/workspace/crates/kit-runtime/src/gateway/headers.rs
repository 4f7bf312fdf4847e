//! Which headers pass the gateway.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::telemetry;

/// What belongs to one connection (RFC 9110, 7.6.1), or would.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// What only a gateway may say, or what would say something else than the request does.
const FORGED: [HeaderName; 11] = [
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-method-override"),
];

/// Who somebody says they are; believed only with `--dev`.
const UNSIGNED: [HeaderName; 2] =
    [HeaderName::from_static("x-actor"), HeaderName::from_static("x-roles")];

/// What a part of a composed answer does not inherit from the request for the whole.
const OF_THE_WHOLE: [HeaderName; 9] = [
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::ACCEPT_ENCODING,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::RANGE,
    header::EXPECT,
];

/// What a service should not say about itself to the outside.
const INWARD: [HeaderName; 2] = [header::SERVER, HeaderName::from_static("x-powered-by")];

/// The headers of a request as the service gets them.
pub(super) fn inbound(headers: &mut HeaderMap, peer: Option<IpAddr>, dev: bool) {
    let host = headers.remove(header::HOST);
    if headers.contains_key(header::TRANSFER_ENCODING) {
        headers.remove(header::CONTENT_LENGTH);
    }
    hop_by_hop(headers);
    remove(headers, &FORGED);
    if !dev {
        remove(headers, &UNSIGNED);
    }
    let mut set = |name: &'static str, value: Option<HeaderValue>| {
        if let Some(value) = value {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-forwarded-for", peer.and_then(|ip| HeaderValue::from_str(&ip.to_string()).ok()));
    set("x-forwarded-proto", Some(HeaderValue::from_static("http")));
    set("x-forwarded-host", host);
    if let Some(trace) = telemetry::current() {
        set("x-correlation-id", HeaderValue::from_str(&trace.correlation_id).ok());
        set("traceparent", HeaderValue::from_str(&trace.traceparent()).ok());
    }
}

/// The same for a part of a composed answer.
pub(super) fn for_part(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    remove(&mut headers, &OF_THE_WHOLE);
    headers
}

/// The headers of an answer as the caller gets them.
pub(super) fn outbound(headers: &mut HeaderMap, prefix: &str) {
    hop_by_hop(headers);
    remove(headers, &INWARD);
    if prefix.is_empty() {
        return;
    }
    let place = headers.get(header::LOCATION).and_then(|place| place.to_str().ok());
    let below = place.filter(|place| place.starts_with('/') && !place.starts_with("//"));
    if let Some(place) =
        below.and_then(|place| HeaderValue::from_str(&format!("{prefix}{place}")).ok())
    {
        headers.insert(header::LOCATION, place);
    }
}

fn hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .filter(|name| name != header::CONTENT_LENGTH && name != header::HOST)
        .collect();
    remove(headers, &named);
    remove(headers, &HOP_BY_HOP);
}

fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn what_belongs_to_the_connection_does_not_pass() {
        let mut all = headers(&[
            ("connection", "keep-alive, x-mine"),
            ("x-mine", "1"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("accept", "*/*"),
        ]);
        inbound(&mut all, None, false);
        let mut names: Vec<&str> = all.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "x-forwarded-proto"]);
    }

    #[test]
    fn what_could_be_forged_is_replaced() {
        let forged = [
            ("x-forwarded-for", "1.2.3.4"),
            ("forwarded", "for=1.2.3.4"),
            ("x-actor", "0197a5f0-0000-7000-8000-000000000001"),
            ("host", "shop.example"),
        ];
        let mut all = headers(&forged);
        inbound(&mut all, Some(IpAddr::from([127, 0, 0, 1])), false);
        assert_eq!(all["x-forwarded-for"], "127.0.0.1");
        assert_eq!(all["x-forwarded-host"], "shop.example");
        assert!(!all.contains_key("forwarded") && !all.contains_key("x-actor"));
        let mut all = headers(&forged);
        inbound(&mut all, None, true);
        assert!(all.contains_key("x-actor"));
    }

    #[test]
    fn a_place_gets_the_prefix() {
        for (given, expected) in [("/jobs/1", "/api/jobs/1"), ("//a/b", "//a/b")] {
            let mut all = headers(&[("server", "x")]);
            all.insert(header::LOCATION, HeaderValue::from_str(given).expect("is one"));
            outbound(&mut all, "/api");
            assert_eq!(all["location"], expected);
            assert!(!all.contains_key("server"));
        }
    }
}
