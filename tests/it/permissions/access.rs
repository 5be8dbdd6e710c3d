//! What IAM checks when a call goes out: read from the request itself, as AWS reads it.
//!
//! A transaction is no action of its own. It needs the actions of its parts, and
//! `ConditionCheckItem` where it only looks (DynamoDB Developer Guide, "Using IAM with DynamoDB
//! transactions"). A batch is an action of its own (Service Authorization Reference).

use std::collections::BTreeSet;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use local::environment::{CATALOGUE_TABLE_NAME, CONVERTER_ARN, FILES_BUCKET, TABLE_NAME};
use local::seed::SECRETS_PREFIX;
use serde_json::Value;

/// What is accessed, as far as the policies tell things apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    Table,
    /// An index of the table.
    Index(String),
    Catalogue,
    /// An index of the catalogue's table.
    CatalogueIndex(String),
    /// The bucket of raw files.
    Bucket,
    /// What Panorama gave out, in the bucket.
    RawFiles,
    /// What a converter made of it.
    ConvertedFiles,
    /// Copies of an upstream's files.
    GivenFiles,
    /// The partner's converter.
    Converter,
    /// The API owners.
    Owners,
    IndexKey,
    /// The partner's account at Leaf.
    Leaf,
    /// Any app key's secret.
    AppKeys,
    /// Any webhook's secret.
    Webhooks,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table => f.write_str("table"),
            Self::Index(name) => write!(f, "index/{name}"),
            Self::Catalogue => f.write_str("catalogue"),
            Self::CatalogueIndex(name) => write!(f, "catalogue/index/{name}"),
            Self::Bucket => f.write_str("files"),
            Self::RawFiles => f.write_str("raw-files"),
            Self::ConvertedFiles => f.write_str("converted-files"),
            Self::GivenFiles => f.write_str("given-files"),
            Self::Converter => f.write_str("converter"),
            Self::Owners => f.write_str("owners"),
            Self::IndexKey => f.write_str("index-key"),
            Self::Leaf => f.write_str("leaf"),
            Self::AppKeys => f.write_str("app-key/*"),
            Self::Webhooks => f.write_str("webhook/*"),
        }
    }
}

/// An action on a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Access {
    pub(crate) action: String,
    pub(crate) resource: Resource,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action, self.resource)
    }
}

/// What a call that is about to be sent needs.
pub(crate) fn of_call(request: &HttpRequest) -> Result<BTreeSet<Access>, String> {
    let Some(target) = request.headers().get("x-amz-target") else {
        let url = url::Url::parse(request.uri()).map_err(|_| "a call of no address".to_owned())?;
        if url.path().starts_with(INVOKE) {
            return of_function(request.method(), &url);
        }
        let body = request.body().bytes().unwrap_or_default();
        return of_files(request.method(), &url, &String::from_utf8_lossy(body));
    };
    let body = request.body().bytes().ok_or("a call whose body is not in memory")?;
    let body =
        serde_json::from_slice(body).map_err(|_| format!("{target}: a body that is not JSON"))?;
    needed(target, &body)
}

/// What the call of this target with this body needs; the error is what is not understood.
fn needed(target: &str, body: &Value) -> Result<BTreeSet<Access>, String> {
    let (service, operation) =
        target.split_once('.').ok_or_else(|| format!("{target} is no target"))?;
    match service {
        "DynamoDB_20120810" => of_table(operation, body),
        "secretsmanager" => of_secret(operation, body),
        _ => Err(format!("{service} is a service that no function has a right to")),
    }
}

