//! The data that clients read, as [`crate::ports::data::Data`] has it: ours, or an upstream's.

pub mod followed;
pub mod own;
