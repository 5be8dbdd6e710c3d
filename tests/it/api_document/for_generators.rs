//! What generators of clients need of the document: one type for each thing, each with a name.
//! Where it was otherwise they left operations out, or gave them `Any` and `unknown`. `.ci/clients`
//! generates clients and uses them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::DOCUMENT;

const NAMED: &str = "/components/schemas/";

/// Every schema of the document, with where it is.
fn schemas() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    collect("", &DOCUMENT.json, false, &mut found);
    found
}

fn collect(
    at: &str,
    value: &'static Value,
    is_schema: bool,
    found: &mut Vec<(String, &'static Value)>,
) {
    if is_schema {
        found.push((at.to_owned(), value));
    }
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                // An example is data, whatever its fields are called.
                if ["example", "examples", "default", "const", "enum"].contains(&name.as_str())
                    && !is_names(at)
                {
                    continue;
                }
                let is_schema =
                    is_names(at) || (name == "schema" || (is_schema && name == "items"));
                collect(&format!("{at}/{name}"), value, is_schema, found);
            }
        }
        Value::Array(array) => {
            let is_schema = ["/oneOf", "/anyOf", "/allOf"].iter().any(|of| at.ends_with(of));
            for (index, value) in array.iter().enumerate() {
                collect(&format!("{at}/{index}"), value, is_schema, found);
            }
        }
        _ => {}
    }
}

/// Whether what is here has the names of schemas as its keys.
fn is_names(at: &str) -> bool {
    at.ends_with("/properties") || at == NAMED.trim_end_matches('/')
}

fn is_named(at: &str) -> bool {
    at.strip_prefix(NAMED).is_some_and(|name| !name.contains('/'))
}

#[test]
fn every_schema_has_one_type_and_those_of_objects_and_enums_have_names() {
    let schemas = schemas();
    assert!(
        schemas.iter().any(|(at, _)| at.ends_with("SignIn/properties/rememberMe")),
        "the schemas are not found"
    );
    for (at, schema) in schemas {
        let keys: BTreeSet<_> =
            schema.as_object().expect("a schema is an object").keys().map(String::as_str).collect();
        if at.contains("/properties/") {
            assert!(
                !keys.contains("default"),
                "{at}: openapi-typescript makes a field with a default a required one"
            );
        }
        if keys.contains("$ref") {
            assert_eq!(
                keys.len(),
                1,
                "{at}: some generators ignore what is beside $ref, others make a type of it"
            );
            continue;
        }
        assert!(
            !keys.contains("anyOf") && !keys.contains("allOf"),
            "{at}: generators disagree about these"
        );
        if let Some(choices) = schema["oneOf"].as_array() {
            let of_names = choices.iter().filter(|choice| choice.get("$ref").is_some()).count();
            let of_null = choices.iter().filter(|choice| choice["type"] == "null").count();
            assert_eq!(of_names + of_null, choices.len(), "{at}: a choice without a name");
            assert!(
                is_named(&at) || (of_names, of_null) == (1, 1),
                "{at}: a choice between types needs a name"
            );
            continue;
        }
        let one = match &schema["type"] {
            Value::String(_) => true,
            Value::Array(types) => types.len() == 2 && types.iter().any(|one| one == "null"),
            _ => false,
        };
        assert!(one, "{at}: its type is none, or more than one");
        if let Some(values) = schema["enum"].as_array() {
            assert!(is_named(&at), "{at}: an enum without a name becomes one for each operation");
            assert!(
                values.iter().all(|value| value.as_str().is_some_and(|value| !value.is_empty())),
                "{at}: not names"
            );
        }
        if keys.contains("properties") {
            assert!(is_named(&at), "{at}: an object without a name");
        }
    }
}

#[test]
fn the_names_of_groups_and_operations_can_be_names_in_code() {
    let mut names = BTreeSet::new();
    let paths = DOCUMENT.json["paths"].as_object().expect("paths");
    for operation in paths
        .values()
        .flat_map(|item| item.as_object().expect("a path"))
        .filter(|(key, _)| *key != "parameters")
    {
        let name = operation.1["operationId"].as_str().expect("an operationId");
        assert!(names.insert(name.to_owned()), "{name} is there twice");
        assert_eq!(
            operation.1["tags"].as_array().map(Vec::len),
            Some(1),
            "{name} would be in several classes, or in none"
        );
    }
    let tags = DOCUMENT.json["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| tag["name"].as_str().expect("a name").to_owned());
    for name in names.into_iter().chain(tags) {
        assert!(
            name.chars().all(|letter| letter.is_ascii_alphanumeric()),
            "{name} is no name in code"
        );
    }
}

#[test]
fn the_servers_are_addresses_that_a_client_can_call() {
    for server in DOCUMENT.json["servers"].as_array().expect("servers") {
        let url = server["url"].as_str().expect("a url");
        assert!(
            url.starts_with("http://") || url.starts_with("https://"),
            "{url} is relative to nothing"
        );
    }
}
