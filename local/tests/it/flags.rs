//! The flags, and the one line that the program ends with when one of them cannot be followed.

use std::net::TcpListener;
use std::process::Command;

use clap::CommandFactory as _;
use local::flags::Flags;

use crate::running::{Folder, PROGRAM, Running};

#[test]
fn help_and_the_readme_have_every_flag() {
    let output = Command::new(PROGRAM).arg("--help").output().expect("it runs");
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).expect("text");
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(readme).expect("the README");
    let described = readme.split("\n## ").find(|part| part.starts_with("`cargo run`"));
    let described = described.expect("a part about `cargo run`");
    let has = |text: &str, flag: &str| {
        text.split(|letter: char| letter != '-' && !letter.is_alphanumeric()).any(|it| it == flag)
    };
    let command = Flags::command();
    let flags: Vec<_> = command.get_arguments().filter_map(|it| it.get_long()).collect();
    assert!(flags.len() > 10, "only {flags:?}");
    for flag in flags.iter().map(|flag| format!("--{flag}")) {
        assert!(has(&help, &flag), "{flag} is not in\n{help}");
        assert!(has(described, &flag), "{flag} is not in README.md's\n{described}");
    }
    for default in ["[default: 3000]", "[default: 3001]", "[default: .local]"] {
        assert!(help.contains(default), "{default} is not in\n{help}");
    }
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
fn what_magic_links_may_name_is_repeated_and_reaches_the_functions() {
    let mut program = Running::start(&[
        "--in-memory",
        "--allow-return-url",
        "http://localhost:5173/done?x=1",
        "--allow-return-url",
        "https://app.example/done",
        "--image-origin",
        "https://cdn.example",
        "--frame-ancestor",
        "http://LOCALHOST:5173/",
        "--frame-ancestor",
        "https://app.example",
    ]);
    let environment = &program.ready()["environment"];
    for (variable, value) in [
        ("RETURN_URLS", "http://localhost:5173/done?x=1,https://app.example/done"),
        ("IMAGE_ORIGINS", "https://cdn.example"),
        ("FRAME_ANCESTORS", "http://localhost:5173,https://app.example"),
    ] {
        assert_eq!(environment[variable], value);
    }
    assert!(program.terminate().success());
    for (flag, value) in [
        ("--allow-return-url", "/done"),
        ("--image-origin", "http://cdn.example"),
        ("--image-origin", "https://cdn.example/pictures"),
        ("--frame-ancestor", "*"),
        ("--frame-ancestor", "https://app.example/page"),
    ] {
        let output =
            Command::new(PROGRAM).args(["--in-memory", flag, value]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{flag} {value}");
    }
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