fn of_table(operation: &str, body: &Value) -> Result<BTreeSet<Access>, String> {
    let on = |action: &str, resource| Access { action: format!("dynamodb:{action}"), resource };
    match operation {
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" => {
            Ok([on(operation, table(&body["TableName"])?)].into())
        }
        "Query" => {
            let table = table(&body["TableName"])?;
            let resource = match (body["IndexName"].as_str(), table) {
                (None, table) => table,
                (Some(name), Resource::Catalogue) => Resource::CatalogueIndex(name.to_owned()),
                (Some(name), _) => Resource::Index(name.to_owned()),
            };
            Ok([on(operation, resource)].into())
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().ok_or("a batch of nothing")?.keys();
            tables.map(|name| Ok(on(operation, table(&name.as_str().into())?))).collect()
        }
        "TransactWriteItems" => {
            let parts = body["TransactItems"].as_array().ok_or("a transaction of nothing")?;
            let parts = parts.iter().flat_map(|part| part.as_object().into_iter().flatten());
            parts
                .map(|(kind, part)| {
                    let table = table(&part["TableName"])?;
                    match kind.as_str() {
                        "Put" | "Update" | "Delete" => Ok(on(&format!("{kind}Item"), table)),
                        "ConditionCheck" => Ok(on("ConditionCheckItem", table)),
                        _ => Err(format!("what right does {kind} in a transaction need?")),
                    }
                })
                .collect()
        }
        _ => Err(format!("what rights does {operation} need?")),
    }
}

fn table(name: &Value) -> Result<Resource, String> {
    match name.as_str() {
        Some(TABLE_NAME) => Ok(Resource::Table),
        Some(CATALOGUE_TABLE_NAME) => Ok(Resource::Catalogue),
        _ => Err(format!("{name} is none of the service's tables")),
    }
}

/// What the paths of Lambda's API begin with.
const INVOKE: &str = "/2015-03-31/functions/";

fn of_function(method: &str, url: &url::Url) -> Result<BTreeSet<Access>, String> {
    let function = url.path().trim_start_matches(INVOKE).strip_suffix("/invocations");
    let function = function.map(|it| percent_encoding::percent_decode_str(it).decode_utf8_lossy());
    match (method, function.as_deref()) {
        ("POST", Some(CONVERTER_ARN)) => Ok([Access {
            action: "lambda:InvokeFunction".to_owned(),
            resource: Resource::Converter,
        }]
        .into()),
        _ => Err(format!("{method} is about no function that may be invoked")),
    }
}

/// Which objects a key is one of.
pub(crate) fn objects(key: &str) -> Option<Resource> {
    match key.split('/').next()? {
        "raw" => Some(Resource::RawFiles),
        "converted" => Some(Resource::ConvertedFiles),
        "given" => Some(Resource::GivenFiles),
        _ => None,
    }
}

/// S3's operations are told apart by method, path and query (API Reference), and what they need by
/// the objects that they are about (Service Authorization Reference): all parts of an upload are a
/// `PutObject`, and each object of a deletion of many is a `DeleteObject`.
fn of_files(method: &str, url: &url::Url, body: &str) -> Result<BTreeSet<Access>, String> {
    let mut path = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
    if path.next() != Some(FILES_BUCKET) {
        return Err(format!("{method} is about none of the service's buckets"));
    }
    let key = path.next();
    let asks = |name: &str| url.query_pairs().any(|(asked, _)| asked == name);
    let on = |action: &str, resource| Access { action: format!("s3:{action}"), resource };
    let Some(key) = key else {
        return match method {
            "GET" if asks("list-type") => Ok([on("ListBucket", Resource::Bucket)].into()),
            "POST" if asks("delete") => {
                let keys = body.split("<Key>").skip(1);
                let each = keys.map(|key| Ok(on("DeleteObject", objects(key).ok_or("a key")?)));
                each.collect()
            }
            _ => Err(format!("what rights does {method} need?")),
        };
    };
    let resource = objects(key).ok_or_else(|| format!("{method} is about no known objects"))?;
    let action = match method {
        "PUT" | "POST" => "PutObject",
        "DELETE" if asks("uploadId") => "AbortMultipartUpload",
        "DELETE" => "DeleteObject",
        "GET" | "HEAD" => "GetObject",
        _ => return Err(format!("what rights does {method} need?")),
    };
    Ok([on(action, resource)].into())
}

