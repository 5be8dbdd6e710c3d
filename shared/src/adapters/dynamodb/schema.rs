//! The table and its indexes, for a machine that has no CloudFormation.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use super::item::failure;
use crate::ports::StoreError;

/// The partition key.
pub const PK: &str = "pk";
/// The sort key.
pub const SK: &str = "sk";
/// Epoch seconds after which DynamoDB may delete a row. It deletes late, so nothing is decided by it.
pub const TTL: &str = "ttl";

/// A global secondary index: its name, partition key and sort key. All project every attribute and hold Leaf users only.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Its partition key.
    pub partition: &'static str,
    /// Its sort key.
    pub sort: &'static str,
}

/// Every Leaf user, in the order of creation.
pub const USERS: Index = Index { name: "users", partition: "listing", sort: "listed" };
/// Leaf users by e-mail address.
pub const USERS_BY_EMAIL: Index = Index { name: "users-by-email", partition: "email", sort: "listed" };
/// Leaf users by name.
pub const USERS_BY_NAME: Index = Index { name: "users-by-name", partition: "name", sort: "listed" };
/// Leaf users by the partner's own id.
pub const USERS_BY_EXTERNAL_ID: Index = Index { name: "users-by-external-id", partition: "externalId", sort: "listed" };

/// All indexes.
pub const INDEXES: [Index; 4] = [USERS, USERS_BY_EMAIL, USERS_BY_NAME, USERS_BY_EXTERNAL_ID];

/// Creates the table with its indexes, its TTL and its stream; nothing happens when it is there.
///
/// # Errors
/// The engine refused.
///
/// # Panics
/// Never: every required field of the request is given.
pub async fn create(client: &Client, table: &str) -> Result<(), StoreError> {
    let mut attributes = vec![PK, SK, "listed"];
    attributes.extend(INDEXES.iter().map(|index| index.partition));
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(StreamViewType::NewAndOldImages);
    let created = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(stream.build().expect("whether it is enabled is given"))
        .set_key_schema(Some(key_schema(PK, SK)))
        .set_attribute_definitions(Some(attributes.into_iter().map(text_attribute).collect()))
        .set_global_secondary_indexes(Some(INDEXES.iter().map(global_index).collect()))
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(SdkError::ServiceError(error)) if matches!(error.err(), CreateTableError::ResourceInUseException(_)) => {
            return Ok(());
        }
        Err(error) => return Err(failure("CreateTable", &error)),
    }
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build().expect("both are given");
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(ttl)
        .send()
        .await
        .map_err(|error| failure("UpdateTimeToLive", &error))?;
    Ok(())
}

fn text_attribute(name: &str) -> AttributeDefinition {
    let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
    definition.build().expect("name and type are given")
}

fn key_schema(partition: &str, sort: &str) -> Vec<KeySchemaElement> {
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("name and type are given")
        })
        .collect()
}

fn global_index(index: &Index) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .set_key_schema(Some(key_schema(index.partition, index.sort)))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .expect("name and key schema are given")
}
