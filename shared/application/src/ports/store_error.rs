//! How a store fails.

/// A store could not do its work: the network, a limit, a row of an unknown form. What the caller
/// can do is try again later.
///
/// It carries the operation and the kind of failure, never a row: rows have organization codes in
/// them.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the table failed at `{operation}`: {failure}")]
pub struct StoreError {
    /// What was asked of the store.
    pub operation: &'static str,
    /// What went wrong, e.g. an error code of DynamoDB, or the attribute that cannot be read.
    pub failure: String,
}
