//! The history of a credential.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, Select, WriteRequest};

use super::failure::failure;
use super::item::{Item, Reading, text};
use super::rows::{events_partition, read_event};
use super::table::Table;
use application::ports::connections::EventPage;
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::event::Event;
use domain::ids::LeafUserId;

/// How many rows `BatchWriteItem` takes.
const BATCH: usize = 25;

/// A page as it was read.
#[derive(Default)]
pub(super) struct ReadPage {
    pub(super) rows: Vec<Item>,
    /// How many rows there are up to its end.
    pub(super) seen: u64,
    /// Where to go on; without it there is nothing behind.
    pub(super) next: Option<Item>,
}

impl Table {
    pub(super) async fn event_page(
        &self,
        id: LeafUserId,
        page: &EventPage,
    ) -> Result<Portion<Event>, StoreError> {
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
        rows.map(|item| read_event(Reading { operation: "Query", item: &item })).all_or_error()
    }

    /// A page, counted from 0, of what a query finds. What is behind the page is counted and not
    /// read; a page that reaches the end costs nothing more. So this is for partitions that stay
    /// small; the totals of others are stored.
    pub(super) async fn page_of(
        &self,
        query: QueryFluentBuilder,
        page: u32,
        size: u32,
    ) -> Result<Portion<Item>, StoreError> {
        let ReadPage { rows, seen, next } = self.read_page(&query, page, size).await?;
        let behind = self.count(query, next).await?;
        Ok(Portion { entries: rows, total: Some(seen + behind) })
    }

    /// The page, and what was seen on the way to its end.
    pub(super) async fn read_page(
        &self,
        query: &QueryFluentBuilder,
        page: u32,
        size: u32,
    ) -> Result<ReadPage, StoreError> {
        let mut read = ReadPage::default();
        self.read_on(query, u64::from(page) * u64::from(size), size, &mut read).await?;
        Ok(read)
    }

    /// Goes on with a page that begins after `before` rows of several queries.
    pub(super) async fn read_on(
        &self,
        query: &QueryFluentBuilder,
        before: u64,
        size: u32,
        read: &mut ReadPage,
    ) -> Result<(), StoreError> {
        loop {
            let limit = before.saturating_sub(read.seen) + u64::from(size) - read.rows.len() as u64;
            let limit = i32::try_from(limit.min(1_000)).expect("a thousand fits");
            let answer =
                query.clone().limit(limit).set_exclusive_start_key(read.next.take()).send().await;
            let answer = answer.map_err(|error| failure("Query", &error))?;
            for item in answer.items.unwrap_or_default() {
                read.seen += 1;
                if read.seen > before {
                    read.rows.push(item);
                }
            }
            read.next = answer.last_evaluated_key;
            if read.next.is_none() || read.rows.len() == size as usize {
                return Ok(());
            }
        }
    }

    /// How many rows a query finds after one of them.
    pub(super) async fn count(
        &self,
        query: QueryFluentBuilder,
        mut from: Option<Item>,
    ) -> Result<u64, StoreError> {
        let query = query.select(Select::Count);
        let mut count = 0;
        while from.is_some() {
            let answer = query.clone().set_exclusive_start_key(from).send().await;
            let answer = answer.map_err(|error| failure("Query", &error))?;
            count += u64::try_from(answer.count).unwrap_or_default();
            from = answer.last_evaluated_key;
        }
        Ok(count)
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
                let answer =
                    self.client.batch_write_item().set_request_items(Some(left)).send().await;
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
