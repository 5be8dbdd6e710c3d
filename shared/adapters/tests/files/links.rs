//! A link opens one object for a time.

use std::time::Duration;

use adapters::system_clock::SystemClock;
use application::ports::clock::Clock as _;
use application::ports::files::FilesError;

use crate::engine::{Files, SECRET, bytes, get, key, with_files, with_strict_files};

#[tokio::test]
async fn a_browser_saves_what_a_link_opens_under_its_name() {
    with_files(async |files: &Files| {
        let key = key();
        files.put(&key, [bytes(10)]).await.expect("stored");
        let link = files.link(&key, "S\u{fc}d \"1\".2020", SystemClock.now(), SECRET).await;
        let answer = get(link).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(
            answer.headers()["content-disposition"],
            "attachment; filename=\"S_d _1_.2020\"; filename*=UTF-8''S%C3%BCd%20%5F1%5F%2E2020"
        );
        assert_eq!(answer.headers()["content-length"], "10");
        assert_eq!(answer.bytes().await.expect("a body"), bytes(10));
    })
    .await;
}

#[tokio::test]
async fn a_link_to_nothing_opens_nothing() {
    with_files(async |files: &Files| {
        let answer = get(files.link(&key(), "x", SystemClock.now(), SECRET).await).await;
        // S3 says 404 only to those who may list the bucket.
        assert!(matches!(answer.status().as_u16(), 403 | 404), "{}", answer.status());
    })
    .await;
}

#[tokio::test]
async fn a_link_is_refused_when_its_time_is_over() {
    with_strict_files(async |files: &Files| {
        let key = key();
        files.put(&key, [bytes(10)]).await.expect("stored");
        for (age, status) in [(290, 200), (310, 403)] {
            let signed = SystemClock.now().minus(Duration::from_secs(age));
            let answer = get(files.link(&key, "x", signed, SECRET).await).await;
            assert_eq!(answer.status(), status, "after {age} seconds");
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_that_was_changed_or_signed_by_somebody_else_is_refused() {
    with_strict_files(async |files: &Files| {
        let (one, other) = (key(), key());
        for key in [&one, &other] {
            files.put(key, [bytes(10)]).await.expect("stored");
        }
        let link = files.link(&one, "x", SystemClock.now(), SECRET).await;
        assert_eq!(get(link.clone()).await.status(), 200);

        let forged = files.link(&one, "x", SystemClock.now(), "guessed").await;
        let mut longer = link.clone();
        let query = link.query().expect("a query").replace("Expires=300", "Expires=3000");
        longer.set_query(Some(&query));
        let mut elsewhere = link.clone();
        elsewhere.set_path(&link.path().replace(one.as_str(), other.as_str()));
        let mut unsigned = link.clone();
        unsigned.set_query(None);
        for changed in [forged, longer, elsewhere, unsigned] {
            assert_ne!(changed, link);
            assert_eq!(get(changed.clone()).await.status(), 403, "{changed}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_small_object_is_read_whole_and_a_larger_one_not_at_all() {
    with_files(async |files: &Files| {
        let key = key();
        files.put(&key, [bytes(10)]).await.expect("stored");
        let read = files.read_small(&key, 10).await.expect("read");
        assert_eq!(read, Some(bytes(10).to_vec()));
        let refused = files.read_small(&key, 9).await;
        assert!(matches!(refused, Err(FilesError::TooLarge { most: 9 })), "{refused:?}");
    })
    .await;
    with_strict_files(async |files: &Files| {
        assert_eq!(files.read_small(&key(), 10).await.expect("nothing"), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_for_another_reason_is_not_taken_for_nothing() {
    with_strict_files(async |files: &Files| {
        let (there, nothing) = (key(), key());
        files.put(&there, [bytes(10)]).await.expect("stored");
        let two_minutes_ago = SystemClock.now().minus(Duration::from_mins(2));
        for key in [there, nothing] {
            let late = files.read_small_as(&key, 10, two_minutes_ago, SECRET).await;
            assert!(matches!(late, Err(FilesError::Store { .. })), "{late:?}");
            let other = files.read_small_as(&key, 10, SystemClock.now(), "another secret").await;
            assert!(matches!(other, Err(FilesError::Store { .. })), "{other:?}");
        }
    })
    .await;
}
