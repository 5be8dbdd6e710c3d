//! Confirmations that fit nobody are kept for a while: a farmer who was a minute late, or came by the portal's own menu, has done
//! their part.

use std::time::Duration;

use super::session::LIFETIME;

/// How long a confirmation can be claimed by a start with its code.
pub const KEPT_FOR: Duration = Duration::from_hours(24);

/// How long a session that was started with a code is remembered beside its operation: a late confirmation is told that it is late, and a repeated
/// one gets the same page, for as long as one would be kept.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(LIFETIME.as_secs() + KEPT_FOR.as_secs());

/// How many an app key may have kept within one hour. The callback is open to the world, so without a bound anybody could fill the table.
/// A partner with more farmers than this who all miss their session within the hour loses some of them to a second try.
pub const MAX_PER_HOUR: u32 = 500;
