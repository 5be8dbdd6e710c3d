//! Step 2: Leaf users. `/users`, `/users/{leafUserId}`.
//!
//! Where the upstream keeps them, bodies, queries and records are passed on as they are; what they
//! mean is the upstream's.

mod resource;

use application::ports::portion::Portion;
use application::use_cases::disconnect::{Scope, disconnect};
use application::use_cases::leaf_users::create_user;
use application::use_cases::upstream_users::{change_there, create_there, replace_there};
use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::response::Response;
use domain::ids::LeafUserId;
use domain::leaf_user::{Filter, Order};
use domain::record::Shown;
use http::{Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use shared::service::Service;
use web::USER_MANAGEMENT;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::listing::{created, listed};
use web::parameters::{Query, Segments, segment};
use web::problem::Problem;
use web::refusals::{no_such_user, not_disconnected, until_switched_off};
use web::routes::Routes;

use resource::{Resource, change, profile};

/// Entries on a page when the request does not say.
const PAGE_SIZE: u32 = 20;

/// What it is.
pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Step 2. Deleting a Leaf user deletes its credential and its events, so it writes more than \
     its own row.",
    Kind::Http { routes, open: Throttle::Others },
);

/// The function's routes.
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
}

async fn list(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let query = Query::of(&uri);
    let page = query.page(PAGE_SIZE)?;
    let (asked, users) = if let Some(keeper) = &service.ports.record_keeper {
        let asked = query.passed_on(page);
        (asked.clone(), keeper.list_users(asked).await?.map(Shown::Theirs))
    } else {
        let wanted = |name| query.get(name).map(ToOwned::to_owned);
        let filter = Filter {
            email: wanted("email"),
            name: wanted("name"),
            external_id: wanted("externalId"),
        };
        let order = order(&query)?;
        let users = service.ports.leaf_users.list(&filter, order, page.number, page.size).await?;
        let users = users.map(|user| Shown::Ours(Resource::from(user)));
        (query.named(&["name", "email", "externalId", "sort"]), users)
    };
    let Portion { entries, total } = users;
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &asked,
        page,
        entries.len(),
        total,
        entries,
    ))
}

/// In which order a listing is asked for.
fn order(query: &Query) -> Result<Order, Problem> {
    let mut orders = query.all("sort").filter(|order| !order.is_empty());
    let first = orders.next().map(|order| segment("sort", order)).transpose()?;
    if orders.next().is_some() {
        return Err(Problem::of_field(ErrorKey::MalformedField, "sort", "may be given once"));
    }
    Ok(first.unwrap_or_default())
}

async fn read(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<Json<Shown<Resource>>, Problem> {
    let id = segment("leafUserId", &id)?;
    let user = match &service.ports.record_keeper {
        // Not our mirror: that may be behind.
        Some(keeper) => keeper.find_user(id).await?.map(Shown::Theirs),
        None => service.ports.leaf_users.find(id).await?.map(|user| Shown::Ours(user.into())),
    };
    user.map(Json).ok_or_else(|| no_such_user(id))
}

async fn create(State(service): State<Service>, request: Request) -> Result<Response, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let (id, user) = if let Some(keeper) = &service.ports.record_keeper {
        let record = create_there(&service.ports, &**keeper, fields.into_sent()).await?;
        (record.text("id").unwrap_or_default().to_owned(), Shown::Theirs(record))
    } else {
        let profile = profile(&mut fields);
        fields.finish()?;
        let Some(profile) = profile else { unreachable!("the name was required") };
        let user = create_user(&service.ports, profile).await?;
        (user.id.to_string(), Shown::Ours(Resource::from(user)))
    };
    Ok(created(
        &service.settings.public_url(&["services", "usermanagement", "api", "users", &id]),
        user,
    ))
}

async fn replace(
    State(service): State<Service>,
    request: Request,
) -> Result<Json<Shown<Resource>>, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let id = fields.required::<LeafUserId>("id");
    let keeper = service.ports.record_keeper.as_ref();
    let profile = if keeper.is_some() { None } else { profile(&mut fields) };
    fields.finish()?;
    let Some(id) = id else { unreachable!("the id was required") };
    let user = match (keeper, profile) {
        (Some(keeper), _) => replace_there(&service.ports, &**keeper, id, fields.into_sent())
            .await?
            .map(Shown::Theirs),
        (None, Some(profile)) => {
            let user = service.ports.leaf_users.change(id, &profile.into()).await?;
            user.map(|user| Shown::Ours(user.into()))
        }
        (None, None) => unreachable!("the name was required"),
    };
    user.map(Json).ok_or_else(|| no_such_user(id))
}

async fn merge(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    request: Request,
) -> Result<Json<Shown<Resource>>, Problem> {
    let id: LeafUserId = segment("leafUserId", &id)?;
    let mut fields = Fields::read(request.into_body()).await?;
    if fields.optional::<LeafUserId>("id").is_some_and(|other| other != id) {
        fields.refuse(
            "id",
            ErrorKey::MalformedField,
            "must be the one in the path, or be left out",
        );
    }
    let user = if let Some(keeper) = &service.ports.record_keeper {
        fields.finish()?;
        change_there(&service.ports, &**keeper, id, fields.into_sent()).await?.map(Shown::Theirs)
    } else {
        let change = change(&mut fields);
        fields.finish()?;
        service.ports.leaf_users.change(id, &change).await?.map(|user| Shown::Ours(user.into()))
    };
    user.map(Json).ok_or_else(|| no_such_user(id))
}

async fn remove(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<StatusCode, Problem> {
    let id = segment("leafUserId", &id)?;
    let again = until_switched_off(&uri)?;
    disconnect(&service.ports, id, Scope::LeafUser, again)
        .await
        .map_err(|error| not_disconnected(error, id))?;
    Ok(StatusCode::NO_CONTENT)
}
