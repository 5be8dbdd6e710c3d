//! The table and its indexes, for a machine that has no CloudFormation.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    LocalSecondaryIndex, Projection, ProjectionType, ScalarAttributeType, StreamSpecification,
    StreamViewType, TimeToLiveSpecification,
};

use super::failure::failure;
use application::ports::store_error::StoreError;

/// The partition key.
pub const PK: &str = "pk";
/// The sort key.
pub const SK: &str = "sk";
/// Epoch seconds after which DynamoDB may delete a row. It deletes late, so nothing is decided by
/// it.
pub const TTL: &str = "ttl";

/// A secondary index: its name, its keys, and what else it holds.
#[derive(Debug, Clone, Copy)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Its partition key.
    pub partition: &'static str,
    /// Its sort key.
    pub sort: &'static str,
    /// The attributes that it holds beside the keys; without a list, all.
    pub attributes: Option<&'static [&'static str]>,
}

/// Every Leaf user, in the order of creation.
pub const USERS: Index =
    Index { name: "users", partition: "listing", sort: "listed", attributes: None };
/// Leaf users by e-mail address.
pub const USERS_BY_EMAIL: Index =
    Index { name: "users-by-email", partition: "email", sort: "listed", attributes: None };
/// Leaf users by name.
pub const USERS_BY_NAME: Index =
    Index { name: "users-by-name", partition: "name", sort: "listed", attributes: None };
/// Leaf users by the partner's own id.
pub const USERS_BY_EXTERNAL_ID: Index = Index {
    name: "users-by-external-id",
    partition: "externalId",
    sort: "listed",
    attributes: None,
};
/// Every Leaf user, in the order of ids.
pub const USERS_IN_ORDER_OF_ID: Index =
    Index { name: "users-in-order-of-id", partition: "listing", sort: "id", attributes: None };
/// Every Leaf user, in the order of names.
pub const USERS_IN_ORDER_OF_NAME: Index = Index {
    name: "users-in-order-of-name",
    partition: "listing",
    sort: "byName",
    attributes: None,
};
/// Every Leaf user, in the order of e-mail addresses.
pub const USERS_IN_ORDER_OF_EMAIL: Index = Index {
    name: "users-in-order-of-email",
    partition: "listing",
    sort: "byEmail",
    attributes: None,
};
/// Every Leaf user, in the order of the partner's own ids.
pub const USERS_IN_ORDER_OF_EXTERNAL_ID: Index = Index {
    name: "users-in-order-of-external-id",
    partition: "listing",
    sort: "byExternalId",
    attributes: None,
};

/// The credentials of an app key, by operation. Without their organization codes: an index is one
/// more copy.
pub const CONNECTIONS: Index = Index {
    name: "connections",
    partition: "connection",
    sort: "operation",
    attributes: Some(&["id", "leafUserId", "status", "statusSince"]),
};

/// The same by app key and status, with those first that have been silent for longest.
pub const CONNECTIONS_BY_SILENCE: Index = Index {
    name: "connections-by-silence",
    partition: "standing",
    sort: "silentSince",
    attributes: Some(&[
        "createdTime",
        "id",
        "keptUpstream",
        "leafUserId",
        "reason",
        "reasonCode",
        "status",
        "statusSince",
    ]),
};

/// All indexes.
pub const INDEXES: [Index; 10] = [
    USERS,
    USERS_BY_EMAIL,
    USERS_BY_NAME,
    USERS_BY_EXTERNAL_ID,
    USERS_IN_ORDER_OF_ID,
    USERS_IN_ORDER_OF_NAME,
    USERS_IN_ORDER_OF_EMAIL,
    USERS_IN_ORDER_OF_EXTERNAL_ID,
    CONNECTIONS,
    CONNECTIONS_BY_SILENCE,
];

/// A table: its key is `pk` and `sk`, of texts, and it has a stream and a TTL.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Its local secondary indexes, which are as strongly consistent as the table.
    pub local: &'static [Index],
    /// Its global secondary indexes.
    pub global: &'static [Index],
}

/// The main table.
pub const MAIN: Definition = Definition { local: &[], global: &INDEXES };

/// Creates the main table; see [`create_as`].
///
/// # Errors
/// The engine refused.
pub async fn create(client: &Client, table: &str) -> Result<(), StoreError> {
    create_as(client, table, &MAIN).await
}

/// Creates a table with its indexes, its TTL and its stream; nothing happens when it is there.
///
/// # Errors
/// The engine refused.
///
/// # Panics
/// Never: every required field of the request is given.
pub async fn create_as(
    client: &Client,
    table: &str,
    definition: &Definition,
) -> Result<(), StoreError> {
    let Definition { local, global } = definition;
    let keys = local.iter().chain(*global).flat_map(|index| [index.partition, index.sort]);
    let attributes: BTreeSet<_> = [PK, SK].into_iter().chain(keys).collect();
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages);
    let local: Vec<_> = local.iter().map(local_index).collect();
    let global: Vec<_> = global.iter().map(global_index).collect();
    let created = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(stream.build().expect("whether it is enabled is given"))
        .set_key_schema(Some(key_schema(PK, SK)))
        .set_attribute_definitions(Some(attributes.into_iter().map(text_attribute).collect()))
        .set_local_secondary_indexes((!local.is_empty()).then_some(local))
        .set_global_secondary_indexes((!global.is_empty()).then_some(global))
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(SdkError::ServiceError(error))
            if matches!(error.err(), CreateTableError::ResourceInUseException(_)) =>
        {
            return Ok(());
        }
        Err(error) => return Err(failure("CreateTable", &error)),
    }
    let ttl = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name(TTL)
        .build()
        .expect("both are given");
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
    let definition =
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
    definition.build().expect("name and type are given")
}

fn key_schema(partition: &str, sort: &str) -> Vec<KeySchemaElement> {
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(kind)
                .build()
                .expect("name and type are given")
        })
        .collect()
}

fn projection(index: &Index) -> Projection {
    let projection = match index.attributes {
        None => Projection::builder().projection_type(ProjectionType::All),
        Some(names) => Projection::builder()
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(names.iter().map(ToString::to_string).collect())),
    };
    projection.build()
}

fn global_index(index: &Index) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(index.name)
        .set_key_schema(Some(key_schema(index.partition, index.sort)))
        .projection(projection(index))
        .build()
        .expect("name and key schema are given")
}

fn local_index(index: &Index) -> LocalSecondaryIndex {
    LocalSecondaryIndex::builder()
        .index_name(index.name)
        .set_key_schema(Some(key_schema(index.partition, index.sort)))
        .projection(projection(index))
        .build()
        .expect("name and key schema are given")
}
