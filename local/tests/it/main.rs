//! The program itself, as a newcomer starts it: its flags, its ready file, its walk-through, its
//! end.
//!
//! It is another process, so its clock cannot be moved and nobody is told when it is ready: these
//! tests, and only these, look again and again for a bounded time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use local::{Data, Machine, Options, gateway};
use serde_json::Value;
use shared::settings::{Settings, metrics_namespace};

const PROGRAM: &str = env!("CARGO_BIN_EXE_panorama-connect");

/// How long is looked for something: many times what it takes on a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[test]
fn help_shows_every_flag() {
    let output = Command::new(PROGRAM).arg("--help").output().expect("it runs");
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).expect("text");
    for flag in [
        "--api-port <PORT>",
        "--panorama-port <PORT>",
        "--listen <ADDRESS>",
        "--public-url <URL>",
        "--env-file <PATH>",
        "--data-dir <FOLDER>",
        "--in-memory",
        "--ready-file <PATH>",
        "--return-url <URL>",
        "--walk-through",
        "--version",
        "--help",
    ] {
        assert!(help.contains(flag), "{flag} is not in\n{help}");
    }
    for default in ["[default: 3000]", "[default: 3001]", "[default: .local]"] {
        assert!(help.contains(default), "{default} is not in\n{help}");
    }
}

#[test]
fn the_ready_file_has_exactly_the_documented_fields() {
    let mut program = Running::start(&["--in-memory"]);
    let ready = program.ready();
    let account = ["clientEnvironment", "clientId", "growers", "partner", "sharingUrlId"];
    let top =
        ["apiUrl", "appName", "environment", "leafUserId", "owner", "panoramaUrl", "production"];
    let mut expected: Vec<_> = top.into_iter().chain(account).collect();
    expected.sort_unstable();
    assert_eq!(fields(&ready), expected);
    assert_eq!(fields(&ready["owner"]), ["password", "username"]);
    assert_eq!(fields(&ready["production"]), account);
    for (environment, account) in [("STAGE", &ready), ("PRODUCTION", &ready["production"])] {
        assert_eq!(account["clientEnvironment"], environment);
        assert_eq!(fields(&account["partner"]), ["password", "username"]);
        let growers = account["growers"].as_array().expect("growers");
        assert!(!growers.is_empty());
        for grower in growers {
            assert_eq!(fields(grower), ["operations", "password", "username"]);
            for operation in grower["operations"].as_array().expect("operations") {
                assert_eq!(fields(operation), ["name", "organizationCode"]);
            }
        }
    }
    for address in ["apiUrl", "panoramaUrl"] {
        let address = ready[address].as_str().expect("an address");
        assert!(address.starts_with("http://127.0.0.1:") && !address.ends_with('/'), "{address}");
    }
    assert!(program.terminate().success());
}

#[test]
fn the_environment_file_has_what_a_function_needs() {
    let folder = Folder::new();
    let file = folder.0.join("lambda.env");
    let path = file.to_str().expect("UTF-8");
    let mut program = Running::start(&[
        "--in-memory",
        "--env-file",
        path,
        "--public-url",
        "http://127.0.0.1:9/",
        "--return-url",
        "https://app.example",
    ]);
    let ready = program.ready();
    // Once it is ready, the file is there.
    let written = std::fs::read_to_string(&file).expect("a file");
    let written: BTreeMap<_, _> = written
        .lines()
        .map(|line| line.split_once("='").expect("name='value'"))
        .map(|(name, value)| (name, value.trim_end_matches('\'')))
        .collect();
    let asked = RefCell::new(Vec::new());
    let variable = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        written.get(name).map(|value| (*value).to_owned())
    };
    let settings = Settings::read(variable);
    assert_eq!(metrics_namespace(variable), "PanoramaConnect/local");
    assert_eq!(
        settings.expect("settings").public_url(&["connect"]).as_str(),
        "http://127.0.0.1:9/connect"
    );
    // The rest is the SDK's own.
    let mut expected = asked.into_inner();
    let sdk = [
        "ACCESS_KEY_ID",
        "ENDPOINT_URL_DYNAMODB",
        "ENDPOINT_URL_SECRETS_MANAGER",
        "REGION",
        "SECRET_ACCESS_KEY",
    ];
    expected.extend(sdk.map(|name| format!("AWS_{name}")));
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(written.keys().copied().collect::<Vec<_>>(), expected);
    assert_eq!(ready["environment"], serde_json::to_value(&written).expect("JSON"));
    // The simulated Panorama knows where browsers go, too.
    let shared = post(
        ready["panoramaUrl"].as_str().expect("an address"),
        &format!(
            "/control/operations/{}/share",
            ready["growers"][0]["operations"][0]["organizationCode"].as_str().expect("a code")
        ),
    );
    assert!(
        shared.to_ascii_lowercase().contains("location: http://127.0.0.1:9/sharing-confirmation/"),
        "{shared}"
    );
    assert!(program.terminate().success());
}

