//! Magic links: what a tap starts, for whom, and how often; and what a partner makes and reads.

mod api;
mod external_ids;
pub(crate) mod farmer;
mod keys;
mod page;
mod taps;

/// What the paths of magic links begin with.
pub(crate) const LINKS: &str = "/services/widgets/api/magic-link";
