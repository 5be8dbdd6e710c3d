//! Step 2: Leaf users. `/users`, `/users/{leafUserId}`.

use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::response::Response;
use http::{Method, StatusCode};
use serde::Serialize;
use shared::domain::ids::LeafUserId;
use shared::domain::leaf_user::{Filter, LeafUser, Profile};
use shared::http::USER_MANAGEMENT;
use shared::http::fields::Fields;
use shared::http::listing::created;
use shared::http::parameters::{Query, Segments, segment};
use shared::http::problem::Problem;
use shared::http::refusals::{concurrent_change, no_such_user};
use shared::http::routes::Routes;
use shared::service::{Service, WarmUp};
use shared::use_cases::disconnect::{DisconnectError, Scope, disconnect};
use shared::use_cases::leaf_users::{create_user, list_users, read_user, update_user};

/// Entries on a page when the request does not say.
const PAGE_SIZE: u32 = 20;

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// The function's routes.
pub fn routes(service: Service) -> Routes {
    let users = format!("{USER_MANAGEMENT}/users");
    let user = format!("{users}/{{leafUserId}}");
    Routes::new(service)
        .owner(Method::GET, &users, list)
        .owner(Method::POST, &users, create)
        .owner(Method::PUT, &users, update)
        .owner(Method::GET, &user, read)
        .owner(Method::DELETE, &user, remove)
}

/// A Leaf user as the contract shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    id: LeafUserId,
    name: String,
    email: String,
    phone: Option<String>,
    address: Option<String>,
    external_id: Option<String>,
}

impl From<LeafUser> for Resource {
    fn from(user: LeafUser) -> Self {
        let Profile { name, email, phone, address, external_id } = user.profile;
        Self {
            id: user.id,
            name: name.as_str().to_owned(),
            email: email.as_str().to_owned(),
            phone: phone.map(|phone| phone.as_str().to_owned()),
            address: address.map(|address| address.as_str().to_owned()),
            external_id: external_id.map(|id| id.as_str().to_owned()),
        }
    }
}

async fn list(State(service): State<Service>, OriginalUri(uri): OriginalUri) -> Result<Json<Vec<Resource>>, Problem> {
    let query = Query::of(&uri);
    let page = query.page(PAGE_SIZE)?;
    let wanted = |name| query.get(name).map(ToOwned::to_owned);
    let filter = Filter { email: wanted("email"), name: wanted("name"), external_id: wanted("externalId") };
    let users = list_users(&service.ports, &filter, page.number, page.size).await?;
    Ok(Json(users.into_iter().map(Resource::from).collect()))
}

async fn read(State(service): State<Service>, Segments(id): Segments<String>) -> Result<Json<Resource>, Problem> {
    let id = segment("leafUserId", &id)?;
    let user = read_user(&service.ports, id).await?.ok_or_else(|| no_such_user(id))?;
    Ok(Json(user.into()))
}

async fn create(State(service): State<Service>, request: Request) -> Result<Response, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let profile = profile(&mut fields);
    fields.finish()?;
    let Some(profile) = profile else { unreachable!("name and email were required") };
    let user = create_user(&service.ports, profile).await?;
    let segments = ["services", "usermanagement", "api", "users", &user.id.to_string()];
    Ok(created(&service.settings, &segments, Resource::from(user)))
}

async fn update(State(service): State<Service>, request: Request) -> Result<Json<Resource>, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let id = fields.required("id");
    let profile = profile(&mut fields);
    fields.finish()?;
    let (Some(id), Some(profile)) = (id, profile) else { unreachable!("id, name and email were required") };
    let user = update_user(&service.ports, id, profile).await?.ok_or_else(|| no_such_user(id))?;
    Ok(Json(user.into()))
}

async fn remove(State(service): State<Service>, Segments(id): Segments<String>) -> Result<StatusCode, Problem> {
    let id = segment("leafUserId", &id)?;
    match disconnect(&service.ports, id, Scope::LeafUser).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(DisconnectError::NoSuchUser) => Err(no_such_user(id)),
        Err(DisconnectError::Conflict) => Err(concurrent_change()),
        Err(DisconnectError::Upstream(error)) => Err(error.into()),
        Err(DisconnectError::Store(error)) => Err(error.into()),
    }
}

fn profile(fields: &mut Fields) -> Option<Profile> {
    let name = fields.required("name");
    let email = fields.required("email");
    let phone = fields.clearable("phone");
    let address = fields.clearable("address");
    let external_id = fields.clearable("externalId");
    Some(Profile { name: name?, email: email?, phone, address, external_id })
}