#[tokio::test]
async fn cargo_lambda_watch_serves_every_route() {
    let machine = Machine::start(Options::default()).await.expect("it starts");
    let functions = gateway::routes(&machine.service).into_iter();
    let routes: BTreeMap<_, _> = functions
        .flat_map(|(name, routes)| {
            routes.into_iter().flat_map(|it| it.paths()).map(move |path| (path, name))
        })
        .collect();
    let described = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo runs");
    let described: Value = serde_json::from_slice(&described.stdout).expect("JSON");
    let watched = &described["metadata"]["lambda"]["watch"]["router"];
    assert_eq!(*watched, serde_json::to_value(&routes).expect("JSON"));
}

#[test]
fn an_address_that_others_could_reach_is_refused() {
    for address in ["0.0.0.0", "203.0.113.7", "::", "here"] {
        let output = Command::new(PROGRAM)
            .args(["--in-memory", "--listen", address])
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{address}");
    }
}

#[test]
fn the_walk_through_can_be_pasted_into_a_shell_and_ends_connected() {
    let mut program = Running::start(&["--in-memory"]);
    let ready = program.ready();
    let output = program.stdout();
    let steps = output
        .split("Copy these lines into another terminal.")
        .nth(1)
        .and_then(|rest| rest.split("To click through it").next());
    let steps = steps.unwrap_or_else(|| panic!("no walk-through in\n{output}"));
    assert_eq!(steps.matches("curl").count(), 7, "{steps}");

    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!(
            "SKIPPED: there is no curl on this machine, so the walk-through was read and not run"
        );
        return;
    }
    // A newcomer's shell goes on after an error; this one must not.
    let ran = Command::new("sh").args(["-euc", steps]).output().expect("a shell");
    let answers = String::from_utf8(ran.stdout).expect("text");
    assert!(ran.status.success(), "{answers}\n{}", String::from_utf8_lossy(&ran.stderr));
    let in_order = [
        r#""appName":"prairie-insights""#,
        "Maria Lindqvist",
        "signInUrl",
        "Your operation is connected.",
        r#""status":"ACTIVE""#,
        r#""message":"SUCCESS""#,
    ];
    let mut rest = &*answers;
    for expected in in_order {
        rest = rest
            .split_once(expected)
            .unwrap_or_else(|| panic!("{expected} is missing, or too early, in\n{answers}"))
            .1;
    }

    assert!(program.terminate().success());
    let log = program.stderr();
    assert!(log.contains("answered"), "the requests are logged:\n{log}");
    for (what, secret) in secrets(&ready, &answers) {
        assert!(!log.contains(&secret), "{what} is in the log:\n{log}");
    }
}

#[test]
fn a_second_run_says_less_unless_it_is_asked_for_more() {
    let folder = Folder::new();
    let data = folder.0.join("data");
    let data = data.to_str().expect("UTF-8");
    for (flags, walks_through) in [(&[][..], true), (&[], false), (&["--walk-through"], true)] {
        let mut program = Running::start(&[&["--data-dir", data], flags].concat());
        program.ready();
        assert_eq!(
            program.stdout().contains("# Step 6: read the connection"),
            walks_through,
            "{}",
            program.stdout()
        );
        assert!(program.terminate().success());
    }
}

