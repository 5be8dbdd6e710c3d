//! Step 2: Leaf users. `/users`, `/users/{leafUserId}`, `/users/{leafUserId}/data-deletion`.
//!
//! What a body, a query or a record means is for whoever keeps the records.

mod data_deletion;
mod resource;

use application::ports::portion::Portion;
use application::ports::records::{Listed, NewUser};
use application::use_cases::disconnect::{Scope, disconnect};
use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::response::Response;
use domain::ids::LeafUserId;
use domain::record::Shown;
use http::Method;
use lambda::function::{Function, Kind, Throttle};
use shared::service::Service;
use web::USER_MANAGEMENT;
use web::fields::Fields;
use web::listing::{created, data_deletion_path, gone_with_its_data, listed};
use web::parameters::{Query, Segments, segment};
use web::problem::Problem;
use web::refusals::{no_such_user, not_disconnected, until_switched_off};
use web::routes::Routes;

use resource::Resource;

/// Entries on a page when the request does not say.
const PAGE_SIZE: u32 = 20;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Step 2. Deleting a Leaf user deletes its credential and its events, so it writes more than \
     its own row.",
    Kind::Http { routes, open: Throttle::Others },
);

pub fn routes(service: Service) -> Routes<Service> {
    let users = format!("{USER_MANAGEMENT}/users");
    let user = format!("{users}/{{leafUserId}}");
    Routes::new(service)
        .owner(Method::GET, &users, list)
        .owner(Method::POST, &users, create)
        .owner(Method::PUT, &users, replace)
        .owner(Method::GET, &user, read)
        .owner(Method::PATCH, &user, merge)
        .owner(Method::DELETE, &user, remove)
        .owner(Method::GET, &format!("{user}/data-deletion"), data_deletion::read)
}

async fn list(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let query = Query::of(&uri);
    let page = query.page(PAGE_SIZE)?;
    let Listed { portion, asked } = service.records.list_users(query.sent(), page).await?;
    let Portion { entries, total } = portion.map(|user| user.map(Resource::from));
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &asked,
        page,
        entries.len(),
        total,
        entries,
    ))
}

async fn read(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<Json<Shown<Resource>>, Problem> {
    let id = segment("leafUserId", &id)?;
    let user = service.records.show_user(id).await?.ok_or_else(|| no_such_user(id))?;
    Ok(Json(user.map(Resource::from)))
}

async fn create(State(service): State<Service>, request: Request) -> Result<Response, Problem> {
    let sent = Fields::read(request.into_body()).await?.into_sent();
    let NewUser { id, user } = service.records.create_user(sent).await?;
    Ok(created(
        &service.settings.public_url(&["services", "usermanagement", "api", "users", &id]),
        user.map(Resource::from),
    ))
}

async fn replace(
    State(service): State<Service>,
    request: Request,
) -> Result<Json<Shown<Resource>>, Problem> {
    let sent = Fields::read(request.into_body()).await?.into_sent();
    let user = service.records.replace_user(sent).await?;
    Ok(Json(user.map(Resource::from)))
}

async fn merge(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    request: Request,
) -> Result<Json<Shown<Resource>>, Problem> {
    let id: LeafUserId = segment("leafUserId", &id)?;
    let sent = Fields::read(request.into_body()).await?.into_sent();
    let user = service.records.change_user(id, sent).await?;
    Ok(Json(user.map(Resource::from)))
}

async fn remove(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let id = segment("leafUserId", &id)?;
    let again = until_switched_off(&uri)?;
    disconnect(&service.ports, &*service.records, id, Scope::LeafUser, again)
        .await
        .map_err(|error| not_disconnected(error, id))?;
    Ok(gone_with_its_data(&service.settings.public_url_of(&data_deletion_path(id))))
}
