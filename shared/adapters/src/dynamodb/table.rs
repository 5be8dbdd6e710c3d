//! The table: reads, conditional writes, transactions.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::AsyncSleep as _;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, KeysAndAttributes, Put,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use super::failure::failure;
use super::item::Item;
use super::schema::{PK, SK};
use application::ports::store_error::StoreError;

/// How often something is tried that DynamoDB did not do only because it was busy: with another
/// transaction on the same row (it does not order them, it cancels one), or with too much at once.
const ATTEMPTS: u32 = 5;

/// How many rows one call reads (API Reference, `BatchGetItem`).
const BATCH: usize = 100;

/// A transaction that was cancelled for one of these reasons alone may succeed the next moment (API
/// Reference, `TransactWriteItems`).
const PASSING: [&str; 3] =
    ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// The service's table.
#[derive(Debug, Clone)]
pub struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    /// The catalogue's table, for what is asked of it in the same transaction.
    catalogue: Option<String>,
}

/// Why a transaction changed nothing.
pub(super) enum Cancelled {
    /// The condition at this place of the transaction did not hold; with the row as it is, if there
    /// is one.
    Condition {
        place: usize,
        found: Option<Item>,
    },
    Store(StoreError),
}

impl From<Cancelled> for StoreError {
    fn from(cancelled: Cancelled) -> Self {
        match cancelled {
            Cancelled::Condition { place, .. } => Self {
                operation: "TransactWriteItems",
                failure: format!("the condition at place {place} did not hold"),
            },
            Cancelled::Store(error) => error,
        }
    }
}

/// A condition on a row, with its names and values.
#[derive(Default)]
pub(super) struct Condition {
    expression: String,
    names: Vec<(String, String)>,
    values: Vec<(String, AttributeValue)>,
}

impl Condition {
    pub(super) fn new(expression: &str) -> Self {
        Self { expression: expression.to_owned(), ..Self::default() }
    }

    pub(super) fn absent() -> Self {
        Self::new("attribute_not_exists(pk)")
    }

    pub(super) fn exists() -> Self {
        Self::new("attribute_exists(pk)")
    }

    pub(super) fn name(mut self, placeholder: &str, name: &str) -> Self {
        self.names.push((placeholder.to_owned(), name.to_owned()));
        self
    }

    pub(super) fn value(mut self, placeholder: &str, value: AttributeValue) -> Self {
        self.values.push((placeholder.to_owned(), value));
        self
    }
}

/// Fills a request's or a transaction item's condition: the builders have no trait in common.
macro_rules! conditional {
    ($builder:expr, $condition:expr) => {{
        let condition: Condition = $condition;
        let mut builder = $builder
            .condition_expression(condition.expression)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (placeholder, name) in condition.names {
            builder = builder.expression_attribute_names(placeholder, name);
        }
        for (placeholder, value) in condition.values {
            builder = builder.expression_attribute_values(placeholder, value);
        }
        builder
    }};
}

