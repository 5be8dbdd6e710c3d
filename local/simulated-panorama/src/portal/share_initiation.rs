//! `/connections/{sharingUrlId}`, the Share Initiation URL: which operation to share, then off to
//! the partner.

use axum::extract::{Form, FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::operations::sharing_pill;
use super::page;
use super::session::SignedIn;
use crate::seed::PARTNER;
use crate::simulator::Site;

/// The `sharingUrlId` in the path is this environment's, and somebody is signed in.
pub(crate) struct Initiation {
    signed_in: SignedIn,
}

impl FromRequestParts<Site> for Initiation {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Path(path) = Path::<Vec<(String, String)>>::from_request_parts(parts, site)
            .await
            .map_err(IntoResponse::into_response)?;
        // Before the sign-in: nobody should have to sign in to learn that the link is dead.
        if !path.iter().any(|(_, sharing_url_id)| sharing_url_id == site.pool().sharing_url_id) {
            return Err(page::not_found(site, SignedIn::find(site, &parts.headers).as_ref()));
        }
        Ok(Self { signed_in: SignedIn::from_request_parts(parts, site).await? })
    }
}

pub(crate) async fn show(
    Initiation { signed_in }: Initiation,
    State(site): State<Site>,
) -> Response {
    page::portal(&site, Some(&signed_in), "Share data", &content(&site, &signed_in, false))
}

#[derive(Deserialize)]
pub(crate) struct ChoiceForm {
    #[serde(default)]
    csrf: String,
    /// An operation's internal id.
    #[serde(default)]
    operation: String,
}

pub(crate) async fn switch_on(
    Initiation { signed_in }: Initiation,
    State(site): State<Site>,
    Form(form): Form<ChoiceForm>,
) -> Response {
    if form.csrf != signed_in.csrf {
        return page::forged(&site);
    }
    let Some(operation) = signed_in.operation(&form.operation) else {
        let page =
            page::portal(&site, Some(&signed_in), "Share data", &content(&site, &signed_in, true));
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    };
    site.change(|state| state.switch_on(operation.organization_code));
    Redirect::to(&site.confirmation_url(operation.organization_code)).into_response()
}

pub(crate) async fn decline(
    Initiation { signed_in }: Initiation,
    State(site): State<Site>,
    Form(form): Form<ChoiceForm>,
) -> Response {
    if form.csrf != signed_in.csrf {
        return page::forged(&site);
    }
    Redirect::to(&site.declined_url()).into_response()
}

fn content(site: &Site, signed_in: &SignedIn, nothing_chosen: bool) -> Markup {
    let action = site.path(&format!("/connections/{}", site.pool().sharing_url_id));
    let operations = signed_in.grower.operations;
    let sharing = |code| site.read(|state| state.sharing(code));
    html! {
        h1 { "Share data with " (PARTNER) }
        p {
            (PARTNER) " will be able to read the fields and the planting, spraying and harvest "
            "data of the operation that you choose. You can switch it off again at any time."
        }
        @if nothing_chosen {
            p.alert role="alert" { "Choose an operation." }
        }
        form method="post" action=(action) {
            (page::csrf_field(signed_in))
            h2 id="choice" { "Which operation?" }
            ul.list role="radiogroup" aria-labelledby="choice" {
                @for operation in operations {
                    li {
                        label {
                            input type="radio" name="operation" value=(operation.id) required;
                            span { (operation.name) small { (operation.fields.len()) " fields" } }
                            span.end { (sharing_pill(sharing(operation.organization_code))) }
                        }
                    }
                }
            }
            button.primary type="submit" { "Turn on sharing" }
        }
        form method="post" action=(format!("{action}/decline")) {
            (page::csrf_field(signed_in))
            button.secondary type="submit" { "Decline" }
        }
    }
}
