//! The index page: what this is, and every sample login.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

use crate::portal::page;
use crate::seed::Environment;
use crate::simulator::{Simulator, Site};

pub(crate) fn router(simulator: &Arc<Simulator>) -> Router {
    Router::new().route("/", get(index)).with_state(Arc::clone(simulator))
}

pub(crate) async fn not_found() -> Response {
    let content = html! {
        h1 { "Not found" }
        p { a href="/" { "Overview" } }
    };
    (StatusCode::NOT_FOUND, page::simulator("Not found", &content)).into_response()
}

async fn index(State(simulator): State<Arc<Simulator>>) -> Response {
    let content = html! {
        h1 { "Simulated Panorama" }
        p {
            "A stand-in for Precision Planting's Panorama: the partner's login, the partner API "
            "and the portal in which a grower switches sharing on. Its two environments share "
            "nothing but the port."
        }
        p {
            a href="/control" { "The control API" } " does what a grower does, without a browser, "
            "lists the calls received, and injects faults."
        }
        @for environment in Environment::ALL {
            (of_environment(&Site { simulator: Arc::clone(&simulator), environment }))
        }
    };
    page::simulator("Simulated Panorama", &content)
}

fn of_environment(site: &Site) -> Markup {
    let pool = site.pool();
    let share_initiation = site.path(&format!("/connections/{}", pool.sharing_url_id));
    html! {
        h2 { (site.environment) }
        ul.list {
            li { a href=(site.path("/operations")) { "Portal" } }
            li { a href=(share_initiation) { "Share Initiation URL" } }
        }
        div.card {
            dl {
                (pair("Login (Cognito), partner API, portal", &site.url("/")))
                (pair("Client id", pool.client_id))
                (pair("Partner username", pool.username))
                (pair("Partner password, as seeded", pool.password))
                (pair("sharingUrlId", pool.sharing_url_id))
            }
        }
        details.card {
            summary { "Logins that are refused" }
            p.quiet { "With the partner's seeded password." }
            dl {
                (pair("Challenge NEW_PASSWORD_REQUIRED", pool.new_password_required))
                (pair("Challenge SMS_MFA", pool.sms_mfa))
                (pair("PasswordResetRequiredException", pool.password_reset_required))
                (pair("Client id without USER_PASSWORD_AUTH", pool.client_without_password_flow))
            }
        }
        @for grower in pool.growers {
            details.card {
                summary { (grower.name) }
                dl {
                    (pair("Username", grower.username))
                    (pair("Password", grower.password))
                    @for operation in grower.operations {
                        (pair(
                            &format!("Organization Code of {}", operation.name),
                            operation.organization_code,
                        ))
                    }
                }
            }
        }
    }
}

fn pair(name: &str, value: &str) -> Markup {
    html! { dt { (name) } dd { code { (value) } } }
}