impl Table {
    /// The table of this name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into(), catalogue: None }
    }

    /// The same table beside that of the catalogue, to which it passes on that what a Leaf user
    /// shares is to be synced, or deleted.
    #[must_use]
    pub fn beside(self, catalogue: impl Into<String>) -> Self {
        Self { catalogue: Some(catalogue.into()), ..self }
    }

    /// The catalogue's table.
    pub(super) fn catalogue(&self) -> Result<Self, StoreError> {
        let name = self.catalogue.as_ref().ok_or_else(|| StoreError {
            operation: "TransactWriteItems",
            failure: "the catalogue's table is not known here".to_owned(),
        })?;
        Ok(Self::new(self.client.clone(), name))
    }

    /// Opens the connection, so that the first request finds it open: in init, where Lambda gives a
    /// full processor.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        self.get(super::item::key("WARMUP", "WARMUP")).await.map(|_| ())
    }

    pub(super) async fn get(&self, key: Item) -> Result<Option<Item>, StoreError> {
        let request =
            self.client.get_item().table_name(&self.name).set_key(Some(key)).consistent_read(true);
        let answer = request.send().await.map_err(|error| failure("GetItem", &error))?;
        Ok(answer.item)
    }

    /// Rows by their keys, 100 in a call (the most that `BatchGetItem` takes), strongly consistent;
    /// those that do not exist are left out.
    pub(super) async fn get_many(&self, keys: Vec<Item>) -> Result<Vec<Item>, StoreError> {
        let mut rows = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            self.get_batch(keys.to_vec(), &mut rows).await?;
        }
        Ok(rows)
    }

    async fn get_batch(&self, keys: Vec<Item>, rows: &mut Vec<Item>) -> Result<(), StoreError> {
        let mut wanted = keys;
        for attempt in 1.. {
            if wanted.is_empty() {
                break;
            }
            let keys = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true);
            let keys = keys.build().expect("the keys are given");
            let request = self.client.batch_get_item().request_items(&self.name, keys);
            let answer = request.send().await.map_err(|error| failure("BatchGetItem", &error))?;
            rows.extend(
                answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default(),
            );
            let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
            wanted = left.map(|left| left.keys).unwrap_or_default();
            if !wanted.is_empty() {
                self.try_again("BatchGetItem", attempt).await?;
            }
        }
        Ok(())
    }

    /// All rows of a partition whose sort key begins with `prefix`, strongly consistent.
    pub(super) async fn partition(
        &self,
        pk: String,
        prefix: &str,
    ) -> Result<Vec<Item>, StoreError> {
        let mut query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression(if prefix.is_empty() {
                "pk = :pk"
            } else {
                "pk = :pk AND begins_with(sk, :sk)"
            })
            .expression_attribute_values(":pk", AttributeValue::S(pk));
        if !prefix.is_empty() {
            query = query.expression_attribute_values(":sk", AttributeValue::S(prefix.to_owned()));
        }
        self.all_of(query).await
    }

    /// Every row that a query finds.
    pub(super) async fn all_of(&self, query: QueryFluentBuilder) -> Result<Vec<Item>, StoreError> {
        let mut rows = Vec::new();
        let mut from = None;
        loop {
            let answer = query.clone().set_exclusive_start_key(from).send().await;
            let answer = answer.map_err(|error| failure("Query", &error))?;
            rows.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Writes one row if the condition holds.
    pub(super) async fn put_if(&self, item: Item, condition: Condition) -> Result<(), Cancelled> {
        let request = conditional!(
            self.client.put_item().table_name(&self.name).set_item(Some(item)),
            condition
        );
        for attempt in 1.. {
            match request.clone().send().await {
                Ok(_) => break,
                Err(SdkError::ServiceError(answer)) => match answer.err() {
                    PutItemError::ConditionalCheckFailedException(failed) => {
                        return Err(Cancelled::Condition { place: 0, found: failed.item.clone() });
                    }
                    PutItemError::TransactionConflictException(_) if attempt < ATTEMPTS => {
                        self.back_off(attempt).await;
                    }
                    _ => {
                        return Err(Cancelled::Store(failure(
                            "PutItem",
                            &SdkError::ServiceError(answer),
                        )));
                    }
                },
                Err(error) => return Err(Cancelled::Store(failure("PutItem", &error))),
            }
        }
        Ok(())
    }

    /// Updates one row, if the condition (if there is one) holds.
    pub(super) async fn update_one(
        &self,
        key: Item,
        expression: &str,
        condition: Condition,
    ) -> Result<(), Cancelled> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key))
            .update_expression(expression);
        if !condition.expression.is_empty() {
            request = request.condition_expression(condition.expression);
        }
        for (placeholder, name) in condition.names {
            request = request.expression_attribute_names(placeholder, name);
        }
        for (placeholder, value) in condition.values {
            request = request.expression_attribute_values(placeholder, value);
        }
        match request.send().await {
            Ok(_) => Ok(()),
            Err(SdkError::ServiceError(answer))
                if answer.err().is_conditional_check_failed_exception() =>
            {
                Err(Cancelled::Condition { place: 0, found: None })
            }
            Err(error) => Err(Cancelled::Store(failure("UpdateItem", &error))),
        }
    }

    /// Makes all of the changes, or none.
    pub(super) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), Cancelled> {
        for attempt in 1.. {
            // Each attempt is a request of its own; within one, the SDK repeats it under one client
            // token.
            let request =
                self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let Err(error) = request.send().await else { break };
            let SdkError::ServiceError(answer) = &error else {
                return Err(Cancelled::Store(failure("TransactWriteItems", &error)));
            };
            let TransactWriteItemsError::TransactionCanceledException(cancelled) = answer.err()
            else {
                return Err(Cancelled::Store(failure("TransactWriteItems", &error)));
            };
            let reasons = cancelled.cancellation_reasons();
            let failed =
                reasons.iter().position(|reason| reason.code() == Some("ConditionalCheckFailed"));
            if let Some(place) = failed {
                return Err(Cancelled::Condition { place, found: reasons[place].item.clone() });
            }
            let mut codes =
                reasons.iter().filter_map(|reason| reason.code()).filter(|code| *code != "None");
            let code = codes.next();
            let passes =
                code.into_iter().chain(codes).all(|code| PASSING.contains(&code)) && code.is_some();
            if !passes || attempt >= ATTEMPTS {
                return Err(Cancelled::Store(StoreError {
                    operation: "TransactWriteItems",
                    failure: code.unwrap_or("it was cancelled without a reason").to_owned(),
                }));
            }
            self.back_off(attempt).await;
        }
        Ok(())
    }

    pub(super) fn put(&self, item: Item) -> TransactWriteItem {
        let put = Put::builder().table_name(&self.name).set_item(Some(item));
        TransactWriteItem::builder().put(put.build().expect("table and item are given")).build()
    }

    pub(super) fn put_where(&self, item: Item, condition: Condition) -> TransactWriteItem {
        let put =
            conditional!(Put::builder().table_name(&self.name).set_item(Some(item)), condition);
        TransactWriteItem::builder().put(put.build().expect("table and item are given")).build()
    }

    pub(super) fn delete(&self, key: Item) -> TransactWriteItem {
        let delete = Delete::builder().table_name(&self.name).set_key(Some(key));
        TransactWriteItem::builder()
            .delete(delete.build().expect("table and key are given"))
            .build()
    }

    pub(super) fn delete_where(&self, key: Item, condition: Condition) -> TransactWriteItem {
        let delete =
            conditional!(Delete::builder().table_name(&self.name).set_key(Some(key)), condition);
        TransactWriteItem::builder()
            .delete(delete.build().expect("table and key are given"))
            .build()
    }

    pub(super) fn check(&self, key: Item, condition: Condition) -> TransactWriteItem {
        let check = conditional!(
            ConditionCheck::builder().table_name(&self.name).set_key(Some(key)),
            condition
        );
        TransactWriteItem::builder()
            .condition_check(check.build().expect("table, key and condition are given"))
            .build()
    }

    pub(super) fn update(
        &self,
        key: Item,
        expression: &str,
        condition: Condition,
    ) -> TransactWriteItem {
        let mut update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key))
            .update_expression(expression);
        if !condition.expression.is_empty() {
            update = update
                .condition_expression(condition.expression)
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                );
        }
        for (placeholder, name) in condition.names {
            update = update.expression_attribute_names(placeholder, name);
        }
        for (placeholder, value) in condition.values {
            update = update.expression_attribute_values(placeholder, value);
        }
        TransactWriteItem::builder()
            .update(update.build().expect("table, key and expression are given"))
            .build()
    }

    /// The key of a row that was read.
    pub(super) fn key_of(item: &Item) -> Item {
        item.iter()
            .filter(|(name, _)| *name == PK || *name == SK)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// After a batch of which a part was left: DynamoDB leaves it when it is asked for too much at
    /// once, and wants to be asked again later.
    pub(super) async fn try_again(
        &self,
        operation: &'static str,
        attempt: u32,
    ) -> Result<(), StoreError> {
        if attempt >= ATTEMPTS {
            return Err(StoreError {
                operation,
                failure: "a part of the batch was left again and again".to_owned(),
            });
        }
        self.back_off(attempt).await;
        Ok(())
    }

    /// Waits a little longer each time; the rows that collide are those of one farmer, so the crowd
    /// is small. It waits as the SDK does between its own attempts, so one setting of the client
    /// governs both.
    async fn back_off(&self, attempt: u32) {
        if let Some(timer) = self.client.config().sleep_impl() {
            timer.sleep(Duration::from_millis(20) * 2_u32.pow(attempt)).await;
        }
    }
}
