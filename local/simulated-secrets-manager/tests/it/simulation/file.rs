use std::fs;
use std::io;
use std::path::PathBuf;

use aws_sdk_secretsmanager::primitives::Blob;
use simulated_secrets_manager::{Config, serve};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::peer::{ManualClock, Simulation, create, current_value, labels, now, put, refused};

/// A folder of its own for each test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path =
            std::env::temp_dir().join(format!("simulated-secrets-manager-{}", Uuid::new_v4()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("secrets.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn refusal_to_start(file: PathBuf) -> io::Error {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let clock = ManualClock::at(time::OffsetDateTime::UNIX_EPOCH);
    let config = Config { listener, file: Some(file), now: now(&clock) };
    serve(config, std::future::pending()).await.unwrap_err()
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let folder = Folder::new();
    let before = Simulation::start(Some(folder.file())).await;
    let created = before
        .client
        .create_secret()
        .name("text")
        .secret_string("first \u{1f33e}")
        .send()
        .await
        .unwrap();
    put(&before.client, "text", "second", &[]).await;
    before
        .client
        .create_secret()
        .name("bytes")
        .secret_binary(Blob::new([0, 255]))
        .send()
        .await
        .unwrap();
    create(&before.client, "deleted", "x").await;
    before.client.delete_secret().secret_id("deleted").send().await.unwrap();
    let labels_before = labels(&before.client, "text").await;
    before.stop().await;

    let after = Simulation::start(Some(folder.file())).await;

    assert_eq!(labels(&after.client, "text").await, labels_before);
    assert_eq!(current_value(&after.client, "text").await, "second");
    let first = after
        .client
        .get_secret_value()
        .secret_id(created.arn.unwrap())
        .version_id(created.version_id.unwrap());
    assert_eq!(first.send().await.unwrap().secret_string(), Some("first \u{1f33e}"));
    let bytes = after
        .client
        .get_secret_value()
        .secret_id("bytes")
        .send()
        .await
        .unwrap()
        .secret_binary
        .unwrap();
    assert_eq!(bytes.as_ref(), [0, 255]);
    after.client.restore_secret().secret_id("deleted").send().await.unwrap();
    assert_eq!(current_value(&after.client, "deleted").await, "x");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_user_can_read_the_file_and_nothing_else_is_left_in_the_folder() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let simulation = Simulation::start(Some(folder.file())).await;

    create(&simulation.client, "name", "first").await;

    assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[tokio::test]
async fn what_cannot_be_saved_does_not_happen() {
    let folder = Folder::new();
    let simulation = Simulation::start(Some(folder.file())).await;
    create(&simulation.client, "name", "first").await;
    assert_eq!(current_value(&simulation.client, "name").await, "first");
    fs::remove_dir_all(&folder.0).unwrap();

    let result =
        simulation.client.put_secret_value().secret_id("name").secret_string("second").send().await;

    assert_eq!(refused(result), "InternalServiceError");
    assert_eq!(current_value(&simulation.client, "name").await, "first");
}

#[tokio::test]
async fn a_corrupt_file_is_an_error_at_the_start_that_quotes_none_of_it() {
    let folder = Folder::new();
    let content = r#"{"format": 1, "secrets": "swordfish"}"#;
    fs::write(folder.file(), content).unwrap();

    let error = refusal_to_start(folder.file()).await;

    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let message = error.to_string();
    assert!(message.contains("secrets.json") && message.contains("line 1"), "{message}");
    assert!(!message.contains("swordfish"), "{message}");
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), content);
}

#[tokio::test]
async fn a_file_of_a_later_format_is_left_alone() {
    let folder = Folder::new();
    fs::write(folder.file(), r#"{"format": 2, "secrets": []}"#).unwrap();

    let error = refusal_to_start(folder.file()).await;

    assert!(error.to_string().contains("its format is 2"), "{error}");
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_an_error_at_the_start() {
    let folder = Folder::new();

    let error = refusal_to_start(folder.0.join("absent").join("secrets.json")).await;

    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert!(error.to_string().contains("absent"), "{error}");
}
