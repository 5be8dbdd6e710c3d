//! `/sign-in`: the sample growers, one button each, and a form; `/sign-out`.

use axum::extract::{Form, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::page;
use super::session::{self, SignedIn};
use crate::simulator::Site;

#[derive(Deserialize)]
pub(crate) struct NextPage {
    #[serde(default)]
    next: String,
}

pub(crate) async fn show(
    State(site): State<Site>,
    Query(NextPage { next }): Query<NextPage>,
) -> Response {
    page::portal(&site, None, "Sign in", &content(&site, &next, None))
}

#[derive(Deserialize)]
pub(crate) struct SignInForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(State(site): State<Site>, Form(form): Form<SignInForm>) -> Response {
    let SignInForm { username, password, next } = form;
    let growers = site.pool().growers;
    let Some(grower) =
        growers.iter().find(|grower| grower.username == username && grower.password == password)
    else {
        let content = content(&site, &next, Some(&username));
        return (StatusCode::UNAUTHORIZED, page::portal(&site, None, "Sign in", &content))
            .into_response();
    };
    let cookie = session::start(&site, grower);
    let next = if is_local(&next) { next } else { site.path("/operations") };
    ([(SET_COOKIE, cookie)], Redirect::to(&next)).into_response()
}

/// Anything else could send a grower who has just signed in to a stranger.
fn is_local(next: &str) -> bool {
    next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.chars().all(|c| c.is_ascii_graphic())
}

#[derive(Deserialize)]
pub(crate) struct SignOutForm {
    #[serde(default)]
    csrf: String,
}

pub(crate) async fn sign_out(
    signed_in: SignedIn,
    State(site): State<Site>,
    headers: HeaderMap,
    Form(form): Form<SignOutForm>,
) -> Response {
    if form.csrf != signed_in.csrf {
        return page::forged(&site);
    }
    ([(SET_COOKIE, session::end(&site, &headers))], Redirect::to(&site.path("/sign-in")))
        .into_response()
}

/// `refused` is the username that was just tried in vain, if one was.
fn content(site: &Site, next: &str, refused: Option<&str>) -> Markup {
    let action = site.path("/sign-in");
    html! {
        h1 { "Sign in" }
        @if refused.is_some() {
            p.alert role="alert" { "Incorrect username or password." }
        }
        p.quiet { "Be one of the sample growers of " (site.environment) "." }
        @for grower in site.pool().growers {
            form.card method="post" action=(action) {
                input type="hidden" name="username" value=(grower.username);
                input type="hidden" name="password" value=(grower.password);
                input type="hidden" name="next" value=(next);
                p {
                    strong { (grower.name) }
                    br;
                    span.quiet {
                            @let names = grower.operations.iter().map(|it| it.name);
                        (names.collect::<Vec<_>>().join(" · "))
                        }
                }
                button.primary type="submit" { "Sign in as " (grower.name) }
            }
        }
        h2 { "With a username and password" }
        form.card method="post" action=(action) {
            input type="hidden" name="next" value=(next);
            label.field { "Username"
                input type="email" name="username" autocomplete="username" required value=[refused];
            }
            label.field { "Password"
                input type="password" name="password" autocomplete="current-password" required;
            }
            button.secondary type="submit" { "Sign in" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn after_sign_in_nobody_is_sent_elsewhere() {
        assert!(is_local("/connections/7c9e6b1a-3f52-4d08-9a61-5e2b8c4d7f10"));
        for elsewhere in
            ["", "https://example.com", "//example.com", "/\\example.com", "/a\nb", "javascript:x"]
        {
            assert!(!is_local(elsewhere), "{elsewhere}");
        }
    }
}
