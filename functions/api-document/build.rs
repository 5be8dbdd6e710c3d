//! Turns the document that people read, YAML, into the one that programs get, JSON.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The OpenAPI document, from this crate.
const SOURCE: &str = "../../infra/openapi.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let document: serde_json::Value = serde_saphyr::from_str(&fs::read_to_string(SOURCE)?)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("openapi.json"), document.to_string())?;
    Ok(())
}
