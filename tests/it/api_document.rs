//! The OpenAPI document and the code say the same. `contract` holds every answer of every test to
//! it.

mod agreement;
pub(crate) mod contract;
mod document;
mod exchange;
mod for_generators;
