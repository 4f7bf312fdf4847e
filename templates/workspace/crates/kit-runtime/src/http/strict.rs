//! What a request must be before anything looks at it: framing, host, target, method.
//!
//! Looked at for requests that came by a connection; those made in the process are well formed.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Version, header};
use axum::response::{IntoResponse as _, Response};

use super::{Hosts, Problem};

/// The other end of the connection that a request came by.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// What is wrong with the head of a request, and cannot be seen in it any more.
#[derive(Debug, Clone, Copy)]
pub struct Flaw(pub &'static str);

/// The longest request target, in bytes.
const LONGEST_TARGET: usize = 8 << 10;
/// Most parameters of a target.
const MOST_PARAMETERS: usize = 100;

/// The answer to a request that is not well formed; the connection ends with it.
pub(super) fn refused(request: &Request, hosts: Option<&Hosts>) -> Option<Response> {
    request.extensions().get::<Peer>()?;
    let problem = framing(request)
        .or_else(|| coding(request))
        .or_else(|| method(request))
        .or_else(|| target(request))
        .or_else(|| parameters(request))
        .or_else(|| stranger(request, hosts?))?;
    let mut response = problem.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let accepted = HeaderValue::from_static("identity");
        response.headers_mut().insert(header::ACCEPT_ENCODING, accepted);
    }
    Some(response)
}

fn bad(code: &'static str, detail: &'static str) -> Option<Problem> {
    Some(Problem::new(StatusCode::BAD_REQUEST, code, detail))
}

fn framing(request: &Request) -> Option<Problem> {
    if let Some(Flaw(detail)) = request.extensions().get() {
        return bad("bad_framing", detail);
    }
    let headers = request.headers();
    let all = |name: HeaderName| headers.get_all(name).iter();
    let coded = headers.contains_key(header::TRANSFER_ENCODING);
    if coded && headers.contains_key(header::CONTENT_LENGTH) {
        return bad("bad_framing", "the length of the body is told twice");
    }
    let chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    if coded
        && !(all(header::TRANSFER_ENCODING).count() == 1
            && all(header::TRANSFER_ENCODING).all(chunked))
    {
        let detail = "the only transfer coding is chunked";
        return Some(Problem::new(StatusCode::NOT_IMPLEMENTED, "bad_framing", detail));
    }
    let hosts = all(header::HOST).count();
    if hosts > 1 || (hosts == 0 && request.version() >= Version::HTTP_11) {
        return bad("bad_host", "a request names one host");
    }
    let is_host = |value: &HeaderValue| {
        let fine = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:[]%".contains(byte);
        value.as_bytes().iter().all(fine)
    };
    if !all(header::HOST).all(is_host) {
        return bad("bad_host", "the host is not one");
    }
    let goes_on = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    if !all(header::EXPECT).all(goes_on) {
        let detail = "the only expectation is 100-continue";
        return Some(Problem::new(StatusCode::EXPECTATION_FAILED, "bad_expectation", detail));
    }
    None
}

/// Bodies come as they are: what is packed small can be large.
fn coding(request: &Request) -> Option<Problem> {
    let plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if request.headers().get_all(header::CONTENT_ENCODING).iter().all(plain) {
        return None;
    }
    let (status, detail) = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must not be encoded");
    Some(Problem::new(status, "unsupported_encoding", detail))
}

fn method(request: &Request) -> Option<Problem> {
    match *request.method() {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => None,
        Method::CONNECT | Method::TRACE => {
            let detail = "this is no proxy";
            Some(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail))
        }
        _ => {
            let detail = "there is no such method";
            Some(Problem::new(StatusCode::NOT_IMPLEMENTED, "unknown_method", detail))
        }
    }
}

/// A path has one spelling: nothing in it can be read in two ways.
fn target(request: &Request) -> Option<Problem> {
    let uri = request.uri();
    let whole = uri.path_and_query().map_or(0, |text| text.as_str().len());
    if whole > LONGEST_TARGET {
        let detail = "the target is too long";
        return Some(Problem::new(StatusCode::URI_TOO_LONG, "target_too_long", detail));
    }
    let host = request.headers().get(header::HOST).map(HeaderValue::as_bytes);
    if uri.authority().is_some_and(|it| host.is_some_and(|host| host != it.as_str().as_bytes())) {
        let detail = "the target is another host's";
        return Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, "other_host", detail));
    }
    let path = uri.path();
    if path == "/" || path == "*" {
        return None;
    }
    let segments = path.split('/').skip(1);
    let last = segments.clone().count();
    for (index, segment) in segments.enumerate() {
        if segment.is_empty() && index + 1 < last {
            return bad("bad_target", "the path has an empty segment");
        }
        let Some(plain) = decoded(segment) else {
            return bad("bad_target", "the path has a percent sign that means nothing");
        };
        if plain == b"." || plain == b".." {
            return bad("bad_target", "the path leads up");
        }
        let odd = |byte: &u8| byte.is_ascii_control() || matches!(byte, b'/' | b'\\');
        if plain.iter().any(odd) || std::str::from_utf8(&plain).is_err() {
            return bad("bad_target", "the path holds what no path may");
        }
    }
    None
}

