use std::path::{Path, PathBuf};

use serde_json::json;
use simulated_panorama::Environment::{Production, Stage};
use simulated_panorama::{Config, seed, serve};
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;

use crate::harness::{CODE, Panorama};

fn state_file() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.json", uuid::Uuid::new_v4()))
}

#[tokio::test]
async fn sharing_tokens_and_the_password_survive_a_restart() {
    let file = state_file();
    let before = Panorama::start_with(Some(file.clone()), OffsetDateTime::UNIX_EPOCH).await;
    let login = before.log_in(Stage).await;
    let production = before.log_in(Production).await;
    before.share(CODE).await;
    before.confirm(&login, "/sharing/krwv4vYH/confirm").await;
    before.share("t8Zq2mLx").await;
    before.post("/control/partners/PRODUCTION/password", &json!({"password": "changed"})).await;
    before.pass(Duration::minutes(59));
    let now = before.now();
    before.stop().await;

    let after = Panorama::start_with(Some(file.clone()), now).await;
    assert_eq!(after.partner_get(&login, "/sharing").await, (200, json!({"items": [CODE]})));
    assert_eq!(after.confirm(&login, "/sharing/t8Zq2mLx/confirm").await, 200);
    assert_eq!(after.log_in_as(Production, seed(Production).username, "changed").await.0, 200);
    assert_eq!(after.refresh(Production, &production.refresh_token).await.0, 200);
    after.pass(Duration::minutes(1));
    assert_eq!(after.partner_get(&login, "/sharing").await.0, 401);
    after.stop().await;
    std::fs::remove_file(file).expect("it was written");
}

#[cfg(unix)]
#[tokio::test]
async fn the_state_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let file = state_file();
    let panorama = Panorama::start_with(Some(file.clone()), OffsetDateTime::UNIX_EPOCH).await;
    panorama.share(CODE).await;
    let mode = std::fs::metadata(&file).expect("it was written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    panorama.stop().await;
    std::fs::remove_file(file).expect("it was written");
}

#[tokio::test]
async fn a_file_that_is_not_a_state_file_is_refused_and_kept() {
    let file = state_file();
    std::fs::write(&file, "notes").expect("written");
    let config = Config {
        listener: TcpListener::bind("127.0.0.1:0").await.expect("a free port"),
        public_url: "http://127.0.0.1:1".to_owned(),
        largest_file: 1,
        state_file: Some(file.clone()),
        now: std::sync::Arc::new(|| OffsetDateTime::UNIX_EPOCH),
        forward: None,
        sharing_confirmation_base: "http://127.0.0.1:3000/sharing-confirmation".to_owned(),
        controlled_from: Vec::new(),
    };
    let error = serve(config, async {}).await.expect_err("it is refused");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "notes");
    std::fs::remove_file(file).expect("it was written");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_idle_connections() {
    let panorama = Panorama::start().await;
    // The client keeps its connection for the next call.
    panorama.log_in(Stage).await;
    panorama.stop().await;
}
