//! What the simulator remembers, and the file that outlives the process.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::calls::CallLog;
use crate::faults::Faults;
use crate::recorded::Recorded;
use crate::seed::{Environment, Grower};
use crate::tokens::Tokens;

/// Everything, behind the simulator's one mutex.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) durable: Durable,
    pub(crate) calls: CallLog,
    pub(crate) faults: Faults,
    /// By cookie value. A restart signs everybody out.
    pub(crate) portal_sessions: HashMap<String, PortalSession>,
    /// By the unguessable part of a download URL.
    pub(crate) downloads: HashMap<Uuid, Download>,
}

/// A grower's browser that signed in.
pub(crate) struct PortalSession {
    pub(crate) environment: Environment,
    pub(crate) grower: &'static Grower,
    pub(crate) csrf: String,
    pub(crate) expires_at: OffsetDateTime,
}

/// What a download URL serves, and until when.
pub(crate) struct Download {
    pub(crate) environment: Environment,
    pub(crate) organization_code: String,
    pub(crate) stream_id: Uuid,
    pub(crate) expires_at: OffsetDateTime,
}

/// What survives a restart.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Durable {
    stage: EnvironmentState,
    production: EnvironmentState,
}

impl Durable {
    pub(crate) fn of(&mut self, environment: Environment) -> &mut EnvironmentState {
        match environment {
            Environment::Stage => &mut self.stage,
            Environment::Production => &mut self.production,
        }
    }

    pub(crate) fn both(&mut self) -> impl Iterator<Item = &mut EnvironmentState> {
        [&mut self.stage, &mut self.production].into_iter()
    }
}

/// What one environment remembers.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct EnvironmentState {
    /// By organization code; no entry is [`Sharing::Off`].
    sharing: BTreeMap<String, Sharing>,
    /// The partner's password, once it was changed.
    changed_password: Option<String>,
    pub(crate) tokens: Tokens,
    pub(crate) recorded: Recorded,
}

/// How far an operation's sharing with the partner has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Sharing {
    /// The grower has not switched it on, or has switched it off again.
    Off,
    /// The grower has; the partner has not confirmed.
    SwitchedOn,
    /// Both have: the partner may read.
    Confirmed,
}

impl EnvironmentState {
    pub(crate) fn sharing(&self, organization_code: &str) -> Sharing {
        self.sharing.get(organization_code).copied().unwrap_or(Sharing::Off)
    }

    /// Switching on what is on already keeps the partner's confirmation.
    pub(crate) fn switch_on(&mut self, organization_code: &str) {
        self.sharing.entry(organization_code.to_owned()).or_insert(Sharing::SwitchedOn);
    }

    /// Takes the confirmation away too: switched on again, it has to be confirmed again.
    pub(crate) fn switch_off(&mut self, organization_code: &str) {
        self.sharing.remove(organization_code);
    }

    /// Whether there was anything to confirm.
    pub(crate) fn confirm(&mut self, organization_code: &str) -> bool {
        self.sharing
            .get_mut(organization_code)
            .map(|sharing| *sharing = Sharing::Confirmed)
            .is_some()
    }

    pub(crate) fn password<'a>(&'a self, seeded: &'a str) -> &'a str {
        self.changed_password.as_deref().unwrap_or(seeded)
    }

    pub(crate) fn change_password(&mut self, password: String) {
        self.changed_password = Some(password);
    }
}

/// The file that [`Durable`] is kept in.
pub(crate) struct StateFile(PathBuf);

impl StateFile {
    /// Reads the file, or starts afresh if there is none; its folder is there afterwards.
    pub(crate) fn open(path: PathBuf) -> io::Result<(Self, Durable)> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let durable = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                let problem =
                    format!("{} is not a state file of the simulator: {error}", path.display());
                io::Error::new(io::ErrorKind::InvalidData, problem)
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Durable::default(),
            Err(error) => return Err(error),
        };
        Ok((Self(path), durable))
    }

    /// Writes beside it and renames, so that a crash leaves the old file or the new one.
    pub(crate) fn save(&self, durable: &Durable) -> io::Result<()> {
        let bytes = serde_json::to_vec_pretty(durable)?;
        let beside = self.0.with_extension("tmp");
        write_private(&beside, &bytes)?;
        std::fs::rename(&beside, &self.0)
    }
}

/// Tokens are in it: for its owner only.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switching_on_again_keeps_the_confirmation() {
        let mut state = EnvironmentState::default();
        state.switch_on("krwv4vYH");
        assert!(state.confirm("krwv4vYH"));
        state.switch_on("krwv4vYH");
        assert_eq!(state.sharing("krwv4vYH"), Sharing::Confirmed);
    }

    #[test]
    fn switching_off_and_on_again_wants_a_new_confirmation() {
        let mut state = EnvironmentState::default();
        state.switch_on("krwv4vYH");
        assert!(state.confirm("krwv4vYH"));
        state.switch_off("krwv4vYH");
        assert!(!state.confirm("krwv4vYH"));
        state.switch_on("krwv4vYH");
        assert_eq!(state.sharing("krwv4vYH"), Sharing::SwitchedOn);
    }
}
