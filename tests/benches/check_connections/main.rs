//! How the check of connections grows with the connections of one app key: `cargo bench -p
//! end-to-end --bench check_connections`, with other sizes after `--`, e.g. `-- 1000 1000000`.
//!
//! Each size has a table of its own, in which 100 connections are not in the partner's listing. The
//! check runs in a process of its own, so that its memory is what a Lambda function would need and
//! not that of the engine. What is told of one size in seconds holds for this machine; what holds
//! for others is the ratio of two sizes, and the calls.

#[path = "../measured/counted.rs"]
mod counted;
#[path = "../measured/process.rs"]
mod process;
mod stage;
mod subject;

use stage::Stage;
use subject::{Mode, Told};

/// How many connections the partner's listing does not have.
const REVOKED: usize = 100;

fn main() {
    if let Some(mode) = Mode::asked_for() {
        return subject::run(mode);
    }
    let mut sizes: Vec<usize> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000];
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let told: Vec<_> = sizes.iter().map(|size| (*size, runtime.block_on(measure(*size)))).collect();
    print(&told);
}

/// What was told of the three runs over one size.
struct Measured {
    first: Told,
    again: Told,
    slices: Told,
}

async fn measure(size: usize) -> Measured {
    let stage = Stage::set(size, REVOKED).await;
    let first = stage.perform(Mode::Whole).await;
    assert_eq!((first.compared, first.revoked, first.listings), (size, REVOKED, 1), "{first:?}");
    let again = stage.perform(Mode::Whole).await;
    assert_eq!((again.compared, again.revoked), (size, 0), "{again:?}");
    // The hundred come back, and are found by runs of which none has time for more than a page.
    stage.list_all();
    let slices = stage.perform(Mode::Slices).await;
    assert_eq!((slices.compared, slices.recovered), (size, REVOKED), "{slices:?}");
    Measured { first, again, slices }
}

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn print(told: &[(usize, Measured)]) {
    println!(
        "\nThe check of one app key's connections; {REVOKED} are not in the partner's listing.\n"
    );
    println!(
        "| connections | run | runs | listings | Query pages | read units | other reads | writes \
         | write units | seconds | of them ours | peak MB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (size, Measured { first, again, slices }) in told {
        for (name, told) in [("first", first), ("again", again), ("a page a run", slices)] {
            println!(
                "| {size} | {name} | {} | {} | {} | {} | {} | {} | {} | {:.2} | {:.2} | {:.1} |",
                told.runs,
                told.listings,
                told.pages,
                told.read_units,
                told.other_reads,
                told.writes,
                told.write_units,
                told.seconds,
                told.processor_seconds,
                told.peak_megabytes,
            );
        }
    }
    if let [(small, few), .., (large, many)] = told {
        println!(
            "\n{large} / {small}: {:.1} times the connections; first run {:.1} times the seconds, \
             {:.1} times the processor's, {:.2} times the peak memory; {:.0} bytes a connection \
             above the {:.1} MB of a process that has done nothing yet.",
            ratio(*large, *small),
            many.first.seconds / few.first.seconds,
            many.first.processor_seconds / few.first.processor_seconds,
            many.first.peak_megabytes / few.first.peak_megabytes,
            (many.first.peak_megabytes - few.first.peak_megabytes) * 1e6 / ratio(large - small, 1),
            many.first.megabytes_before,
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "a million has 20 bits")]
fn ratio(large: usize, small: usize) -> f64 {
    large as f64 / small as f64
}
