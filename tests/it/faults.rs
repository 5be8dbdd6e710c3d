//! Every call to the outside by every way that it can go wrong: what is answered then, what is
//! there afterwards, and that asking again ends well. What comes of each is promised in
//! `docs/faults.md`, and written there when that is asked for.

mod aws;
mod document;
mod fault;
mod injector;
mod matrix;
mod process;
mod relay;
mod stories;

use std::path::Path;

use tokio::task::JoinSet;

use matrix::Played;

/// `FAULTS=update cargo test …` writes the document.
fn is_to_be_written() -> bool {
    std::env::var("FAULTS").is_ok_and(|what| what == "update")
}

/// All stories at once.
async fn played() -> Vec<Played> {
    let mut tasks = JoinSet::new();
    for (place, story) in stories::all().into_iter().enumerate() {
        tasks.spawn(async move {
            let played = matrix::play(&story).await;
            (place, played)
        });
    }
    let mut all = Vec::new();
    let mut panicked = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(played) => all.push(played),
            Err(error) => panicked.push(error.to_string()),
        }
    }
    if !is_to_be_written() {
        assert!(panicked.is_empty(), "{panicked:?}");
    }
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, played)| played).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_of_every_fault_of_every_call_is_what_is_promised() {
    let played = played().await;
    let written = document::of(&played);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    if is_to_be_written() {
        std::fs::write(&file, &written).expect("written");
    }
    let wrong: Vec<_> = played.iter().flat_map(|played| &played.wrong).cloned().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let promised = std::fs::read_to_string(file).unwrap_or_default();
    let differs = promised.lines().zip(written.lines()).find(|(promised, is)| promised != is);
    assert_eq!(differs, None, "docs/faults.md promises something else");
    assert_eq!(promised.lines().count(), written.lines().count());
}