/// Each parameter has one value, and there are not too many.
fn parameters(request: &Request) -> Option<Problem> {
    let mut known = BTreeSet::new();
    for pair in request.uri().query()?.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        let Some(name) = decoded(&name.replace('+', "%20")) else {
            return bad("bad_target", "a parameter has a percent sign that means nothing");
        };
        if !known.insert(name) {
            return bad("bad_target", "a parameter is given twice");
        }
        if known.len() > MOST_PARAMETERS {
            return bad("bad_target", "there are too many parameters");
        }
    }
    None
}

/// A request for a host that is none of `hosts`.
fn stranger(request: &Request, hosts: &Hosts) -> Option<Problem> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    if hosts.know(host) {
        return None;
    }
    let detail = "this host is not answered here; PUBLIC_HOSTS names those that are";
    Some(Problem::new(StatusCode::MISDIRECTED_REQUEST, "other_host", detail))
}

/// A segment without its percent signs; none when one of them is followed by no number.
fn decoded(segment: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
        let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
        out.push(high << 4 | low);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn status(line: &str, headers: &[(&str, &str)]) -> u16 {
        let (method, uri) = line.split_once(' ').expect("has a method and a path");
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("is a request");
        request.extensions_mut().insert(Peer(SocketAddr::from(([127, 0, 0, 1], 1))));
        refused(&request, Some(&Hosts::default())).map_or(0, |response| response.status().as_u16())
    }

    const HOST: (&str, &str) = ("host", "shop:8000");

    #[test]
    fn framing_is_told_once() {
        let with = |header: (&'static str, &'static str)| status("POST /a", &[HOST, header]);
        assert_eq!(with(("transfer-encoding", "chunked")), 0);
        assert_eq!(with(("transfer-encoding", "identity, chunked")), 501);
        assert_eq!(with(("expect", "100-continue")), 0);
        assert_eq!(with(("expect", "more")), 417);
        let both = [HOST, ("content-length", "1"), ("transfer-encoding", "chunked")];
        assert_eq!(status("POST /a", &both), 400);
    }

    #[test]
    fn there_is_one_host() {
        assert_eq!(status("GET /a", &[HOST]), 0);
        assert_eq!(status("GET /a", &[]), 400);
        assert_eq!(status("GET /a", &[HOST, HOST]), 400);
        assert_eq!(status("GET /a", &[("host", "a b")]), 400);
        assert_eq!(status("GET /a", &[("host", "a/b")]), 400);
        assert_eq!(status("GET http://other/a", &[HOST]), 421);
        assert_eq!(status("GET http://shop:8000/a", &[HOST]), 0);
    }

    #[test]
    fn bodies_are_not_encoded() {
        assert_eq!(status("POST /a", &[HOST, ("content-encoding", "gzip")]), 415);
        assert_eq!(status("POST /a", &[HOST, ("content-encoding", "identity")]), 0);
    }

    #[test]
    fn a_host_is_known() {
        assert_eq!(status("GET /a", &[("host", "shop.example")]), 421);
        assert_eq!(status("GET /a", &[("host", "127.0.0.1:8000")]), 0);
    }

    #[test]
    fn parameters_are_few_and_different() {
        assert_eq!(status("GET /a?b=1&c=2&&d", &[HOST]), 0);
        assert_eq!(status("GET /a?b=1&b=2", &[HOST]), 400);
        assert_eq!(status("GET /a?b+=1&b%20", &[HOST]), 400);
        let many = |count: usize| (0..count).map(|n| format!("p{n}&")).collect::<String>();
        assert_eq!(status(&format!("GET /a?{}", many(100)), &[HOST]), 0);
        assert_eq!(status(&format!("GET /a?{}", many(101)), &[HOST]), 400);
    }

    #[test]
    fn a_path_has_one_spelling() {
        for fine in ["/", "/a/b", "/a/b/", "/a/%C3%BC", "/a/100%25", "/a?b=//..", "/a/..b"] {
            assert_eq!(status(&format!("GET {fine}"), &[HOST]), 0, "{fine}");
        }
        for bad in [
            "/x/../admin",
            "/x/%2e%2e/admin",
            "/x/%2E",
            "//x",
            "/a//b",
            "/a%2Fb",
            "/a%5cb",
            "/a%00",
            "/a%ff",
            "/a%2",
            "/a%zz",
        ] {
            assert_eq!(status(&format!("GET {bad}"), &[HOST]), 400, "{bad}");
        }
        let long = format!("GET /{}", "a".repeat(9 << 10));
        assert_eq!(status(&long, &[HOST]), 414);
    }

    #[test]
    fn methods_are_known() {
        assert_eq!(status("TRACE /a", &[HOST]), 405);
        assert_eq!(status("BREW /a", &[HOST]), 501);
    }
}
