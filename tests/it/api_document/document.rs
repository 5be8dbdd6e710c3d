//! The OpenAPI document, read: its operations, what may be sent to each, and what each may answer.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Map, Value, json};

/// `yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'`.
const TIME: &str = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$";

/// The document that is served.
pub(super) static DOCUMENT: LazyLock<Document> =
    LazyLock::new(|| Document::read(serde_json::from_str(api_document::DOCUMENT).expect("JSON")));

pub(super) struct Document {
    pub(super) operations: Vec<Operation>,
    /// `components/responses`: two of them belong to no operation.
    pub(super) responses: BTreeMap<String, Response>,
    pub(super) json: Value,
}

pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) is_public: bool,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Content>,
    pub(super) responses: BTreeMap<u16, Response>,
}

pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) is_in_path: bool,
    pub(super) content: Content,
}

pub(super) struct Response {
    pub(super) headers: BTreeMap<String, Header>,
    /// By media type.
    pub(super) contents: BTreeMap<String, Content>,
}

pub(super) struct Header {
    pub(super) is_required: bool,
    pub(super) content: Content,
}

/// A schema with its examples.
pub(super) struct Content {
    schema: Value,
    validator: OnceLock<Validator>,
    pub(super) examples: Vec<Value>,
    /// The `errorKey`s of a problem document, from `x-error-keys`. Not in the schema: a generated
    /// client shall have one type for all problems, not one for each response.
    pub(super) error_keys: Vec<String>,
}

/// Whose value a schema is about.
#[derive(Clone, Copy)]
enum Side {
    /// The client's: what the service ignores may be there as well.
    Sent,
    /// Ours, which is exactly what is written. The document leaves that open, so that an answer can
    /// get another field without breaking the clients that were generated before.
    Answered,
}

impl Document {
    fn read(json: Value) -> Self {
        let reader = Reader::new(&json);
        let operations = object(&json["paths"])
            .iter()
            .flat_map(|(path, item)| reader.operations(path, item))
            .collect();
        let responses = object(&json["components"]["responses"]);
        let responses = responses
            .iter()
            .map(|(name, response)| (name.clone(), reader.response(response)))
            .collect();
        Self { operations, responses, json }
    }

    pub(super) fn operation(&self, method: &Method, path: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.method == *method && operation.path == path)
    }
}

/// Follows references.
struct Reader<'a> {
    json: &'a Value,
    /// `components/schemas` as they are, and as they are for answers.
    sent: Value,
    answered: Value,
}

impl<'a> Reader<'a> {
    fn new(json: &'a Value) -> Self {
        let sent = json["components"]["schemas"].clone();
        let mut answered = sent.clone();
        make_exact(&mut answered);
        Self { json, sent, answered }
    }

    fn resolve(&self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            None => value,
            Some(to) => {
                let found = self.json.pointer(to.trim_start_matches('#'));
                self.resolve(found.unwrap_or_else(|| panic!("{to} is nowhere")))
            }
        }
    }

    fn operations(&self, path: &str, item: &'a Value) -> Vec<Operation> {
        let common = array(&item["parameters"]);
        let methods = object(item).iter().filter(|(name, _)| *name != "parameters");
        methods.map(|(method, operation)| self.operation(method, path, common, operation)).collect()
    }

    fn operation(
        &self,
        method: &str,
        path: &str,
        common: &'a [Value],
        operation: &'a Value,
    ) -> Operation {
        let security = if operation["security"].is_null() {
            &self.json["security"]
        } else {
            &operation["security"]
        };
        let parameters = common.iter().chain(array(&operation["parameters"]));
        let body = self.resolve(&operation["requestBody"]);
        let responses = object(&operation["responses"]).iter();
        Operation {
            method: method.to_uppercase().parse().expect("a method"),
            path: path.to_owned(),
            is_public: array(security).is_empty(),
            parameters: parameters.map(|parameter| self.parameter(parameter)).collect(),
            body: body["content"]
                .get("application/json")
                .map(|content| self.content(content, Side::Sent)),
            responses: responses
                .map(|(status, response)| {
                    (status.parse().expect("a status"), self.response(response))
                })
                .collect(),
        }
    }

    fn parameter(&self, parameter: &'a Value) -> Parameter {
        let parameter = self.resolve(parameter);
        Parameter {
            name: parameter["name"].as_str().expect("a name").to_owned(),
            is_in_path: parameter["in"] == "path",
            content: self.content(parameter, Side::Sent),
        }
    }

    fn response(&self, response: &'a Value) -> Response {
        let response = self.resolve(response);
        let headers = object(&response["headers"]).iter().map(|(name, header)| {
            let header = self.resolve(header);
            let header = Header {
                is_required: header["required"] == true,
                content: self.content(header, Side::Answered),
            };
            (name.to_lowercase(), header)
        });
        let contents = object(&response["content"]).iter();
        Response {
            headers: headers.collect(),
            contents: contents
                .map(|(media, content)| (media.clone(), self.content(content, Side::Answered)))
                .collect(),
        }
    }

    fn content(&self, content: &'a Value, side: Side) -> Content {
        let mut schema = content["schema"].clone();
        let schemas = match side {
            Side::Sent => &self.sent,
            Side::Answered => {
                make_exact(&mut schema);
                &self.answered
            }
        };
        // What the schema refers to is looked for from the schema's own root.
        schema["components"] = json!({ "schemas": schemas });
        let many = object(&content["examples"])
            .values()
            .map(|example| self.resolve(example)["value"].clone());
        let examples = many.chain(content.get("example").cloned()).collect();
        let error_keys = array(&content["x-error-keys"])
            .iter()
            .map(|key| key.as_str().expect("a text").to_owned());
        Content { schema, validator: OnceLock::new(), examples, error_keys: error_keys.collect() }
    }
}

/// Allows no more than is written: no other fields, unless a schema says itself that there may be,
/// and times in the one form that we write.
fn make_exact(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(make_exact);
            if object.get("properties").is_some_and(Value::is_object) {
                object.entry("additionalProperties").or_insert(false.into());
            }
            if object.get("format").is_some_and(|format| format == "date-time") {
                object.insert("pattern".to_owned(), TIME.into());
            }
        }
        Value::Array(array) => array.iter_mut().for_each(make_exact),
        _ => {}
    }
}

impl Content {
    /// What is wrong with a value.
    pub(super) fn fault(&self, value: &Value) -> Option<String> {
        let validator = self.validator.get_or_init(|| {
            let options =
                jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            options.build(&self.schema).expect("a JSON schema")
        });
        let faults: Vec<_> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {:?}", error, error.instance_path().to_string()))
            .collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }

    /// A text of a path, a query or a header, as the value that its schema is about: a number or a
    /// boolean where the text itself would not do.
    pub(super) fn value_of(&self, text: &str) -> Value {
        match serde_json::from_str(text) {
            Ok(value @ (Value::Number(_) | Value::Bool(_)))
                if self.fault(&text.into()).is_some() =>
            {
                value
            }
            _ => text.into(),
        }
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
