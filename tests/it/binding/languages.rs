//! The farmer's language: what the browser likes best, on every page that it comes to.

use reqwest::StatusCode;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, HeaderMap, HeaderValue, VARY};

use crate::browser::{Browser, Seen};
use crate::world::{FARM, World};

/// A browser whose farmer has set it to these languages.
fn browser_of(world: &World, languages: &'static str) -> Browser {
    let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(languages))]);
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let http = client.default_headers(headers).build().expect("a client");
    Browser { http, ..world.browser() }
}

/// That a page is in a language, and says so in each place.
fn speaks(seen: &Seen, tag: &str, headline: &str) {
    assert_eq!(seen.headers[CONTENT_LANGUAGE], tag, "{headline}");
    assert_eq!(seen.headers[VARY], "accept-language", "{headline}");
    let html = &seen.body;
    assert!(html.starts_with(&format!("<!DOCTYPE html><html lang=\"{tag}\">")), "{html}");
    assert!(html.contains(&format!("<h1>{headline}</h1>")), "{headline}: {html}");
}

#[tokio::test]
async fn a_farmer_is_spoken_to_in_the_browsers_language_from_the_link_to_the_end() {
    for (languages, tag, asks, came_back, connected) in [
        (
            "es-MX,es;q=0.9,en;q=0.8",
            "es",
            "¿Es esta su cuenta?",
            "¿Conectar esta operación a su cuenta?",
            "Su operación está conectada.",
        ),
        (
            "pt-BR",
            "pt-BR",
            "Esta é a sua conta?",
            "Conectar esta operação à sua conta?",
            "Sua operação está conectada.",
        ),
        (
            "en;q=0.5, fr-CA",
            "fr",
            "Est-ce bien votre compte\u{a0}?",
            "Connecter cette exploitation à votre compte\u{a0}?",
            "Votre exploitation est connectée.",
        ),
        (
            "de-DE,de;q=0.9",
            "en",
            "Is this your account?",
            "Connect this operation to your account?",
            "Your operation is connected.",
        ),
    ] {
        let world = World::start().await;
        let maria = world.create_user("maria").await;
        let started = world.start_session(&maria, None).await;
        let mut browser = browser_of(&world, languages);
        speaks(&browser.open(&started.sign_in_url).await, tag, asks);
        browser.go_on(&started.sign_in_url).await;
        let callback = world.share(FARM).await;
        let asked = browser.open_from(None, &callback).await;
        speaks(&asked, tag, came_back);
        // The form, and the ticket that it leads to, carry no language: the browser does.
        let page = browser.address().to_owned();
        let pressed = browser.press(&page).await;
        let ended = pressed.outcome_page().expect("an address of its own").to_owned();
        speaks(&browser.open(&ended).await, tag, connected);
        let other = browser_of(&world, "fr").open(&ended).await;
        speaks(&other, "fr", "Votre exploitation est connectée.");
    }
}

#[tokio::test]
async fn a_page_at_an_address_that_is_none_is_in_the_browsers_language_and_a_problem_in_english() {
    let world = World::start().await;
    let browser = &mut browser_of(&world, "pt;q=0.9, en;q=0.1");
    let page = world.http.get(world.api("/nowhere")).header("accept", "text/html");
    let seen = browser.send(page.header(ACCEPT_LANGUAGE, "pt;q=0.9, en;q=0.1")).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    speaks(&seen, "pt-BR", "Este link não funciona.");

    let seen = browser.open(&world.api("/nowhere")).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND);
    assert!(seen.body.contains("Check the path"), "{}", seen.body);
    assert!(!seen.headers.contains_key(CONTENT_LANGUAGE));
}
