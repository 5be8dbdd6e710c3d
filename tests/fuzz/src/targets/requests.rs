//! What clients send: bodies, queries, tokens.

use axum::body::Body;
use domain::leaf_user::{Filter, Order, Profile, ProfileChange};
use domain::owner::{Owner, Owners, SigningKey};
use domain::owner_token;
use domain::page_settings::{ImageOrigins, PageSettings};
use domain::sent::Refusals;
use domain::timestamp::Timestamp;
use time::macros::datetime;
use web::fields::{Fields, MAX_BODY};
use web::parameters::{MAX_PAGE_SIZE, Query, provider};

/// A request's body: a profile, a change of one, a magic link's settings, and the fields that only
/// some bodies have. A refusal never repeats what was sent.
pub(crate) fn body(data: &[u8]) {
    let body = Body::from(data.to_vec());
    let read = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(Fields::read(body));
    let mut fields = match read {
        Ok(fields) => fields,
        Err(problem) => {
            assert!(matches!(problem.key.status().as_u16(), 400 | 413), "whose fault is it?");
            return;
        }
    };
    assert!(data.len() <= MAX_BODY, "more than is read");
    fields.flag("rememberMe");
    fields.number("expiresIn", 900..=31_536_000, "must be a number of seconds");
    fields.required_list::<domain::webhook_event::WebhookEvent>("events");
    let settings = fields.value("settings").cloned();
    let origins: ImageOrigins = "https://images.example".parse().expect("an origin");
    match PageSettings::read(settings.as_ref(), &origins) {
        Ok(settings) => {
            for image in settings.header_image.iter().chain(&settings.company_logo) {
                assert_eq!(image.origin(), "https://images.example", "a foreign picture");
            }
        }
        Err(refusals) => fields.refuse_all(refusals),
    }
    let _ = fields.finish();
    let sent = fields.into_sent();
    let mut refusals = Refusals::default();
    if let Some(profile) = Profile::read(&sent, &mut refusals) {
        assert!(!profile.name.as_str().trim().is_empty(), "a name of blanks");
    }
    ProfileChange::read(&sent, &mut refusals);
    for (_, refused) in refusals.0 {
        assert!(refused.rule.starts_with("must") || refused.rule.starts_with("is "));
    }
}

/// A query: pages, sorts, filters.
pub(crate) fn query(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let query = Query::read(text);
    if let Ok(page) = query.page(20) {
        assert!((1..=MAX_PAGE_SIZE).contains(&page.size));
    }
    if let Ok(page) = query.page_of_short_list() {
        assert!(page.size > 0);
    }
    let _ = query.flag("verify");
    let _ = query.required::<domain::ids::LeafUserId>("leafUserId");
    if let Some(name) = query.get("provider") {
        assert_eq!(provider(name).is_ok(), name == "Panorama");
    }
    Filter::read(query.sent());
    let _ = Order::read(query.sent());
}

/// An API owner's token: nobody can make one.
pub(crate) fn owner_token(data: &[u8]) {
    let Ok(token) = str::from_utf8(data) else { return };
    let owners = Owners {
        signing_key: SigningKey(vec![7; 32]),
        owners: vec![Owner {
            username: "owner@prairie-insights.example".to_owned(),
            password_hash: "".into(),
        }],
    };
    let now = Timestamp::new(datetime!(2026-11-30 12:00 UTC));
    assert!(owner_token::verify(&owners, token, now).is_none(), "a token that was not signed");
}
