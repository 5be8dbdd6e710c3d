//! Turns the words of the pages, a file of Fluent for each language, into Rust.

mod words;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The files, from this crate.
const SOURCES: &str = "words";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed={SOURCES}");
    let mut files = Vec::new();
    for entry in fs::read_dir(SOURCES)? {
        let path = entry?.path();
        let tag = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        files.push((tag, fs::read_to_string(&path)?));
    }
    files.sort();
    let rust = words::compile(&files)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("words.rs"), rust)?;
    Ok(())
}
