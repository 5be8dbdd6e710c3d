//! The data that clients read, as [`crate::ports::data::Data`] has it: ours.

pub mod own;
