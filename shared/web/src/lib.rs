//! What every endpoint shares: problem documents, request bodies, the envelope around a response,
//! the farmer's pages, who asks. The endpoints themselves are in `functions/`.

// What others build on; elsewhere a comment is for what its name does not say.
#![warn(missing_docs)]

pub mod accept_language;
pub mod api_owner;
pub mod bearer;
pub mod caller;
pub mod cookies;
mod data_refusals;
pub mod envelope;
pub mod error_key;
pub mod fields;
pub mod front;
pub mod listing;
pub mod own_page;
pub mod pages;
pub mod parameters;
pub mod problem;
pub mod referrer;
pub mod refusals;
pub mod routes;
pub mod ticket;
pub mod words;

/// What the paths of Leaf's user management begin with.
pub const USER_MANAGEMENT: &str = "/services/usermanagement/api";

/// What the paths of Leaf's widgets begin with, Magic Link among them.
pub const WIDGETS: &str = "/services/widgets/api";

/// What the paths of Leaf's fields, farms and growers begin with.
pub const FIELDS: &str = "/services/fields/api";

/// What the paths of Leaf's machine files and field operations begin with.
pub const OPERATIONS: &str = "/services/operations/api";

/// What the paths of Leaf's alerts begin with.
pub const ALERTS: &str = "/services/alerts/api/alerts";
