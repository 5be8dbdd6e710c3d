//! Every way in which a person may have entered the Sharing Confirmation URL in the Partner Portal
//! arrives, or shows a page.

use reqwest::header::ACCEPT;

use crate::world::{FARM, OTHER_FARM, World};

/// What a browser says that it takes.
const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_callback_arrives_however_its_address_was_entered() {
    let world = World::start().await;
    let id = world.machine.ready.stage.sharing_url_id;
    let upper = id.to_uppercase();
    let maria = world.create_user("maria").await;
    // What Panorama appends, to what may have been entered.
    for entered in [
        format!("/sharing-confirmation/{id}/"),
        format!("/sharing-confirmation/{id}//"),
        format!("/sharing-confirmation/{upper}"),
        format!("/sharing-confirmation/{id}%20"),
        format!("/sharing-confirmation/%20{id}"),
        format!("/sharing-confirmation/%7B{id}%7D"),
        format!("/sharing-confirmation/%22{id}%22"),
        format!("/sharing-confirmation/%3C{id}%3E"),
        format!("/sharing-confirmation/{id}."),
        format!("/sharing-confirmation/{id},"),
        format!("/sharing-confirmation/sharingUrlId={id}"),
        format!("/sharing-confirmation/{id}/index.html"),
        format!("/sharing-confirmation/{id}/sharing-confirmation/{id}"),
        format!("/sharing-confirmation/https:/panorama.ag/connections/{id}"),
        format!("//sharing-confirmation/{id}"),
        format!("/sharing-confirmation//{id}"),
        format!("/Sharing-Confirmation/{id}"),
        format!("/sharing-confirmations/{id}/"),
        format!("/services/usermanagement/api/sharing-confirmation/{id}"),
        format!("/{id}"),
        format!("/?sharingUrlId={id}"),
        format!("/sharing-confirmation?sharingUrlId={id}"),
        format!("/sharing-confirmation/?sharingUrlId={id}"),
        format!("/sharing-confirmation?sharingUrlId={id}/"),
        format!("/sharing-confirmation?sharingUrlId=%7B{id}%7D"),
        format!("/sharing-confirmation?sharingurlid={id}"),
        format!("/sharing-confirmation?SharingUrlId={upper}%20"),
        format!("/sharing-confirmation/{id}?"),
        format!("/sharing-confirmation/{id}?source=panorama"),
        format!("/sharing-confirmation/{id}/?source=panorama&"),
        format!("/sharing-confirmation/{id}?orgCode="),
        format!("/sharing-confirmation/{id}?orgCode=%7BorgCode%7D"),
        format!("/sharing-confirmation/{id}?session=0d9a1f0e-6a3c-4c8e-9a51-3f6f2c1b7d44"),
    ] {
        let appended = [format!("{entered}?orgCode={FARM}"), format!("{entered}&orgCode={FARM}")];
        let has_query = entered.contains('?');
        let is_open = entered.ends_with('?') || entered.contains("orgCode=");
        for callback in appended.iter().take(if has_query && !is_open { 2 } else { 1 }) {
            world.start_session(&maria, Some(FARM)).await;
            world.share(FARM).await;
            let seen = world.browser().open(&world.api(callback)).await;
            assert_eq!(seen.outcome, "connected", "{callback}: {seen:?}");
            world.unshare(FARM).await;
            let path = format!("{}/users/{maria}/panorama-credentials", crate::world::MANAGEMENT);
            assert_eq!(world.ask(reqwest::Method::DELETE, &path).await.status, 204);
        }
    }
}

#[tokio::test]
async fn an_address_that_names_no_app_key_or_two_shows_a_page_and_guesses_nothing() {
    let world = World::start().await;
    let (stage, production) =
        (world.machine.ready.stage.sharing_url_id, world.machine.ready.production.sharing_url_id);
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    world.share(FARM).await;
    let half = &stage[..35];
    for callback in [
        format!("/?orgCode={FARM}"),
        format!("/sharing-confirmation?orgCode={FARM}"),
        format!("/sharing-confirmation/?orgCode={FARM}"),
        format!("/sharing-confirmation/{{sharingUrlId}}?orgCode={FARM}"),
        format!("/sharing-confirmation/{half}?orgCode={FARM}"),
        format!("/sharing-confirmation/{stage}0?orgCode={FARM}"),
        format!("/sharing-confirmation/a{stage}?orgCode={FARM}"),
        format!("/sharing-confirmation/{production}/{stage}?orgCode={FARM}"),
        format!("/sharing-confirmation/{stage},{production}?orgCode={FARM}"),
        format!(
            "/sharing-confirmation?sharingUrlId={stage}&sharingUrlId={production}&orgCode={FARM}"
        ),
        format!("/callback?orgCode={FARM}"),
        "/favicon.ico".to_owned(),
        "/connect".to_owned(),
        "/connect/".to_owned(),
    ] {
        let mut browser = world.browser();
        let request = world.http.get(world.api(&callback)).header(ACCEPT, HTML);
        let mut seen = browser.send(request).await;
        if let Some(page) = seen.location.take() {
            seen = browser.open(&page).await;
        }
        assert_eq!(
            (seen.status.as_u16(), &*seen.outcome),
            (404, "unknownLink"),
            "{callback}: {seen:?}"
        );
        assert!(!seen.body.contains(FARM), "{callback}");
    }
    assert_eq!(world.state(&[&maria]).await, "PENDING, 0 confirm");
}

#[tokio::test]
async fn of_a_query_in_two_parts_the_code_is_the_one_that_panorama_appended_and_one_alone() {
    let world = World::start().await;
    let id = world.machine.ready.stage.sharing_url_id;
    let maria = world.create_user("maria").await;
    world.start_session(&maria, Some(FARM)).await;
    world.share(FARM).await;
    for (query, outcome) in [
        (format!("?orgCode={FARM}?orgCode={FARM}&orgCode={OTHER_FARM}"), "notBound"),
        (format!("?orgCode={FARM}?orgCode="), "notBound"),
        ("?a=b?error=access_denied".to_owned(), "declined"),
        (format!("?error=access_denied?orgCode={FARM}"), "declined"),
        (format!("?orgCode={OTHER_FARM}?orgCode={FARM}"), "connected"),
    ] {
        let seen =
            world.browser().open(&world.api(&format!("/sharing-confirmation/{id}{query}"))).await;
        assert_eq!(seen.outcome, outcome, "{query}: {seen:?}");
    }
}

#[tokio::test]
async fn a_program_that_asks_for_what_is_not_there_gets_a_problem() {
    let world = World::start().await;
    for path in ["/", "/nowhere", "/sharing-confirmations/x?orgCode=planted"] {
        world.ask(reqwest::Method::GET, path).await.problem(404, "routeNotFound");
    }
    let id = world.machine.ready.stage.sharing_url_id;
    // Nothing but a GET is a browser that comes back.
    for method in [reqwest::Method::POST, reqwest::Method::HEAD, reqwest::Method::OPTIONS] {
        let request = world
            .http
            .request(method, world.api(&format!("//sharing-confirmation/{id}?orgCode={FARM}")));
        assert_eq!(request.send().await.expect("an answer").status(), 404);
    }
    assert_eq!(world.calls("confirmSharing").await, 0);
}
