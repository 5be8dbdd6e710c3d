//! The frame around every page.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::session::SignedIn;
use crate::simulator::Site;

const STYLE: &str = include_str!("page.css");

/// No `form-action`: switching sharing on answers the form with a redirect to the partner, which it
/// would forbid.
const HEADERS: [(HeaderName, &str); 3] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    (CACHE_CONTROL, "no-store"),
    // What browsers do where a site says nothing. What the real portal says is not known.
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
];

/// A page of one environment's portal.
pub(crate) fn portal(
    site: &Site,
    signed_in: Option<&SignedIn>,
    title: &str,
    content: &Markup,
) -> Response {
    let environment = site.environment.name();
    let brand = format!("Simulated Panorama ({environment})");
    let header = html! {
        header class=(environment.to_lowercase()) {
            a.brand href=(site.path("/operations")) { (brand) }
            @if let Some(signed_in) = signed_in {
                form.account method="post" action=(site.path("/sign-out")) {
                    (csrf_field(signed_in))
                    span { (signed_in.grower.name) }
                    button type="submit" { "Sign out" }
                }
            }
        }
    };
    page(&format!("{title} · {brand}"), &header, content)
}

/// A page of the simulator itself.
pub(crate) fn simulator(title: &str, content: &Markup) -> Response {
    let header = html! { header { a.brand href="/" { "Simulated Panorama" } } };
    page(title, &header, content)
}

fn page(title: &str, header: &Markup, content: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                (header)
                main { (content) }
                footer {
                    "A simulation for developers, not Precision Planting. Every name, field and "
                    "code is made up."
                }
            }
        }
    };
    (HEADERS, Html(markup.into_string())).into_response()
}

pub(crate) fn not_found(site: &Site, signed_in: Option<&SignedIn>) -> Response {
    let content = html! {
        h1 { "Not found" }
        p { "Nothing is here. A link for one environment does not work in the other." }
        p { a href=(site.path("/operations")) { "Your operations" } }
    };
    (StatusCode::NOT_FOUND, portal(site, signed_in, "Not found", &content)).into_response()
}

/// For a form that this portal did not make, or made for another session.
pub(crate) fn forged(site: &Site) -> Response {
    let content = html! {
        h1 { "This form is out of date" }
        p { "Nothing was changed. Go back, load the page again and repeat." }
        p { a href=(site.path("/operations")) { "Your operations" } }
    };
    (StatusCode::FORBIDDEN, portal(site, None, "Out of date", &content)).into_response()
}

/// What every form of a signed-in grower carries.
pub(crate) fn csrf_field(signed_in: &SignedIn) -> Markup {
    html! { input type="hidden" name="csrf" value=(signed_in.csrf); }
}
