//! What a farmer keeps: what is shared with whom, since when, and how to end it. A page, and the
//! same as JSON, with the sections of a consent receipt (ISO/IEC TS 27560; before it the Kantara
//! Initiative's Consent Receipt 1.1, whose names of fields are more widely read).

use axum::response::Response;
use domain::ids::SessionReference;
use domain::timestamp::Timestamp;
use http::StatusCode;
use maud::html;
use serde_json::{Value, json};

use super::LinkPage;
use crate::pages::emblem::Emblem;
use crate::pages::head;
use crate::words::{Names, Text};

/// What it is a receipt for. It has no code, and no id that opens anything.
#[derive(Debug, Clone, Copy)]
pub struct Receipt {
    /// The session in which the farmer agreed.
    pub reference: SessionReference,
    /// When it is written.
    pub issued: Timestamp,
    /// Since when the operation is connected.
    pub since: Timestamp,
}

/// `2026-11-29 14:35 UTC`, which every language reads alike.
fn shown(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} {} UTC", &text[..10], &text[11..16])
}

impl LinkPage<'_> {
    /// The receipt as a page.
    pub fn receipt(&self, receipt: Receipt) -> Response {
        let all = self.language.words();
        let (partner, account) = (self.partner_name(), self.account_name());
        let names = Names { partner: &partner, account: account.as_deref() };
        let texts = [
            (all.receipt_purpose, all.receipt_purpose_text),
            (all.what_is_read, all.what_is_read_text),
            (all.what_is_not, all.what_is_not_text),
            (all.receipt_consent, all.receipt_consent_text),
            (all.receipt_kept, all.receipt_kept_text),
            (all.receipt_end, all.receipt_end_text),
        ];
        let main = html! {
            main.done.receipt {
                (head(Emblem::Check, all, names))
                h1 { (all.receipt.of(names)) }
                p { (all.receipt_text.of(names)) }
                dl {
                    dt { (all.receipt_recipient.of(names)) }
                    dd { bdi { (partner) } }
                    dt { (all.receipt_account.of(names)) }
                    dd { bdi { (account.as_deref().unwrap_or_default()) } }
                    dt { (all.receipt_since.of(names)) }
                    dd { (shown(receipt.since)) }
                    @for (term, text) in texts { dt { (term.of(names)) } dd { (text.of(names)) } }
                    dt { (all.receipt_number.of(names)) }
                    dd { (receipt.reference) }
                    dt { (all.receipt_issued.of(names)) }
                    dd { (shown(receipt.issued)) }
                }
                p.quiet {
                    a href=(format!("{}/receipt.json", self.path)) download="receipt.json" {
                        (all.receipt_json.of(names))
                    }
                }
            }
        };
        let title = format!("{} – {partner}", all.receipt.said(names));
        self.frame("receipt", &title, false, main).answer(StatusCode::OK)
    }

    /// The receipt for programs.
    pub fn receipt_json(&self, receipt: Receipt) -> Value {
        let all = self.language.words();
        let (partner, account) = (self.partner_name(), self.account_name());
        let names = Names { partner: &partner, account: account.as_deref() };
        let said = |text: Text| text.said(names);
        json!({
            "version": "KI-CR-v1.1.0",
            "consentReceiptID": receipt.reference,
            "consentTimestamp": receipt.since.epoch_seconds(),
            "issuedTimestamp": receipt.issued.epoch_seconds(),
            "language": self.language.tag(),
            "collectionMethod": said(all.receipt_consent_text),
            "piiPrincipalId": names.account.unwrap_or_default(),
            "piiControllers": [{ "piiController": partner }],
            "services": [{
                "service": "Precision Planting Panorama",
                "purposes": [{
                    "purpose": said(all.receipt_purpose_text),
                    "consentType": "EXPLICIT",
                    "piiCategory": [said(all.what_is_read_text)],
                    "primaryPurpose": true,
                    "termination": said(all.receipt_end_text),
                    "retention": said(all.receipt_kept_text),
                }],
            }],
        })
    }
}