fn of_secret(operation: &str, body: &Value) -> Result<BTreeSet<Access>, String> {
    let name = match operation {
        "GetSecretValue"
        | "PutSecretValue"
        | "UpdateSecretVersionStage"
        | "DeleteSecret"
        | "DescribeSecret"
        | "RestoreSecret" => &body["SecretId"],
        // With tags it would need `TagResource`, too.
        "CreateSecret" if body.get("Tags").is_none() => &body["Name"],
        _ => return Err(format!("what rights does {operation} need?")),
    };
    let below = name.as_str().and_then(|name| name.strip_prefix(SECRETS_PREFIX)?.strip_prefix('/'));
    let resource = match below {
        Some("owners") => Resource::Owners,
        Some("index-key") => Resource::IndexKey,
        Some("leaf") => Resource::Leaf,
        Some(name) if name.starts_with("app-key/") => Resource::AppKeys,
        Some(name) if name.starts_with("webhook/") => Resource::Webhooks,
        _ => return Err(format!("{name} is none of the service's secrets")),
    };
    Ok([Access { action: format!("secretsmanager:{operation}"), resource }].into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(target: &str, body: Value) -> Result<Vec<String>, String> {
        needed(target, &body).map(|needed| needed.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_transaction_needs_the_rights_of_its_parts() {
        let part = json!({ "TableName": TABLE_NAME });
        let parts = json!([
            { "Put": part }, { "ConditionCheck": part }, { "Put": part }, { "Update": part },
            { "Delete": part },
        ]);
        assert_eq!(
            told("DynamoDB_20120810.TransactWriteItems", json!({ "TransactItems": parts }))
                .expect("it is understood"),
            [
                "dynamodb:ConditionCheckItem table",
                "dynamodb:DeleteItem table",
                "dynamodb:PutItem table",
                "dynamodb:UpdateItem table"
            ]
        );
    }

    #[test]
    fn a_query_of_an_index_needs_a_right_to_the_index_and_a_batch_one_of_its_own() {
        let of_index = json!({ "TableName": TABLE_NAME, "IndexName": "users" });
        assert_eq!(
            told("DynamoDB_20120810.Query", of_index),
            Ok(vec!["dynamodb:Query index/users".to_owned()])
        );
        let batch = json!({ "RequestItems": { TABLE_NAME: [] } });
        assert_eq!(
            told("DynamoDB_20120810.BatchWriteItem", batch),
            Ok(vec!["dynamodb:BatchWriteItem table".to_owned()])
        );
    }

    #[test]
    fn secrets_are_told_apart_by_their_names() {
        for (operation, field, name, wanted) in [
            ("GetSecretValue", "SecretId", "owners", "secretsmanager:GetSecretValue owners"),
            ("GetSecretValue", "SecretId", "index-key", "secretsmanager:GetSecretValue index-key"),
            ("CreateSecret", "Name", "app-key/STAGE/x", "secretsmanager:CreateSecret app-key/*"),
        ] {
            let body = json!({ field: format!("{SECRETS_PREFIX}/{name}") });
            assert_eq!(
                told(&format!("secretsmanager.{operation}"), body),
                Ok(vec![wanted.to_owned()])
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (target, body) in [
            ("DynamoDB_20120810.Scan", json!({ "TableName": TABLE_NAME })),
            ("DynamoDB_20120810.GetItem", json!({ "TableName": "another" })),
            ("DynamoDB_20120810.BatchGetItem", json!({ "RequestItems": { "another": [] } })),
            (
                "DynamoDB_20120810.TransactWriteItems",
                json!({ "TransactItems": [{ "Put": { "TableName": "another" } }] }),
            ),
            (
                "DynamoDB_20120810.TransactWriteItems",
                json!({ "TransactItems": [{ "Else": { "TableName": TABLE_NAME } }] }),
            ),
            ("secretsmanager.GetSecretValue", json!({ "SecretId": "another/owners" })),
            (
                "secretsmanager.CreateSecret",
                json!({ "Name": format!("{SECRETS_PREFIX}/app-key/x"), "Tags": [] }),
            ),
            ("AWSCognitoIdentityProviderService.InitiateAuth", json!({})),
        ] {
            assert!(needed(target, &body).is_err(), "{target} {body}");
        }
    }
}
