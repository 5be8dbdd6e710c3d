//! The console: one static page for the partner's support staff and engineers. It knows what the
//! API tells whoever is signed in, and nothing else.

pub mod files;
mod locked_down;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method};
use lambda::function::{Function, Kind, Throttle};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use shared::service::Service;
use shared::settings::Settings;
use web::envelope::route_not_found;
use web::parameters::Segments;
use web::problem::Problem;
use web::routes::Routes;

use files::File;

/// What it is.
pub const FUNCTION: Function = Function {
    warm_up: None,
    ..Function::new(
        env!("CARGO_PKG_NAME"),
        "The console's page and its files: no table, no secrets. What it shows comes from the API, \
         for whoever signs in.",
        Kind::Http { routes, open: Throttle::Others },
    )
};

/// The function's routes. With `Console` off, there is nothing at them.
pub fn routes(service: Service) -> Routes<Service> {
    let (page, file) = ("/console", "/console/{file}");
    Routes::new(service)
        .public(Method::GET, page, show_page)
        .public(Method::HEAD, page, look_at_page)
        .public(Method::GET, file, show_file)
        .public(Method::HEAD, file, look_at_file)
}

async fn show_page(
    State(service): State<Service>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let settings = switched_on(&service)?;
    Ok(locked_down::answer(&files::page(settings), &headers, settings))
}

async fn show_file(
    State(service): State<Service>,
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let settings = switched_on(&service)?;
    if name == "settings.json" {
        return Ok(Json(Told::by(settings)).into_response());
    }
    let file = File::named(&name).ok_or_else(route_not_found)?;
    Ok(locked_down::answer(&file, &headers, settings))
}

/// A gateway hands the body of an answer to `HEAD` on, if there is one.
async fn look_at_page(state: State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    Ok(without_body(show_page(state, headers).await?))
}

async fn look_at_file(
    state: State<Service>,
    name: Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(without_body(show_file(state, name, headers).await?))
}

fn without_body(answer: Response) -> Response {
    answer.map(|_| Body::empty())
}

fn switched_on(service: &Service) -> Result<&Settings, Problem> {
    if service.settings.console { Ok(&service.settings) } else { Err(route_not_found()) }
}

/// What the page must know before anybody has signed in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    /// Only on a laptop.
    simulation: Option<Simulation<'a>>,
}

/// A machine with made-up farmers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Simulation<'a> {
    /// Where the simulated Panorama is.
    panorama_url: &'a str,
    owner: Login<'a>,
}

#[derive(Serialize)]
struct Login<'a> {
    username: &'a str,
    password: &'a str,
}

impl<'a> Told<'a> {
    fn by(settings: &'a Settings) -> Self {
        let simulation = settings.simulation.as_ref().map(|it| Simulation {
            panorama_url: &it.panorama_url,
            owner: Login { username: &it.username, password: it.password.expose_secret() },
        });
        Self { simulation }
    }
}
