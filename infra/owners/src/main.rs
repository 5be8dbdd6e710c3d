//! `owners add NAME`, `remove NAME`: reads the value of the owners' secret on standard input and
//! writes the new one to standard output. `list` writes the names to standard error.
//! `infra/README.md` has the whole pipeline.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use owners::Owners;

/// API owners in their secret: its value on standard input, the new one on standard output.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Add an owner, or give one another password. It is asked for at the terminal.
    Add {
        /// What the owner signs in with as `username`.
        name: String,
        /// Read the password from this file's first line instead.
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
    /// Remove an owner.
    Remove {
        /// The owner's `username`.
        name: String,
    },
    /// Write the owners' names to standard error, one a line; nothing to standard output, which is
    /// where the secret's new value goes.
    List,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "owners: {error}. The secret is unchanged.");
            ExitCode::FAILURE
        }
    }
}

fn run(Arguments { command }: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let mut owners = Owners::read(&text)?;
    let answer = match command {
        Command::Add { name, password_file } => {
            let password = match password_file {
                Some(file) => {
                    let text = std::fs::read_to_string(file)?;
                    // An editor's byte-order mark would be a part of the password, which nobody
                    // could type.
                    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
                    text.lines().next().unwrap_or_default().to_owned()
                }
                // From the terminal itself: standard input is the secret.
                None => rpassword::prompt_password(format!("Password for {name}: "))?,
            };
            owners.add(name, &password)?;
            owners.write()
        }
        Command::Remove { name } => {
            owners.remove(name)?;
            owners.write()
        }
        Command::List => {
            // Whoever ends the line as for the others, in writing the secret, writes nothing, which
            // AWS refuses.
            for name in owners.names() {
                writeln!(io::stderr(), "{name}")?;
            }
            String::new()
        }
    };
    io::stdout().write_all(answer.as_bytes())?;
    Ok(())
}
