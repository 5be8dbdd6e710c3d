//! What a newcomer is shown, pasted into a shell.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::running::{Folder, Running};

#[test]
fn the_walk_through_can_be_pasted_into_a_shell_and_ends_with_a_file() {
    let mut program = Running::start(&["--in-memory"]);
    let ready = program.ready();
    let output = program.stdout();
    let steps = output
        .split("Or copy\nthese lines into another terminal.")
        .nth(1)
        .and_then(|rest| rest.split("To click through it").next());
    let steps = steps.unwrap_or_else(|| panic!("no walk-through in\n{output}"));
    assert_eq!(steps.matches("curl").count(), 10, "{steps}");

    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!(
            "SKIPPED: there is no curl on this machine, so the walk-through was read and not run"
        );
        return;
    }
    // A newcomer's shell goes on after an error; this one must not.
    let folder = Folder::new();
    let ran = Command::new("sh").args(["-euc", steps]).current_dir(&folder.0).output();
    let ran = ran.expect("a shell");
    let answers = String::from_utf8(ran.stdout).expect("text");
    assert!(ran.status.success(), "{answers}\n{}", String::from_utf8_lossy(&ran.stderr));
    let in_order = [
        r#""appName":"prairie-insights""#,
        "Maria Lindqvist",
        "signInUrl",
        "Your operation is connected.",
        r#""status":"ACTIVE""#,
        r#""message":"SUCCESS""#,
        r#""type":"planted""#,
    ];
    let mut rest = &*answers;
    for expected in in_order {
        rest = rest
            .split_once(expected)
            .unwrap_or_else(|| panic!("{expected} is missing, or too early, in\n{answers}"))
            .1;
    }

    let listed = std::fs::read(folder.0.join("files.json")).expect("a list of files");
    let listed: Value = serde_json::from_slice(&listed).expect("JSON");
    let file = std::fs::metadata(folder.0.join("machine-file.2020")).expect("a file");
    assert_eq!(listed["operations"][0]["sizeInBytes"], file.len(), "{listed}");

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
