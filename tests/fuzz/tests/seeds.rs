//! The seeds, whole and cut off at every byte, through their targets.

use std::fs;
use std::path::{Path, PathBuf};

use fuzz::TARGETS;

fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|_| panic!("{target} has no seeds"));
    files.map(|file| file.expect("a file").path()).collect()
}

#[test]
fn every_seed_keeps_the_promises_of_its_target() {
    for target in TARGETS {
        for seed in seeds(target.name) {
            let bytes = fs::read(&seed).expect("a seed");
            println!("{} {}", target.name, seed.display());
            for end in 0..=bytes.len() {
                (target.run)(&bytes[..end]);
            }
        }
    }
}

#[test]
fn every_folder_of_seeds_is_a_targets() {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for folder in fs::read_dir(folders).expect("the seeds") {
        let name = folder.expect("a folder").file_name();
        assert!(fuzz::target(name.to_str().expect("a name")).is_some(), "{name:?}");
    }
}
