//! The two that [`crate::ports::records::Records`] are: [`own::OwnRecords`] where the records are
//! ours, [`followed::FollowedRecords`] where they are an upstream's and ours follow.

pub mod followed;
pub mod own;
