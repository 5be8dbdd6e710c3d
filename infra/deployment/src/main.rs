//! `cargo run -p deployment`: says what of the deployment is stale. With `--update` it writes it.

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

/// Holds the deployment to the functions' descriptions and routers.
#[derive(Parser)]
#[command(name = "deployment", version)]
struct Flags {
    /// Write what is stale
    #[arg(long)]
    update: bool,
}

#[expect(clippy::print_stderr, reason = "that is what it is for")]
fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let update = Flags::parse().update;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut is_stale = false;
    for file in deployment::files(&root)? {
        if file.is_stale() {
            if update {
                std::fs::write(root.join(file.path), &file.wanted)?;
            }
            is_stale = true;
            eprintln!("{} {}", if update { "wrote" } else { "stale:" }, file.path);
        }
    }
    if update {
        eprintln!("Now .ci/template --update, and look at what changed.");
    }
    Ok(if is_stale && !update { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