#[tokio::test]
async fn what_the_ready_file_says_is_what_a_machine_says_of_itself() {
    let machine = Machine::start(Options { data: Data::Memory, ..Options::default() })
        .await
        .expect("it starts");
    let folder = Folder::new();
    let file = folder.0.join("ready.json");
    machine.ready.write(&file).expect("written");
    let written: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
    assert_eq!(written, serde_json::to_value(&machine.ready).expect("JSON"));
    assert_eq!(
        std::fs::read_dir(&folder.0).expect("a folder").count(),
        1,
        "and nothing is left beside it"
    );
}

#[test]
fn a_taken_port_is_said_in_one_line() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    for (flag, other) in [("--api-port", "--panorama-port"), ("--panorama-port", "--api-port")] {
        let line = refused(&[flag, &port, other, "0", "--in-memory"]);
        assert!(
            line.starts_with(&format!("panorama-connect: port {port} ({flag}) cannot be used: ")),
            "{line}"
        );
    }
}

#[test]
fn a_data_folder_that_cannot_be_used_is_said_in_one_line() {
    let folder = Folder::new();
    let file = folder.0.join("a-file");
    std::fs::write(&file, "").expect("a file");
    let below = file.join("data");
    for path in [&file, &below] {
        let line = refused(&[
            "--api-port",
            "0",
            "--panorama-port",
            "0",
            "--data-dir",
            path.to_str().expect("UTF-8"),
        ]);
        let expected =
            format!("panorama-connect: the data folder {} cannot be used: ", path.display());
        assert!(line.starts_with(&expected), "{line}");
    }
}

#[test]
fn a_ready_file_that_cannot_be_written_is_said_in_one_line() {
    let folder = Folder::new();
    let path = folder.0.join("no-such-folder").join("ready.json");
    let path = path.to_str().expect("UTF-8");
    let line =
        refused(&["--api-port", "0", "--panorama-port", "0", "--in-memory", "--ready-file", path]);
    assert!(
        line.starts_with(&format!("panorama-connect: the ready file {path} cannot be written: ")),
        "{line}"
    );
}

/// The one line that it ends with.
fn refused(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).output().expect("it runs");
    let error = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

/// The head and body of the answer to an empty `POST`.
fn post(server: &str, path: &str) -> String {
    let host = server.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("it serves");
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    answer
}

fn fields(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap_or_else(|| panic!("not an object: {value}"));
    let mut fields: Vec<_> = object.keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

/// What must not be in a log, each with its name.
fn secrets(ready: &Value, answers: &str) -> Vec<(&'static str, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut secrets = vec![("the API owner's password", text(&ready["owner"]["password"]))];
    for account in [ready, &ready["production"]] {
        secrets.push(("a partner's client id", text(&account["clientId"])));
        secrets.push(("a partner's username", text(&account["partner"]["username"])));
        secrets.push(("a partner's password", text(&account["partner"]["password"])));
        for grower in account["growers"].as_array().expect("growers") {
            secrets.push(("a grower's password", text(&grower["password"])));
            for operation in grower["operations"].as_array().expect("operations") {
                secrets.push(("an organization code", text(&operation["organizationCode"])));
            }
        }
    }
    // The contract's ids: whoever has a session's id can open its hop link.
    let session = answers.split(r#""sessionId":""#).nth(1).and_then(|rest| rest.split('"').next());
    secrets.push(("a session's id", session.expect("a session").to_owned()));
    secrets
}

/// A run of the program, with its output in files. It is ended when this is dropped.
struct Running {
    program: Child,
    folder: Folder,
}

impl Running {
    fn start(flags: &[&str]) -> Self {
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

    fn ready(&mut self) -> Value {
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
    fn terminate(&mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.program.id().to_string()]).status();
        assert!(told.expect("a signal").success());
        look_for(|| self.program.try_wait().expect("its state"))
            .expect("it ends when it is told to")
    }

    fn stdout(&self) -> String {
        self.read("stdout")
    }

    fn stderr(&self) -> String {
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
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
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
