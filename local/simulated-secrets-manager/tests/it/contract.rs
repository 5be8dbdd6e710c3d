//! What any Secrets Manager keeps, seen through the SDK.

mod deletion;
mod labels;
mod limits;
mod values;
