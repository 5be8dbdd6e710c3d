//! What Cognito, Panorama and Leaf answer or send.

/// A login's answer; its status is the first line.
pub(crate) fn cognito(data: &[u8]) {
    let [status, body] = super::lines(data);
    let status = str::from_utf8(status).ok().and_then(|text| text.trim().parse().ok());
    let _ = adapters::panorama::untrusted::login(status.unwrap_or(200), body);
}

/// A page of the partner's listing.
pub(crate) fn panorama_listing(data: &[u8]) {
    let most = 100;
    if let Some((codes, next)) = adapters::panorama::untrusted::listing(data, most) {
        assert!(codes <= most, "more codes than a listing may have");
        assert!(next.is_none_or(|token| !token.is_empty()));
    }
}

/// What an operation shares.
pub(crate) fn panorama_shared_data(data: &[u8]) {
    let Some(shared) = adapters::panorama::untrusted::shared_data(data) else { return };
    for field in shared.fields() {
        let mut ids: Vec<_> = field.streams.iter().map(|stream| stream.id.as_str()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "a stream twice");
        assert!(ids.iter().all(|id| !id.contains('/') && !id.starts_with('.')), "a path");
    }
}

/// Where a stream's files are.
pub(crate) fn panorama_downloads(data: &[u8]) {
    adapters::panorama::untrusted::downloads(data);
}

/// Any of Leaf's answers; its status is the first line.
pub(crate) fn leaf_answer(data: &[u8]) {
    let [status, body] = super::lines(data);
    let status = str::from_utf8(status).ok().and_then(|text| text.trim().parse().ok());
    let shown = adapters::leaf::untrusted::answer(status.unwrap_or(200), body);
    // Whatever it is called in there, a token that Leaf sends is not passed on.
    for secret in ["accessToken", "refreshToken", "clientSecret"] {
        assert!(!shown.contains(&format!("\"{secret}\":\"")), "a {secret} is passed on");
    }
}

/// An alert of Leaf's.
pub(crate) fn leaf_alert(data: &[u8]) {
    adapters::leaf::untrusted::alert(data);
}
