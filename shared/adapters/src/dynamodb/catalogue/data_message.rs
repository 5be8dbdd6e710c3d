//! What the queue of alerts about data carries of a change: harmless fields of the row, and never
//! the row.

use domain::alert::data::{DataAlert, DataAlertType, DataEvent};
use domain::catalogue::entry::{Field, FieldOperation, MachineFile};
use domain::change::{Change, Changed};
use domain::ids::LeafUserId;
use serde::{Deserialize, Serialize};

use super::rows::Row;
use crate::dynamodb::change_message::moment;
use application::ports::catalogue::CopyStatus;

/// A change, as the rule of the event bus writes it. What a row does not have is an empty text.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DataMessage {
    /// The stream's id of the change.
    pub id: String,
    /// When it happened, in seconds since 1970.
    pub at: String,
    /// What kind of thing it is of.
    pub kind: String,
    /// What DynamoDB calls the change, such as `INSERT`.
    pub event_name: String,
    /// Whose it is.
    pub leaf_user_id: String,
    /// The thing's id.
    pub thing_id: String,
    /// A file's status.
    pub status: String,
    /// Why a file failed.
    pub reason: String,
}

impl DataMessage {
    /// Whose data it is about; none when that is no Leaf user's id.
    pub fn leaf_user_id(&self) -> Option<LeafUserId> {
        self.leaf_user_id.parse().ok()
    }

    /// The change that it tells of; none when it is not in a form that this version reads.
    pub fn change(&self) -> Option<Change> {
        let reason = self.reason.parse().ok();
        let what = DataEvent::new(self.alert()?, self.thing_id.parse().ok()?, reason)?;
        let what = Changed::Data(DataAlert { leaf_user_id: self.leaf_user_id()?, what });
        Some(Change { id: self.id.parse().ok()?, at: moment(&self.at)?, what })
    }

    fn alert(&self) -> Option<DataAlertType> {
        let is_new = self.event_name == "INSERT";
        Some(match &*self.kind {
            MachineFile::KIND => match CopyStatus::named(&self.status)? {
                CopyStatus::Processed => DataAlertType::ProviderFileProcessingFinished,
                CopyStatus::Failed => DataAlertType::ProviderFileProcessingFailed,
                CopyStatus::Processing => return None,
            },
            Field::KIND if is_new => DataAlertType::FieldCreated,
            Field::KIND => DataAlertType::FieldUpdated,
            FieldOperation::KIND if is_new => DataAlertType::OperationCreated,
            FieldOperation::KIND => DataAlertType::OperationUpdated,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &str, event_name: &str, status: &str, reason: &str) -> DataMessage {
        let text = |text: &str| text.to_owned();
        DataMessage {
            id: text("e1"),
            at: text("1795348800"),
            kind: text(kind),
            event_name: text(event_name),
            leaf_user_id: text("01010101-0101-4101-8101-010101010101"),
            thing_id: text("02020202-0202-4202-8202-020202020202"),
            status: text(status),
            reason: text(reason),
        }
    }

    fn alert(message: &DataMessage) -> Option<DataAlertType> {
        match message.change()?.what {
            Changed::Data(alert) => Some(alert.what.kind()),
            _ => None,
        }
    }

    #[test]
    fn each_change_is_one_of_leafs_alerts() {
        for (kind, event_name, status, reason, expected) in [
            ("FIELD", "INSERT", "", "", Some(DataAlertType::FieldCreated)),
            ("FIELD", "MODIFY", "", "", Some(DataAlertType::FieldUpdated)),
            ("OPERATION", "INSERT", "", "", Some(DataAlertType::OperationCreated)),
            ("OPERATION", "MODIFY", "", "", Some(DataAlertType::OperationUpdated)),
            (
                "FILE",
                "MODIFY",
                "processed",
                "",
                Some(DataAlertType::ProviderFileProcessingFinished),
            ),
            (
                "FILE",
                "MODIFY",
                "failed",
                "tooLarge",
                Some(DataAlertType::ProviderFileProcessingFailed),
            ),
            ("FILE", "MODIFY", "failed", "", None),
            ("FILE", "INSERT", "processing", "", None),
            ("FARM", "INSERT", "", "", None),
        ] {
            let message = message(kind, event_name, status, reason);
            assert_eq!(alert(&message), expected, "{message:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_no_change() {
        for spoilt in [
            DataMessage { id: String::new(), ..message("FIELD", "INSERT", "", "") },
            DataMessage { at: "today".to_owned(), ..message("FIELD", "INSERT", "", "") },
            DataMessage { thing_id: "7".to_owned(), ..message("FIELD", "INSERT", "", "") },
        ] {
            assert_eq!(spoilt.change(), None, "{spoilt:?}");
        }
    }
}
