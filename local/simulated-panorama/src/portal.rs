//! The portal: what a grower sees. Server-rendered forms and redirects, no script.

mod operations;
pub(crate) mod page;
mod session;
mod share_initiation;
mod sign_in;

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::simulator::Site;

pub(crate) fn router(site: &Site) -> Router {
    let operation = site.path("/operations/{operation_id}");
    let mut router = Router::new()
        .route(&site.path("/sign-in"), get(sign_in::show).post(sign_in::submit))
        .route(&site.path("/sign-out"), post(sign_in::sign_out))
        .route(
            &site.path("/connections/{sharing_url_id}"),
            get(share_initiation::show).post(share_initiation::switch_on),
        )
        .route(&site.path("/connections/{sharing_url_id}/decline"), post(share_initiation::decline))
        .route(&site.path("/operations"), get(operations::list))
        .route(&operation, get(operations::main_menu))
        .route(&format!("{operation}/manage"), get(operations::manage))
        .route(&format!("{operation}/manage/data-sharing"), get(operations::data_sharing))
        .route(
            &format!("{operation}/manage/data-sharing/connections"),
            get(operations::connections).post(operations::switch),
        );
    // STAGE's own root is the index page of the whole simulator.
    if !site.environment.prefix().is_empty() {
        let root = get(async |State(site): State<Site>| Redirect::to(&site.path("/operations")));
        router = router.route(site.environment.prefix(), root.clone()).route(&site.path("/"), root);
    }
    router.with_state(site.clone())
}
