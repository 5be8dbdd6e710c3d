//! A simulated Precision Planting Panorama: login, partner API, portal.
//!
//! A strict stand-in for the real thing, on one port, with made-up growers: `cargo run` connects to
//! it on a laptop, and the end-to-end tests hold the service to it. It knows nothing of the service
//! (it depends on no crate in `shared/`), so that a mistake there is not repeated here.
//!
//! # Where things are
//!
//! STAGE is mounted at the root, PRODUCTION under `/production`; each has its own data, see
//! [`seed`].
//!
//! | what | path, after the environment's |
//! |---|---|
//! | Cognito: `InitiateAuth`, `GetTokensFromRefreshToken`, `RevokeToken` | `POST /` |
//! | partner API | `GET /sharing`, `PUT /sharing/{orgCode}/confirm`, `GET /sharing/{orgCode}`, `GET /sharing/{orgCode}/{streamId}/download` |
//! | Share Initiation URL, opened by the grower's browser | `GET /connections/{sharingUrlId}` |
//! | the rest of the portal | `/sign-in`, `/operations` |
//!
//! At the root, for both environments: the index page `GET /`, which shows every sample login, and
//! the control API, which `GET /control` explains: switch sharing on and off without a browser,
//! list the calls received, arm faults, change what is shared. Files have any bytes, but always the
//! same ones: `GET /control` says where to compare them.
//!
//! # Refusals
//!
//! Beside the partner of [`seed`], each environment has these, all with the partner's seeded
//! password:
//!
//! | | STAGE | PRODUCTION | `InitiateAuth` answers |
//! |---|---|---|---|
//! | username | `new-password-stage@prairie-insights.example` | `new-password@prairie-insights.example` | `ChallengeName` `NEW_PASSWORD_REQUIRED` |
//! | username | `sms-mfa-stage@prairie-insights.example` | `sms-mfa@prairie-insights.example` | `ChallengeName` `SMS_MFA` |
//! | username | `password-reset-stage@prairie-insights.example` | `password-reset@prairie-insights.example` | `PasswordResetRequiredException` |
//! | client id | `2nf4stage0nopasswordflow17` | `8nf4produc0nopasswordflow3` | `InvalidParameterException`: `USER_PASSWORD_AUTH flow not enabled for this client` |
//!
//! # What is not known
//!
//! The partner API's shapes are those that a public demo application reads; its error bodies, its
//! paging and the page designs of the portal are made up.

mod amz_json;
mod broken_body;
mod calls;
mod cognito;
mod control;
mod faults;
mod files;
mod index;
mod listener;
mod other_origins;
mod partner_api;
mod portal;
mod recorded;
mod seed;
mod simulator;
mod state;
mod tokens;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use time::OffsetDateTime;
use tokio::net::TcpListener;

use crate::simulator::{Simulator, Site};

pub use crate::seed::{Environment, Seed, SeedGrower, SeedOperation, seed};

/// No call of a partner or a grower comes near this.
const LARGEST_BODY_BYTES: usize = 64 * 1024;

/// How to run one simulated Panorama.
pub struct Config {
    /// Where to listen. Bound by the caller, who so learns the port before the first request.
    pub listener: TcpListener,
    /// What clients call it, e.g. `http://127.0.0.1:4000`: no path, no trailing slash. Download
    /// URLs begin with it.
    pub public_url: String,
    /// Most bytes of a file, unless the control API chooses another size.
    pub largest_file: u64,
    /// Where sharing, what is recorded, tokens and a changed password are kept across restarts;
    /// `None` keeps them in memory.
    pub state_file: Option<PathBuf>,
    /// What time it is. The system clock is never read.
    pub now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    /// Turns the clock of `now` forward, and says how far ahead it is then; without it, nobody can.
    pub forward: Option<Arc<dyn Fn(Duration) -> Duration + Send + Sync>>,
    /// The partner's Sharing Confirmation URL is this, a slash and the `sharingUrlId`,
    /// e.g. `http://127.0.0.1:3000/sharing-confirmation`.
    pub sharing_confirmation_base: String,
    /// Origins whose pages may use the control API and read its answers, e.g.
    /// `http://127.0.0.1:3000`: no other page of this computer's browser may.
    pub controlled_from: Vec<String>,
}

/// Serves until `stop` completes. Answers that are under way then have a second to finish.
///
/// # Errors
/// `InvalidInput` for a `public_url` or `sharing_confirmation_base` that is no URL, and whatever
/// reading the state file met: `InvalidData` if it is not one that this program wrote.
pub async fn serve(
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let Config {
        listener,
        public_url,
        largest_file,
        state_file,
        now,
        forward,
        sharing_confirmation_base,
        controlled_from,
    } = config;
    let confirmation = &sharing_confirmation_base;
    let mut simulator = Simulator::open(public_url, largest_file, state_file, now, confirmation)?;
    simulator.forward = forward;
    let simulator = Arc::new(simulator);
    listener::serve(listener, router(&simulator, controlled_from), stop).await;
    Ok(())
}

fn router(simulator: &Arc<Simulator>, controlled_from: Vec<String>) -> Router {
    let control = other_origins::let_in(control::router(simulator), controlled_from);
    let mut router = index::router(simulator).merge(control);
    for environment in Environment::ALL {
        let site = Site { simulator: Arc::clone(simulator), environment };
        router = router
            .merge(cognito::router(&site))
            .merge(partner_api::router(&site))
            .merge(portal::router(&site));
    }
    router.fallback(index::not_found).layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
}
