//! The table is the one that the embedded engine makes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::adapters::dynamodb::schema::{INDEXES, Index, PK, SK, TTL};

use super::{of_type, properties, template};

fn keys(partition: &str, sort: &str) -> Value {
    json!([{ "AttributeName": partition, "KeyType": "HASH" }, { "AttributeName": sort, "KeyType": "RANGE" }])
}

fn index(index: &Index) -> Value {
    let projection = match index.attributes {
        None => json!({ "ProjectionType": "ALL" }),
        Some(attributes) => json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": attributes }),
    };
    json!({ "IndexName": index.name, "KeySchema": keys(index.partition, index.sort), "Projection": projection })
}

#[test]
fn keys_indexes_stream_and_expiry_are_those_of_the_schema() {
    let table = properties("Table");
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(table["KeySchema"], keys(PK, SK));
    assert_eq!(table["GlobalSecondaryIndexes"], INDEXES.iter().map(index).collect::<Value>());
    let attributes: BTreeSet<_> =
        INDEXES.iter().flat_map(|index| [index.partition, index.sort]).chain([PK, SK]).collect();
    let attributes = attributes.into_iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" }));
    assert_eq!(table["AttributeDefinitions"], attributes.collect::<Value>());
    assert_eq!(table["TimeToLiveSpecification"], json!({ "AttributeName": TTL, "Enabled": true }));
    assert_eq!(table["StreamSpecification"], json!({ "StreamViewType": "NEW_AND_OLD_IMAGES" }));
}

#[test]
fn what_cannot_be_made_again_outlives_its_stack() {
    let kept: BTreeSet<_> = ["AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"]
        .into_iter()
        .flat_map(|kind| of_type(template(), kind))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(kept, BTreeSet::from(["IndexKeySecret", "LeafSecret", "OwnersSecret", "Table"]));
    for id in kept {
        let resource = &template()["Resources"][id];
        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain")),
            "{id}"
        );
    }
    let table = properties("Table");
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["DeletionProtectionEnabled"], json!({ "Fn::If": ["Protected", true, false] }));
    assert_eq!(template()["Parameters"]["DeletionProtection"]["Default"], "true");
}
