//! The log of the calls received: what a test asserts on, without bodies, passwords or tokens.

use std::collections::VecDeque;

use serde::Serialize;
use time::OffsetDateTime;

use crate::seed::Environment;

/// Older ones are dropped.
const CALLS_KEPT: usize = 10_000;

/// A call that a partner's program makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Call {
    InitiateAuth,
    GetTokensFromRefreshToken,
    RevokeToken,
    ListSharing,
    ConfirmSharing,
    ListFields,
    Download,
    /// A file's bytes, by the address that a download named.
    File,
}

impl Call {
    pub(crate) const ALL: [Self; 8] = [
        Self::InitiateAuth,
        Self::GetTokensFromRefreshToken,
        Self::RevokeToken,
        Self::ListSharing,
        Self::ConfirmSharing,
        Self::ListFields,
        Self::Download,
        Self::File,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InitiateAuth => "initiateAuth",
            Self::GetTokensFromRefreshToken => "getTokensFromRefreshToken",
            Self::RevokeToken => "revokeToken",
            Self::ListSharing => "listSharing",
            Self::ConfirmSharing => "confirmSharing",
            Self::ListFields => "listFields",
            Self::Download => "download",
            Self::File => "file",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.name() == name)
    }

    /// Whether it is Cognito's, whose errors are shaped otherwise than the partner API's.
    pub(crate) fn is_cognito(self) -> bool {
        matches!(self, Self::InitiateAuth | Self::GetTokensFromRefreshToken | Self::RevokeToken)
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct CallRecord {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) time: OffsetDateTime,
    pub(crate) environment: Environment,
    pub(crate) call: Call,
    pub(crate) method: String,
    pub(crate) path: String,
    /// `None` while it is under way, and for ever if the connection ended first.
    pub(crate) status: Option<u16>,
}

/// Oldest first.
#[derive(Default)]
pub(crate) struct CallLog {
    calls: VecDeque<CallRecord>,
    /// How many went before the first that is kept.
    forgotten: u64,
}

/// Which call of the log, however many were forgotten since.
#[derive(Clone, Copy)]
pub(crate) struct CallNumber(u64);

impl CallLog {
    pub(crate) fn received(&mut self, call: CallRecord) -> CallNumber {
        if self.calls.len() == CALLS_KEPT {
            self.calls.pop_front();
            self.forgotten += 1;
        }
        let number = self.forgotten + as_u64(self.calls.len());
        self.calls.push_back(call);
        CallNumber(number)
    }

    pub(crate) fn answered(&mut self, CallNumber(number): CallNumber, status: u16) {
        let index =
            number.checked_sub(self.forgotten).and_then(|index| usize::try_from(index).ok());
        if let Some(call) = index.and_then(|index| self.calls.get_mut(index)) {
            call.status = Some(status);
        }
    }

    pub(crate) fn all(&self) -> Vec<CallRecord> {
        self.calls.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.forgotten += as_u64(self.calls.len());
        self.calls.clear();
    }
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).expect("a length fits 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(path: String) -> CallRecord {
        CallRecord {
            time: OffsetDateTime::UNIX_EPOCH,
            environment: Environment::Stage,
            call: Call::ListSharing,
            method: "GET".to_owned(),
            path,
            status: None,
        }
    }

    #[test]
    fn the_log_keeps_the_last_ten_thousand_calls() {
        let mut log = CallLog::default();
        let first = log.received(call("0".to_owned()));
        for number in 1..=CALLS_KEPT {
            log.received(call(number.to_string()));
        }
        log.answered(first, 200);
        let calls = log.all();
        assert_eq!(calls.len(), CALLS_KEPT);
        assert_eq!(calls[0].path, "1");
        assert_eq!(calls[0].status, None);
    }

    #[test]
    fn an_answer_to_a_call_that_was_cleared_is_given_to_no_other() {
        let mut log = CallLog::default();
        let before = log.received(call("before".to_owned()));
        log.clear();
        let after = log.received(call("after".to_owned()));
        log.answered(before, 500);
        log.answered(after, 200);
        assert_eq!(log.all()[0].status, Some(200));
    }

    #[test]
    fn a_call_is_named_in_json_as_it_is_parsed() {
        for call in Call::ALL {
            assert_eq!(serde_json::to_value(call).expect("a call is JSON"), call.name());
            assert_eq!(Call::parse(call.name()), Some(call));
        }
    }
}
