//! A run of the program, watched from outside.
//!
//! It is another process, so its clock cannot be moved and nobody is told when it is ready: these
//! tests, and only these, look again and again for a bounded time.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use serde_json::Value;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_panorama-connect");

/// How long is looked for something: many times what it takes on a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A run of the program, with its output in files. It is ended when this is dropped.
pub(crate) struct Running {
    program: Child,
    folder: Folder,
}

impl Running {
    pub(crate) fn start(flags: &[&str]) -> Self {
        let folder = Folder::new();
        let output = |name| File::create(folder.0.join(name)).expect("a file");
        let program = Command::new(PROGRAM)
            .args(["--api-port", "0", "--panorama-port", "0", "--ready-file"])
            .arg(folder.0.join("ready.json"))
            .args(flags)
            .stdout(output("stdout"))
            .stderr(output("stderr"))
            .spawn()
            .expect("it runs");
        Self { program, folder }
    }

    pub(crate) fn ready(&mut self) -> Value {
        let file = self.folder.0.join("ready.json");
        let found = look_for(|| {
            if let Some(status) = self.program.try_wait().expect("its state") {
                panic!("it ended with {status}:\n{}", self.stderr());
            }
            // It is there whole or not at all.
            std::fs::read(&file).ok()
        });
        serde_json::from_slice(&found.expect("the ready file is written")).expect("JSON")
    }

    /// Tells it to stop as a terminal or a service manager does.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.program.id().to_string()]).status();
        assert!(told.expect("a signal").success());
        look_for(|| self.program.try_wait().expect("its state"))
            .expect("it ends when it is told to")
    }

    pub(crate) fn stdout(&self) -> String {
        self.read("stdout")
    }

    pub(crate) fn stderr(&self) -> String {
        self.read("stderr")
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.0.join(name)).expect("its output")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to end.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Looks until it is there, or patience ends.
fn look_for<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..PATIENCE.as_millis() / LOOK_EVERY.as_millis() {
        if let Some(found) = look() {
            return Some(found);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "another process is awaited, which has no clock of ours"
        )]
        std::thread::sleep(LOOK_EVERY);
    }
    None
}

/// A folder of its own, deleted in the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("command-line-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
