//! A grower's operations, and the way from an operation's main menu to its connections.

use axum::extract::{Form, FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::page;
use super::session::SignedIn;
use crate::seed::{Operation, PARTNER};
use crate::simulator::Site;
use crate::state::Sharing;

pub(super) fn sharing_pill(sharing: Sharing) -> Markup {
    match sharing {
        Sharing::Off => html! { span.pill { "Not shared" } },
        Sharing::SwitchedOn => html! { span.pill.waiting { "Waiting" } },
        Sharing::Confirmed => html! { span.pill.on { "Shared" } },
    }
}

/// `GET /operations`
pub(crate) async fn list(signed_in: SignedIn, State(site): State<Site>) -> Response {
    let sharing = |code| site.read(|state| state.sharing(code));
    let content = html! {
        h1 { "Operations" }
        ul.list {
            @for operation in signed_in.grower.operations {
                li {
                    a href=(site.path(&format!("/operations/{}", operation.id))) {
                        span { (operation.name) small { (operation.fields.len()) " fields" } }
                        span.end { (sharing_pill(sharing(operation.organization_code))) }
                    }
                }
            }
        }
    };
    page::portal(&site, Some(&signed_in), "Operations", &content)
}

/// The operation in the path is the signed-in grower's.
pub(crate) struct Owned {
    signed_in: SignedIn,
    operation: &'static Operation,
}

impl FromRequestParts<Site> for Owned {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, site).await?;
        let Path(operation_id) = Path::<String>::from_request_parts(parts, site)
            .await
            .map_err(IntoResponse::into_response)?;
        match signed_in.operation(&operation_id) {
            Some(operation) => Ok(Self { signed_in, operation }),
            None => Err(page::not_found(site, Some(&signed_in))),
        }
    }
}

impl Owned {
    /// A page with a way back.
    fn page(&self, site: &Site, back: (&str, &str), title: &str, content: &Markup) -> Response {
        let (back, label) = back;
        let content = html! {
            a.back href=(back) { "‹ " (label) }
            h1 { (title) }
            (content)
        };
        page::portal(site, Some(&self.signed_in), title, &content)
    }

    fn path(&self, site: &Site, below: &str) -> String {
        site.path(&format!("/operations/{}{below}", self.operation.id))
    }

    fn sharing(&self, site: &Site) -> Sharing {
        site.read(|state| state.sharing(self.operation.organization_code))
    }
}

/// `GET /operations/{id}`
pub(crate) async fn main_menu(owned: Owned, State(site): State<Site>) -> Response {
    let operation = owned.operation;
    let content = html! {
        div.card {
            p.quiet { "Organization Code" }
            p.code { (operation.organization_code) }
            p.quiet {
                "Whoever has it can ask to see this operation's data. Give it only to a partner "
                "that you trust."
            }
        }
        ul.list {
            li { a href=(owned.path(&site, "/manage")) { "Manage Operation" } }
        }
        h2 { "Fields" }
        ul.list {
            @for field in operation.fields {
                li { div.item {
                    span { (field.name) small { (field.client) " · " (field.farm) } }
                } }
            }
        }
    };
    owned.page(&site, (&site.path("/operations"), "Operations"), operation.name, &content)
}

/// `GET /operations/{id}/manage`
pub(crate) async fn manage(owned: Owned, State(site): State<Site>) -> Response {
    let content = html! {
        ul.list { li { a href=(owned.path(&site, "/manage/data-sharing")) {
            span { "Data Sharing" small { "Who else sees this operation's data" } }
        } } }
    };
    owned.page(&site, (&owned.path(&site, ""), owned.operation.name), "Manage Operation", &content)
}

/// `GET /operations/{id}/manage/data-sharing`
pub(crate) async fn data_sharing(owned: Owned, State(site): State<Site>) -> Response {
    let content = html! {
        ul.list { li { a href=(owned.path(&site, "/manage/data-sharing/connections")) {
            span { "Connections" small { "Companies whose software works with Panorama" } }
            span.end { (sharing_pill(owned.sharing(&site))) }
        } } }
    };
    owned.page(&site, (&owned.path(&site, "/manage"), "Manage Operation"), "Data Sharing", &content)
}

/// `GET /operations/{id}/manage/data-sharing/connections`
pub(crate) async fn connections(owned: Owned, State(site): State<Site>) -> Response {
    let action = owned.path(&site, "/manage/data-sharing/connections");
    let sharing = owned.sharing(&site);
    let is_on = sharing != Sharing::Off;
    let content = html! {
        p.quiet { "What " (owned.operation.name) " shares." }
        div.card {
            form.row method="post" action=(action) {
                (page::csrf_field(&owned.signed_in))
                input type="hidden" name="switch" value=(if is_on { "off" } else { "on" });
                strong { (PARTNER) }
                button.switch type="submit" role="switch" aria-checked=(is_on)
                    aria-label=(format!("Share with {PARTNER}")) {}
            }
            p.quiet.below {
                @match sharing {
                    Sharing::Off => { "Off. Turning it on takes you to " (PARTNER) " to finish." }
                    Sharing::SwitchedOn => { "On, but " (PARTNER) " has not confirmed it yet." }
                    Sharing::Confirmed => { "On. " (PARTNER) " can read this operation's data." }
                }
            }
            @if is_on {
                form method="post" action=(action) {
                    (page::csrf_field(&owned.signed_in))
                    input type="hidden" name="switch" value="on";
                    button.secondary type="submit" { "Go to " (PARTNER) " again" }
                }
            }
        }
    };
    owned.page(
        &site,
        (&owned.path(&site, "/manage/data-sharing"), "Data Sharing"),
        "Connections",
        &content,
    )
}

#[derive(Deserialize)]
pub(crate) struct SwitchForm {
    #[serde(default)]
    csrf: String,
    switch: Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Position {
    On,
    Off,
}

/// `POST /operations/{id}/manage/data-sharing/connections`: on sends the browser to the partner,
/// off stays here.
pub(crate) async fn switch(
    owned: Owned,
    State(site): State<Site>,
    Form(form): Form<SwitchForm>,
) -> Response {
    if form.csrf != owned.signed_in.csrf {
        return page::forged(&site);
    }
    let code = owned.operation.organization_code;
    let next = match form.switch {
        Position::On => {
            site.change(|state| state.switch_on(code));
            site.confirmation_url(code)
        }
        Position::Off => {
            site.change(|state| state.switch_off(code));
            owned.path(&site, "/manage/data-sharing/connections")
        }
    };
    Redirect::to(&next).into_response()
}
