//! The catalogue: what is stored of what an operation shares. Growers, farms and fields, the
//! machine files that were recorded on them, and the field operations that those files are of.
//!
//! It follows Panorama's listing by difference: [`snapshot::Snapshot`] is what the listing says,
//! [`difference::Difference`] what has to be written so that the stored entries say the same. What
//! leaves the listing is marked as removed and never deleted.

pub mod conversion;
pub mod difference;
pub mod entry;
pub mod file_copy;
pub mod leaving;
pub mod operation_type;
pub mod origin;
pub mod snapshot;
pub mod turn;
