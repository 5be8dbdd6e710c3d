//! Routes, `errorKey`s and examples agree with the code; and what does not agree is found.

use std::collections::{BTreeMap, BTreeSet};

use local::gateway;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use web::error_key::ErrorKey;
use web::routes::Access;

use super::document::{Content, DOCUMENT, Response};
use super::exchange::{Exchange, PROBLEM};
use crate::world::World;

/// Every response of the document: where it is, its status if it has one there, and itself.
fn responses() -> impl Iterator<Item = (String, Option<u16>, &'static Response)> {
    let of_operations = DOCUMENT.operations.iter().flat_map(|operation| {
        let name = format!("{} {}", operation.method, operation.path);
        operation
            .responses
            .iter()
            .map(move |(status, response)| (format!("{name} {status}"), Some(*status), response))
    });
    of_operations
        .chain(DOCUMENT.responses.iter().map(|(name, response)| (name.clone(), None, response)))
}

#[tokio::test]
async fn the_document_has_the_routes_of_all_functions_and_says_who_may_call_them() {
    let world = World::start().await;
    let served: BTreeSet<_> = gateway::routes(&world.machine.service)
        .into_iter()
        .flat_map(|(_, routes)| routes)
        .map(|route| (route.path, route.method.to_string(), route.access == Access::Public))
        .collect();
    let documented: BTreeSet<_> = DOCUMENT
        .operations
        .iter()
        .map(|operation| {
            (operation.path.clone(), operation.method.to_string(), operation.is_public)
        })
        .collect();
    assert_eq!(documented, served);
}

#[test]
fn the_document_has_every_error_key_each_under_its_own_status() {
    let known: BTreeMap<_, _> =
        ErrorKey::ALL.iter().map(|key| (key.as_str(), key.status().as_u16())).collect();
    let mut used = BTreeSet::new();
    for (name, status, response) in responses() {
        let Some(content) = response.contents.get(PROBLEM) else { continue };
        assert!(!content.error_keys.is_empty(), "{name} lists no errorKey");
        for key in &content.error_keys {
            let key = key.as_str();
            let of_key =
                known.get(key).unwrap_or_else(|| panic!("{name} has {key}, which is none"));
            assert_eq!(status.unwrap_or(*of_key), *of_key, "{name} has {key}");
            used.insert(key);
        }
    }
    assert_eq!(used, known.keys().copied().collect());
    let all: Vec<_> = ErrorKey::ALL.iter().map(|key| key.as_str()).collect();
    assert_eq!(DOCUMENT.json["components"]["schemas"]["ErrorKey"]["enum"], json!(all));
}

/// Every example is what it is an example of.
#[track_caller]
fn assert_fits(content: &Content, of: &str) {
    for example in &content.examples {
        let value = if let Value::String(text) = example {
            content.value_of(text)
        } else {
            example.clone()
        };
        assert_eq!(content.fault(&value), None, "an example of {of}: {example}");
    }
}

#[test]
fn every_example_is_what_the_document_says_it_is() {
    for operation in &DOCUMENT.operations {
        let name = format!("{} {}", operation.method, operation.path);
        for parameter in &operation.parameters {
            assert!(
                !parameter.content.examples.is_empty(),
                "{name}: {} has no example",
                parameter.name
            );
            assert_fits(&parameter.content, &format!("{name}: {}", parameter.name));
        }
        if let Some(body) = &operation.body {
            assert!(!body.examples.is_empty(), "{name}: no example of a body");
            assert_fits(body, &name);
        }
    }
    for (name, _, response) in responses() {
        for (header, of_header) in &response.headers {
            assert_fits(&of_header.content, &format!("{name}: {header}"));
        }
        for (media, content) in &response.contents {
            assert!(!content.examples.is_empty(), "{name} has no example of {media}");
            assert_fits(content, &name);
        }
    }
}

#[test]
fn every_example_of_a_problem_says_what_the_service_says() {
    for (name, _, response) in responses() {
        for example in
            response.contents.get(PROBLEM).into_iter().flat_map(|content| &content.examples)
        {
            let key = ErrorKey::ALL
                .iter()
                .find(|key| example["errorKey"] == key.as_str())
                .expect("a known errorKey");
            let expected = json!([
                key.title(),
                key.status().as_u16(),
                format!("urn:panorama-connect:problem:{}", key.as_str())
            ]);
            assert_eq!(
                json!([example["title"], example["status"], example["type"]]),
                expected,
                "{name}"
            );
            assert_eq!(example["message"], example["detail"], "{name}");
            if let Some(first) = example["fieldErrors"].get(0) {
                assert_eq!(first["errorKey"], key.as_str(), "{name}");
            }
            let listed = &response.contents[PROBLEM].error_keys;
            assert!(
                listed.iter().any(|listed| listed == key.as_str()),
                "{name} does not list {}",
                key.as_str()
            );
        }
    }
}

