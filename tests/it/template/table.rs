//! The tables are the ones that the embedded engine makes.

use std::collections::BTreeSet;

use adapters::dynamodb::catalogue::schema as catalogue;
use adapters::dynamodb::schema::{Definition, Index, MAIN, PK, SK, TTL};
use serde_json::{Value, json};

use super::{of_type, properties, template};

fn keys(partition: &str, sort: &str) -> Value {
    json!([
        { "AttributeName": partition, "KeyType": "HASH" },
        { "AttributeName": sort, "KeyType": "RANGE" },
    ])
}

fn index(index: &Index) -> Value {
    let projection = match index.attributes {
        None => json!({ "ProjectionType": "ALL" }),
        Some(attributes) => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": attributes }),
    };
    json!({
        "IndexName": index.name, "KeySchema": keys(index.partition, index.sort),
        "Projection": projection,
    })
}

#[test]
fn keys_indexes_stream_and_expiry_are_those_of_the_schema() {
    for (id, definition) in [("Table", MAIN), ("Catalogue", catalogue::DEFINITION)] {
        let table = properties(id);
        let Definition { local, global } = definition;
        let none_or = |indexes: &[Index]| match indexes {
            [] => Value::Null,
            _ => indexes.iter().map(index).collect(),
        };
        assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
        assert_eq!(table["KeySchema"], keys(PK, SK));
        assert_eq!(table["LocalSecondaryIndexes"], none_or(local), "{id}");
        assert_eq!(table["GlobalSecondaryIndexes"], none_or(global), "{id}");
        let keys = local.iter().chain(global).flat_map(|index| [index.partition, index.sort]);
        let attributes: BTreeSet<_> = keys.chain([PK, SK]).collect();
        let attributes = attributes
            .into_iter()
            .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }));
        assert_eq!(table["AttributeDefinitions"], attributes.collect::<Value>());
        let expiry = json!({ "AttributeName": TTL, "Enabled": true });
        assert_eq!(table["TimeToLiveSpecification"], expiry);
        let stream = json!({ "StreamViewType": "NEW_AND_OLD_IMAGES" });
        assert_eq!(table["StreamSpecification"], stream);
    }
}

/// What holds data that cannot be made again.
fn kept() -> BTreeSet<&'static str> {
    let kinds = [
        "AWS::DynamoDB::Table",
        "AWS::SecretsManager::Secret",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
    ];
    let all = kinds.into_iter().flat_map(|kind| of_type(template(), kind)).map(|(id, _)| id);
    // What CloudFront says to the functions may be another thing tomorrow.
    all.filter(|id| *id != "FrontSecret").collect()
}

#[test]
fn what_cannot_be_made_again_outlives_its_stack_but_not_a_first_deployment_that_failed() {
    let ids = [
        "Catalogue",
        "FilesBucket",
        "FilesBucketPolicy",
        "IndexKeySecret",
        "OwnersSecret",
        "Table",
    ];
    assert_eq!(kept(), BTreeSet::from(ids));
    for id in kept() {
        let resource = &template()["Resources"][id];
        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!("RetainExceptOnCreate"), &json!("Retain")),
            "{id}"
        );
    }
    let protected = json!({ "Fn::If": ["Protected", true, false] });
    for id in ["Table", "Catalogue"] {
        let table = properties(id);
        assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
        assert_eq!(table["DeletionProtectionEnabled"], protected);
    }
    assert_eq!(template()["Parameters"]["DeletionProtection"]["Default"], "true");
}

/// Whoever deploys over what was left must not be told that it is there already, nor be given an
/// empty table beside the one with the data.
#[test]
fn what_outlives_its_stack_is_what_a_new_stack_can_adopt() {
    let script = include_str!("../../../infra/adopt");
    let imported = |id: &&str| {
        ["    \"", "identifiers[\""].iter().any(|before| {
            let written = format!("{before}{id}\"");
            script.lines().any(|line| line.contains(&written))
        })
    };
    assert_eq!(kept().into_iter().filter(imported).collect::<BTreeSet<_>>(), kept());
}

/// A stack under the same name must not stop at what the one before it has left.
#[test]
fn what_outlives_its_stack_has_a_name_that_no_other_stack_has() {
    for id in kept() {
        let resource = properties(id);
        let names = ["Name", "TableName", "BucketName"].map(|property| &resource[property]);
        let name = names.into_iter().find(|name| !name.is_null());
        // AWS makes a name up for what has none, as the table and the bucket.
        let is_of_this_stack_alone = name.is_none_or(|name| {
            name["Fn::Sub"].as_str().is_some_and(|it| it.starts_with("${Table}/"))
        });
        assert!(is_of_this_stack_alone, "{id}: {name:?}");
    }
    // Whether it is there must not depend on a parameter either: what a change of the parameter
    // leaves is in the way of the change back. (But not a bucket, whose name nobody chose.)
    for id in kept().into_iter().filter(|id| !id.starts_with("FilesBucket")) {
        assert!(template()["Resources"][id]["Condition"].is_null(), "{id}");
    }
    // What is made at run time stays as well.
    for (id, function) in super::functions() {
        let prefix = &function["Environment"]["Variables"]["SECRETS_PREFIX"];
        assert_eq!(*prefix, json!({ "Ref": "Table" }), "{id}");
    }
}
