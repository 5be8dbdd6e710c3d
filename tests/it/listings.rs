//! How long a listing may become: in codes, which take memory, and in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adapters::panorama::Panorama;
use adapters::panorama::endpoints::Endpoints;
use application::ports::upstream::{PartnerAccount as _, UpstreamError};
use axum::Router;
use axum::routing::get;
use domain::app_key::AppKeyId;
use domain::client_environment::{ByEnvironment, ClientEnvironment};
use reqwest::Url;
use shared::service::Service;
use tokio::net::TcpListener;

use crate::world::World;

/// What is listed by a partner API that answers with the pages of `page`, the first of which is the
/// first.
async fn list(
    world: &World,
    page: impl Fn(u64) -> String + Send + Sync + 'static,
) -> Result<usize, UpstreamError> {
    let asked = Arc::new((AtomicU64::new(0), page));
    let answer = move || {
        let (count, page) = &*asked;
        let answer = page(count.fetch_add(1, Ordering::SeqCst) + 1);
        async move { answer }
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().route("/sharing", get(answer));
    let server =
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    let Service { ports, settings, .. } = world.machine.another_process().expect("a process");
    let partner_api = Url::parse(&url).expect("a URL");
    let endpoints = ByEnvironment::new(|environment| Endpoints {
        partner_api: partner_api.clone(),
        ..settings.panorama.of(environment).clone()
    });
    let http = world.http.clone();
    let panorama = Panorama::new(http, endpoints, ports.partner_secrets, ports.logins, ports.clock);
    let name = world.machine.ready.app_name.parse().expect("a name");
    let app_key = AppKeyId { environment: ClientEnvironment::Stage, name };
    let listed = panorama.list_sharing(&app_key).await;
    server.abort();
    listed.map(|codes| codes.len())
}

fn is_endless(listed: &Result<usize, UpstreamError>) -> bool {
    listed.as_ref().is_err_and(|error| error.to_string().contains("does not end"))
}

fn codes(many: usize) -> String {
    vec![r#""a""#; many].join(",")
}

#[tokio::test]
async fn no_page_is_asked_for_after_five_minutes() {
    let world = World::start().await;
    let asked = Arc::new(AtomicU64::new(0));
    for (pages, ends) in [(5, true), (6, false)] {
        let (clock, asked) = (world.clock.clone(), asked.clone());
        let before = asked.load(Ordering::SeqCst);
        let listed = list(&world, {
            let asked = asked.clone();
            move |page| {
                asked.fetch_add(1, Ordering::SeqCst);
                clock.advance(Duration::from_mins(1));
                if page < pages {
                    format!(r#"{{"items":["code{page}"],"nextToken":"{page}"}}"#)
                } else {
                    format!(r#"{{"items":["code{page}"]}}"#)
                }
            }
        })
        .await;
        assert_eq!(asked.load(Ordering::SeqCst) - before, 5, "{listed:?}");
        assert_eq!(listed.as_ref().is_ok_and(|codes| *codes == 5), ends, "{listed:?}");
        assert_eq!(is_endless(&listed), !ends, "{listed:?}");
    }
}

#[tokio::test]
async fn codes_of_all_pages_are_counted_those_of_the_last_too() {
    const MOST: usize = 2_000_000;
    let world = World::start().await;
    for (on_first_page, on_last_page, ends) in
        [(MOST, 0, true), (MOST, 1, false), (1, MOST - 1, true), (1, MOST, false)]
    {
        let pages = [codes(on_first_page), codes(on_last_page)];
        let listed = list(&world, move |page| match page {
            1 => format!(r#"{{"items":[{}],"nextToken":"2"}}"#, pages[0]),
            _ => format!(r#"{{"items":[{}]}}"#, pages[1]),
        })
        .await;
        assert_eq!(listed.as_ref().is_ok_and(|codes| *codes == MOST), ends, "{on_first_page}");
        assert_eq!(is_endless(&listed), !ends, "{on_first_page}");
    }
}