#[test]
fn the_document_has_the_version_of_the_code() {
    assert_eq!(DOCUMENT.json["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_list_says_how_long_it_is_and_every_new_thing_where_it_is() {
    let mut lists = 0;
    for operation in &DOCUMENT.operations {
        let name = format!("{} {}", operation.method, operation.path);
        for (status, response) in &operation.responses {
            let content = response.contents.get("application/json");
            let is_list = content.is_some_and(|content| {
                content.examples.iter().any(|example| {
                    example.is_array()
                        || ["items", "summaries", "operations"]
                            .iter()
                            .any(|field| example[*field].is_array())
                })
            });
            if is_list {
                lists += 1;
                assert!(response.headers.contains_key("x-total-count"), "{name}");
                assert!(
                    response.headers.get("link").is_some_and(|header| header.is_required),
                    "{name}"
                );
                let parameters: Vec<_> =
                    operation.parameters.iter().map(|parameter| &*parameter.name).collect();
                assert!(parameters.contains(&"page") && parameters.contains(&"size"), "{name}");
            }
            if *status == 201 {
                assert!(
                    response.headers.get("location").is_some_and(|header| header.is_required),
                    "{name}"
                );
            }
        }
    }
    assert_eq!(lists, 19);
}

#[tokio::test]
async fn anybody_may_read_the_document() {
    let world = World::start().await;
    let answer = world.http.get(world.api("/openapi.json")).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(answer.headers()[CACHE_CONTROL], "public, max-age=300");
    assert_eq!(answer.json::<Value>().await.expect("JSON"), DOCUMENT.json);
}

/// `GET /users/{leafUserId}`, answered with this.
fn answered(status: u16, body: &Value) -> Exchange {
    let media = if status < 400 { "application/json" } else { PROBLEM };
    Exchange {
        method: Method::GET,
        route: Some("/services/usermanagement/api/users/{leafUserId}".to_owned()),
        in_path: vec![("leafUserId".to_owned(), "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20".to_owned())],
        in_query: Vec::new(),
        sent: Vec::new(),
        status: StatusCode::from_u16(status).expect("a status"),
        headers: HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(media)),
            (HeaderName::from_static("x-request-id"), HeaderValue::from_static("0123456789abcdef")),
        ]),
        answered: body.to_string().into(),
        of_strangers: false,
    }
}

fn problem(status: u16, error_key: &str) -> Value {
    json!({
        "type": format!("urn:panorama-connect:problem:{error_key}"), "title": "t", "status": status,
        "detail": "d", "path": "/",
        "message": "d", "errorKey": error_key,
    })
}

#[track_caller]
fn assert_found(exchange: &Exchange, fault: &str) {
    let found = exchange.check().expect_err(fault);
    assert!(found.contains(fault), "{fault:?} is not in {found}");
}

#[test]
fn an_answer_that_the_document_does_not_have_is_found() {
    let user = json!({
        "id": "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20", "name": "n", "email": "e@x", "phone": null,
        "address": null, "externalId": null,
    });
    assert_eq!(answered(200, &user).check(), Ok(()));
    assert_eq!(answered(404, &problem(404, "leafUserNotFound")).check(), Ok(()));

    assert_found(
        &answered(404, &problem(404, "sessionExpired")),
        "\"sessionExpired\" is not one of",
    );
    assert_found(&answered(404, &problem(400, "leafUserNotFound")), "404 was expected in the body");
    assert_found(&answered(418, &user), "the status is not documented");
    let mut more = user.clone();
    more["password"] = "x".into();
    assert_found(&answered(200, &more), "password");
    let mut more = problem(404, "leafUserNotFound");
    more["cause"] = "x".into();
    assert_found(&answered(404, &more), "cause");
    let of_field = json!([{ "field": "f", "errorKey": "missingField", "message": "m" }]);
    let mut wrong_field = problem(400, "malformedField");
    wrong_field["fieldErrors"] = of_field;
    assert_found(&answered(400, &wrong_field), "\"missingField\" is not one of");

    let mut nameless = answered(200, &user);
    nameless.headers.remove("x-request-id");
    assert_found(&nameless, "the header x-request-id is missing");
    let mut page = answered(200, &user);
    page.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    assert_found(&page, "\"text/html\" is not documented");
    let mut impatient = answered(503, &problem(503, "storageUnavailable"));
    assert_found(&impatient, "the header retry-after is missing");
    impatient.headers.insert("retry-after", HeaderValue::from_static("soon"));
    assert_found(&impatient, "retry-after");
}

#[test]
fn a_request_that_the_document_refuses_and_the_service_accepts_is_found() {
    let user = json!({
        "id": "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20", "name": "n", "email": "e@x", "phone": null,
        "address": null, "externalId": null,
    });
    let mut by_number = answered(200, &user);
    by_number.in_path[0].1 = "1".to_owned();
    assert_found(&by_number, "its leafUserId is refused there");
    let mut unknown = answered(200, &user);
    unknown.method = Method::PUT;
    assert_found(&unknown, "there is no such operation");
    let mut created = answered(201, &user);
    created.method = Method::POST;
    created.route = Some("/services/usermanagement/api/users".to_owned());
    created.sent = json!({ "name": " n ", "email": " e@x " }).to_string().into();
    assert_found(&created, "the header location is missing");
    created
        .headers
        .insert("location", HeaderValue::from_static("https://connect.example/users/5f0c2b1e"));
    assert_eq!(created.check(), Ok(()));
    created.sent = json!({ "name": "n" }).to_string().into();
    assert_eq!(created.check(), Ok(()));
    created.sent = json!({ "name": "n", "email": 1 }).to_string().into();
    assert_found(&created, "its body is refused there");
}
