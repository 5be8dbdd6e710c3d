//! What following the data of farmers takes: `cargo bench -p end-to-end --bench sync_data`. After
//! `--`, `syncs` or `copy` does only that part; `operations=1000` is how many operations of 20
//! streams are followed (200 by default), `streams=1000` how many the one large operation has
//! (10,000 by default), `mebibytes=64` the size of the file that is copied (1,024 by default).
//!
//! The servers (simulated Panorama, embedded DynamoDB and S3) are in one process, and what is
//! measured in another, so that its memory and its processor time are what a Lambda function would
//! need. Seconds hold for this machine; what holds for others are calls, capacity units and ratios
//! of one run.

#[path = "../measured/counted.rs"]
mod counted;
#[path = "../measured/process.rs"]
mod process;
mod stage;
mod subject;

use serde_json::Value;
use stage::Stage;
use subject::Job;
use tokio::time::Instant;

/// Streams of each of a partner's many operations.
const STREAMS_EACH: usize = 20;

fn main() {
    if let Some(job) = Job::asked_for() {
        return subject::run(job);
    }
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str, other: &str| {
        arguments.iter().any(|it| it == part) || !arguments.iter().any(|it| it == other)
    };
    let number = |name: &str| {
        let value = |it: &String| it.strip_prefix(name)?.strip_prefix('=')?.parse::<u64>().ok();
        arguments.iter().find_map(value)
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if is_wanted("syncs", "copy") {
        let count = |name: &str, usually: u64| {
            usize::try_from(number(name).unwrap_or(usually)).expect("a number of things")
        };
        runtime.block_on(syncs(count("operations", 200), count("streams", 10_000)));
    }
    if is_wanted("copy", "syncs") {
        runtime.block_on(copies(number("mebibytes").unwrap_or(1_024)));
    }
}

/// The embedded DynamoDB takes most of the seconds, and those that it takes to connect the
/// operations are told apart from those of the syncs.
#[expect(clippy::print_stdout, reason = "the table is what it is for")]
#[expect(clippy::print_stderr, reason = "whoever waits is to see for what")]
async fn syncs(operations: usize, streams: usize) {
    println!(
        "\n| operations × streams | sync | listings | reads | read units | writes | write units \
         | seconds | processor | peak MB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let stage = Stage::set().await;
    let mut same = Vec::new();
    for (operations, streams) in [(1, STREAMS_EACH), (1, streams), (operations, STREAMS_EACH)] {
        let begun = Instant::now();
        let users = stage.connect(operations, streams, None).await;
        eprintln!("connecting {operations} operations took {:.1?}", begun.elapsed());
        for sync in ["first", "nothing new"] {
            let told = stage.perform(Job::Sync, &users).await;
            assert_eq!(told["done"], users.len(), "{told}");
            assert_eq!(told["listings"], users.len(), "one call each, whatever there is: {told}");
            let counts = ["listings", "reads", "readUnits", "writes", "writeUnits"];
            let counts = counts.map(|name| told[name].to_string()).join(" | ");
            let measure = |name: &str| told[name].as_f64().unwrap_or_default();
            println!(
                "| {operations} × {streams} | {sync} | {counts} | {:.2} | {:.2} | {:.1} |",
                measure("seconds"),
                measure("processorSeconds"),
                measure("peakMegabytes"),
            );
            if sync == "nothing new" {
                same.push((operations, told));
            }
        }
    }
    let costs = |told: &Value| (told["reads"].clone(), told["writes"].clone());
    let (few, many) = (costs(&same[0].1), costs(&same[1].1));
    assert_eq!(few, many, "where nothing is new, it does not matter how many streams there are");
}

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
async fn copies(mebibytes: u64) {
    let stage = Stage::set().await;
    let bytes = mebibytes * 1_024 * 1_024;
    let users = stage.connect(1, 1, Some(vec![bytes])).await;
    stage.perform(Job::Sync, &users).await;
    println!("\n| a file of {mebibytes} MiB | MB/s | processor | peak MB |\n|---|---|---|---|");
    let mut speeds = Vec::new();
    for (name, job) in
        [("plain download", Job::Download), ("copy", Job::Store), ("plain download", Job::Download)]
    {
        let told = stage.perform(job, &users).await;
        let number = |name: &str| told[name].as_f64().expect("a number");
        assert_eq!(told["bytes"], bytes, "{told}");
        let speed = number("bytes") / number("seconds") / 1e6;
        println!(
            "| {name} | {speed:.0} | {:.2} | {:.1} |",
            number("processorSeconds"),
            number("peakMegabytes")
        );
        speeds.push((speed, number("peakMegabytes")));
    }
    let [(before, _), (copy, peak), (after, _)] = speeds[..] else { panic!("three runs") };
    println!(
        "\nA copy has {:.2} times the speed of a plain download.",
        2.0 * copy / (before + after)
    );
    assert!(peak < 128.0, "a copy took {peak} MB");
}
