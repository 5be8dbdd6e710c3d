//! What every endpoint shares: problem documents, request bodies, the envelope around a response, the farmer's pages, the bearer token.
//! The endpoints themselves are in `functions/`.

pub mod bearer;
pub mod cookies;
pub mod envelope;
pub mod error_key;
pub mod fields;
pub mod pages;
pub mod parameters;
pub mod problem;
pub mod refusals;

use axum::Router;

/// What the paths of Leaf's user management begin with.
pub const USER_MANAGEMENT: &str = "/services/usermanagement/api";

/// A function's routes, by who may call them.
#[derive(Debug, Default)]
pub struct Routes {
    /// Open to the world: sign-in, and what a farmer's browser opens.
    pub public: Router,
    /// For API owners: in AWS the authorizer has looked at the bearer token before the function runs.
    pub owner_only: Router,
}

impl Routes {
    /// All routes of a function, as Lambda serves them: behind an API Gateway that has asked the authorizer.
    pub fn behind_authorizer(self) -> Router {
        envelope::wrap(self.public.merge(self.owner_only))
    }
}
