//! Counts what the SDK sends, and asks DynamoDB what it charges for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// The calls by operation, and the capacity units that DynamoDB says they took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted(Arc<Mutex<BTreeMap<String, (usize, f64)>>>);

impl Counted {
    /// How often one was called.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.0.lock().expect("the counts").get(operation).map_or(0, |(calls, _)| *calls)
    }

    /// How often these were called.
    pub(crate) fn calls_of(&self, operations: &[&str]) -> usize {
        operations.iter().map(|operation| self.calls(operation)).sum()
    }

    /// What those calls took.
    pub(crate) fn units(&self, operations: &[&str]) -> f64 {
        let counts = self.0.lock().expect("the counts");
        operations
            .iter()
            .filter_map(|operation| counts.get(*operation))
            .map(|(_, units)| units)
            .sum()
    }

    fn add(&self, operation: &str, calls: usize, units: f64) {
        let mut counts = self.0.lock().expect("the counts");
        let count = counts.entry(operation.to_owned()).or_default();
        *count = (count.0 + calls, count.1 + units);
    }
}

fn sum(capacity: &[ConsumedCapacity]) -> f64 {
    capacity.iter().filter_map(ConsumedCapacity::capacity_units).sum()
}

impl Intercept for Counted {
    fn name(&self) -> &'static str {
        "Counted"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let input = context.input_mut();
        macro_rules! ask {
            ($($kind:ty),*) => {$(
                if let Some(input) = input.downcast_mut::<$kind>() {
                    input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
                }
            )*};
        }
        ask!(QueryInput, BatchGetItemInput, GetItemInput, UpdateItemInput, TransactWriteItemsInput);
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let target =
            context.request().headers().get("x-amz-target").ok_or("a call without a target")?;
        self.add(target.rsplit('.').next().unwrap_or(target), 1, 0.0);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(output) = context.output_or_error() else { return Ok(()) };
        if let Some(output) = output.downcast_ref::<QueryOutput>() {
            self.add("Query", 0, sum(output.consumed_capacity.as_slice()));
        } else if let Some(output) = output.downcast_ref::<GetItemOutput>() {
            self.add("GetItem", 0, sum(output.consumed_capacity.as_slice()));
        } else if let Some(output) = output.downcast_ref::<UpdateItemOutput>() {
            self.add("UpdateItem", 0, sum(output.consumed_capacity.as_slice()));
        } else if let Some(output) = output.downcast_ref::<BatchGetItemOutput>() {
            self.add("BatchGetItem", 0, sum(output.consumed_capacity()));
        } else if let Some(output) = output.downcast_ref::<TransactWriteItemsOutput>() {
            self.add("TransactWriteItems", 0, sum(output.consumed_capacity()));
        }
        Ok(())
    }
}
