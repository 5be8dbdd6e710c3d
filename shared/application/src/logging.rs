//! What use cases say to the log beside their lines.

use domain::ids::LeafUserId;
use tracing::Span;

/// What the span of an invocation declares for [`about`].
const LEAF_USER_ID: &str = "leaf_user_id";

/// From here on the lines of this request are about this Leaf user.
pub fn about(user: LeafUserId) {
    Span::current().record(LEAF_USER_ID, tracing::field::display(user));
}
