//! What a farmer works on: growers, farms and fields, and what was recorded on a field.
//! `/services/fields/api`.

mod resource;

use application::ports::portion::Portion;
use application::ports::records::Listed;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::ids::{FieldId, FileId, LeafUserId};
use domain::record::Shown;
use http::{Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use serde::Serialize;
use shared::service::Service;
use web::FIELDS;
use web::listing::{PageAsked, listed};
use web::parameters::{Segments, segment};
use web::problem::Problem;
use web::routes::Routes;

use resource::{Farm, Field, FileOfField, Grower};

/// What it is.
pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "What a farmer works on: growers, farms and fields, and what was recorded on a field.",
    Kind::Http { routes, open: Throttle::Others },
);

/// The function's routes.
pub fn routes(service: Service) -> Routes<Service> {
    let user = format!("{FIELDS}/users/{{leafUserId}}");
    let files = format!("{user}/fields/{{fieldId}}/operations/files");
    Routes::new(service)
        .owner(Method::GET, &format!("{FIELDS}/growers"), growers)
        .owner(Method::GET, &format!("{FIELDS}/farms"), farms)
        .owner(Method::GET, &format!("{FIELDS}/fields"), fields)
        .owner(Method::GET, &format!("{user}/growers"), growers_of_user)
        .owner(Method::GET, &format!("{user}/growers/{{id}}"), grower)
        .owner(Method::GET, &format!("{user}/farms"), farms_of_user)
        .owner(Method::GET, &format!("{user}/farms/{{id}}"), farm)
        .owner(Method::GET, &format!("{user}/fields"), fields_of_user)
        .owner(Method::POST, &format!("{user}/fields/sync"), sync)
        .owner(Method::GET, &format!("{user}/fields/{{fieldId}}"), field)
        .owner(Method::GET, &files, files_of_field)
        .owner(Method::GET, &format!("{files}/{{fileId}}"), file_of_field)
}

/// Answers with a page.
fn page_of<T, R: From<T> + Serialize>(
    service: &Service,
    asked: &PageAsked,
    list: Listed<T>,
) -> Response {
    let whole = service.settings.public_url_of(asked.path());
    let Portion { entries, total } = list.portion.map(|entry| entry.map(R::from));
    listed(&whole, &list.asked, asked.page, entries.len(), total, entries)
}

/// Reads the Leaf user in a path, and says whom the request is about.
fn user_in_path(id: &str) -> Result<LeafUserId, Problem> {
    let user = segment("leafUserId", id)?;
    application::logging::about(user);
    Ok(user)
}

async fn growers(State(service): State<Service>, asked: PageAsked) -> Result<Response, Problem> {
    let list = service.data.growers(None, asked.sent(), asked.page).await?;
    Ok(page_of::<_, Grower>(&service, &asked, list))
}

async fn growers_of_user(
    State(service): State<Service>,
    Segments(user): Segments<String>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let user = user_in_path(&user)?;
    let list = service.data.growers(Some(user), asked.sent(), asked.page).await?;
    Ok(page_of::<_, Grower>(&service, &asked, list))
}

async fn grower(
    State(service): State<Service>,
    Segments((user, id)): Segments<(String, String)>,
) -> Result<Json<Shown<Grower>>, Problem> {
    let (user, id): (_, GrowerId) = (user_in_path(&user)?, segment("id", &id)?);
    Ok(Json(service.data.grower(user, id).await?.map(Grower::from)))
}

async fn farms(State(service): State<Service>, asked: PageAsked) -> Result<Response, Problem> {
    let list = service.data.farms(None, asked.sent(), asked.page).await?;
    Ok(page_of::<_, Farm>(&service, &asked, list))
}

async fn farms_of_user(
    State(service): State<Service>,
    Segments(user): Segments<String>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let user = user_in_path(&user)?;
    let list = service.data.farms(Some(user), asked.sent(), asked.page).await?;
    Ok(page_of::<_, Farm>(&service, &asked, list))
}

async fn farm(
    State(service): State<Service>,
    Segments((user, id)): Segments<(String, String)>,
) -> Result<Json<Shown<Farm>>, Problem> {
    let (user, id): (_, FarmId) = (user_in_path(&user)?, segment("id", &id)?);
    Ok(Json(service.data.farm(user, id).await?.map(Farm::from)))
}

async fn fields(State(service): State<Service>, asked: PageAsked) -> Result<Response, Problem> {
    let list = service.data.fields(None, asked.sent(), asked.page).await?;
    Ok(page_of::<_, Field>(&service, &asked, list))
}

async fn fields_of_user(
    State(service): State<Service>,
    Segments(user): Segments<String>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let user = user_in_path(&user)?;
    let list = service.data.fields(Some(user), asked.sent(), asked.page).await?;
    Ok(page_of::<_, Field>(&service, &asked, list))
}

async fn field(
    State(service): State<Service>,
    Segments((user, id)): Segments<(String, String)>,
) -> Result<Json<Shown<Field>>, Problem> {
    let (user, id): (_, FieldId) = (user_in_path(&user)?, segment("fieldId", &id)?);
    Ok(Json(service.data.field(user, id).await?.map(Field::from)))
}

#[derive(Serialize)]
struct Accepted {
    message: &'static str,
}

async fn sync(
    State(service): State<Service>,
    Segments(user): Segments<String>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    service.data.request_sync(user_in_path(&user)?).await?;
    let message = "A sync is scheduled. What differs is in the lists once it is done.";
    Ok((StatusCode::ACCEPTED, Json(Accepted { message })))
}

async fn files_of_field(
    State(service): State<Service>,
    Segments((user, field)): Segments<(String, String)>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let (user, field): (_, FieldId) = (user_in_path(&user)?, segment("fieldId", &field)?);
    let list = service.data.files_of_field(user, field, asked.sent(), asked.page).await?;
    Ok(page_of::<_, FileOfField>(&service, &asked, list))
}

async fn file_of_field(
    State(service): State<Service>,
    Segments((user, field, id)): Segments<(String, String, String)>,
) -> Result<Json<Shown<FileOfField>>, Problem> {
    let (user, field): (_, FieldId) = (user_in_path(&user)?, segment("fieldId", &field)?);
    let id: FileId = segment("fileId", &id)?;
    Ok(Json(service.data.file_of_field(user, field, id).await?.map(FileOfField::from)))
}
