//! The tool between two calls of the AWS CLI, the second of which writes what it gets as the
//! secret.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

const SECRET: &str = r#"{"owners":[{"username":"a@farm.example","passwordHash":"h"},{"username":"b@farm.example","passwordHash":"h"}],"signingKey":"k"}"#;

fn owners(arguments: &[&str], secret: &str) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_owners"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut command = command.expect("it runs");
    command.stdin.take().expect("a pipe").write_all(secret.as_bytes()).expect("written");
    command.wait_with_output().expect("it ends")
}

#[test]
fn a_list_cannot_become_the_secrets_value() {
    let listed = owners(&["list"], SECRET);
    assert!(listed.status.success());
    assert!(listed.stdout.is_empty(), "AWS refuses an empty secret");
    assert_eq!(String::from_utf8_lossy(&listed.stderr), "a@farm.example\nb@farm.example\n");
}

#[test]
fn what_it_writes_otherwise_is_the_new_value_or_nothing() {
    let removed = owners(&["remove", "a@farm.example"], SECRET);
    let value = String::from_utf8(removed.stdout).expect("text");
    assert!(
        value.contains("b@farm.example")
            && !value.contains("a@farm.example")
            && value.contains("signingKey")
    );
    for (arguments, secret) in [
        (&["remove", "nobody"][..], SECRET),
        (&["remove", "a@farm.example"], "[]"),
        (&["list"], ""),
    ] {
        let refused = owners(arguments, secret);
        assert!(
            !refused.status.success() && refused.stdout.is_empty(),
            "{arguments:?}: {refused:?}"
        );
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_secret() {
    assert!(owners(&["list"], &format!("\u{feff}{SECRET}")).status.success());
}
