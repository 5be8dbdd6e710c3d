//! What machines recorded: files, and the field operations that they are of.
//! `/services/operations/api`.

mod download;
mod file;
mod operation;
mod steps;

use application::ports::data::OfFile;
use application::ports::portion::Portion;
use application::ports::records::Listed;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use domain::ids::{FieldOperationId, FileId};
use domain::record::Shown;
use http::Method;
use lambda::function::{Function, Kind, Throttle};
use serde::Serialize;
use shared::service::Service;
use web::OPERATIONS;
use web::api_owner::ApiOwner;
use web::listing::{PageAsked, listed};
use web::parameters::{Segments, segment};
use web::problem::Problem;
use web::routes::Routes;

use file::Resource;
use operation::Operation;

/// What it is.
pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "What machines recorded: files, and the field operations that they are of.",
    Kind::Http { routes, open: Throttle::Others },
);

/// The function's routes.
pub fn routes(service: Service) -> Routes<Service> {
    let files = format!("{OPERATIONS}/files");
    let file = format!("{files}/{{id}}");
    let operations = format!("{OPERATIONS}/operations");
    let operation = format!("{operations}/{{id}}");
    Routes::new(service)
        .owner(Method::GET, &files, list_files)
        .owner(Method::GET, &file, read_file)
        .owner(Method::GET, &format!("{file}/status"), steps::file_status)
        .owner(Method::GET, &format!("{file}/summary"), steps::file_summary)
        .owner(Method::GET, &format!("{file}/download/{{output}}"), download::download)
        .owner(Method::GET, &operations, list_operations)
        .owner(Method::GET, &operation, read_operation)
        .owner(Method::GET, &format!("{operation}/files"), files_of_operation)
}

/// A page of files; Leaf's list of them is called `operations`.
#[derive(Serialize)]
struct Files {
    message: &'static str,
    operations: Vec<Shown<Resource>>,
}

async fn list_files(
    State(service): State<Service>,
    Extension(ApiOwner(owner)): Extension<ApiOwner>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let list = service.data.files(asked.sent(), asked.page).await?;
    let as_file = |of| Resource::new(of, &owner, &service.settings);
    let Portion { entries, total } = list.portion.map(|entry| entry.map(as_file));
    let shown = entries.len();
    let body = Files { message: "SUCCESS", operations: entries };
    let whole = service.settings.public_url_of(asked.path());
    Ok(listed(&whole, &list.asked, asked.page, shown, total, body))
}

async fn read_file(
    State(service): State<Service>,
    Extension(ApiOwner(owner)): Extension<ApiOwner>,
    Segments(id): Segments<String>,
) -> Result<Json<Shown<Resource>>, Problem> {
    let id: FileId = segment("id", &id)?;
    let file = service.data.file(id, OfFile::Itself).await?;
    Ok(Json(file.map(|of| Resource::new(of, &owner, &service.settings))))
}

async fn list_operations(
    State(service): State<Service>,
    Extension(ApiOwner(owner)): Extension<ApiOwner>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let Listed { portion, asked: of_query } =
        service.data.field_operations(asked.sent(), asked.page).await?;
    let as_operation = |of| Operation::new(of, &owner);
    let Portion { entries, total } = portion.map(|entry| entry.map(as_operation));
    let whole = service.settings.public_url_of(asked.path());
    Ok(listed(&whole, &of_query, asked.page, entries.len(), total, entries))
}

async fn read_operation(
    State(service): State<Service>,
    Extension(ApiOwner(owner)): Extension<ApiOwner>,
    Segments(id): Segments<String>,
) -> Result<Json<Shown<Operation>>, Problem> {
    let id: FieldOperationId = segment("id", &id)?;
    let operation = service.data.field_operation(id).await?;
    Ok(Json(operation.map(|of| Operation::new(of, &owner))))
}

async fn files_of_operation(
    State(service): State<Service>,
    Extension(ApiOwner(owner)): Extension<ApiOwner>,
    Segments(id): Segments<String>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let id: FieldOperationId = segment("id", &id)?;
    let list = service.data.files_of_operation(id, asked.sent(), asked.page).await?;
    let as_file = |of| Resource::new(of, &owner, &service.settings);
    let Portion { entries, total } = list.portion.map(|entry| entry.map(as_file));
    let whole = service.settings.public_url_of(asked.path());
    Ok(listed(&whole, &list.asked, asked.page, entries.len(), total, entries))
}
