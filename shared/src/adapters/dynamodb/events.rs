//! The history of a credential.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};

use super::item::{Item, Reading, failure, text};
use super::rows::{events_partition, read_event};
use super::table::Table;
use crate::domain::event::Event;
use crate::domain::ids::LeafUserId;
use crate::ports::StoreError;
use crate::ports::connections::EventPage;

/// How many rows `BatchWriteItem` takes.
const BATCH: usize = 25;

impl Table {
    pub(super) async fn event_page(&self, id: LeafUserId, page: &EventPage) -> Result<Vec<Event>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk >= :since")
            .expression_attribute_values(":pk", AttributeValue::S(events_partition(id)))
            .expression_attribute_values(":since", text(page.since))
            .scan_index_forward(!page.newest_first);
        let rows = self.page_of(query, page.page, page.size).await?;
        rows.iter().map(|item| read_event(Reading { operation: "Query", item })).collect()
    }

    /// A page, counted from 0, of what a query finds.
    pub(super) async fn page_of(
        &self,
        query: QueryFluentBuilder,
        page: u32,
        size: u32,
    ) -> Result<Vec<Item>, StoreError> {
        let mut to_skip = u64::from(page) * u64::from(size);
        let mut rows = Vec::new();
        let mut from = None;
        loop {
            let limit = to_skip + u64::from(size) - rows.len() as u64;
            let limit = i32::try_from(limit.min(1_000)).expect("a thousand fits");
            let answer = query.clone().limit(limit).set_exclusive_start_key(from).send().await;
            let answer = answer.map_err(|error| failure("Query", &error))?;
            for item in answer.items.unwrap_or_default() {
                if to_skip > 0 {
                    to_skip -= 1;
                } else if rows.len() < size as usize {
                    rows.push(item);
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() || rows.len() == size as usize {
                return Ok(rows);
            }
        }
    }

    pub(super) async fn delete_events(&self, id: LeafUserId) -> Result<(), StoreError> {
        let rows = self.partition(events_partition(id), "").await?;
        for batch in rows.chunks(BATCH) {
            let deletes = batch.iter().map(|row| {
                let request = DeleteRequest::builder().set_key(Some(Self::key_of(row))).build();
                WriteRequest::builder().delete_request(request.expect("the key is given")).build()
            });
            let mut left = HashMap::from([(self.name.clone(), deletes.collect::<Vec<_>>())]);
            for attempt in 1.. {
                let answer = self.client.batch_write_item().set_request_items(Some(left)).send().await;
                let answer = answer.map_err(|error| failure("BatchWriteItem", &error))?;
                left = answer.unprocessed_items.unwrap_or_default();
                if left.is_empty() {
                    break;
                }
                self.try_again("BatchWriteItem", attempt).await?;
            }
        }
        Ok(())
    }
}
