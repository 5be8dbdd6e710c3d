//! Calls that no webhook has taken, each with what was sent.

use crate::ports::Ports;
use crate::ports::failure::Failure;
use crate::ports::portion::Portion;
use crate::ports::secrets::{Freshness, SecretsError};
use crate::ports::webhooks::Said;
use domain::alert::{Alert, Notice};
use domain::ids::LeafUserId;
use domain::partner::ClientId;
use domain::webhook::{FAILED_CALLS_RETENTION, FailedCall};

/// A page of them, those about the newest changes first, or of those about a Leaf user; each with
/// its body.
///
/// # Errors
/// See [`Failure`].
pub async fn failed_calls(
    ports: &Ports,
    of_user: Option<LeafUserId>,
    page: u32,
    size: u32,
) -> Result<Portion<(FailedCall, String)>, Failure> {
    let since = ports.clock.now().minus(FAILED_CALLS_RETENTION);
    let Portion { entries, total } =
        ports.webhooks.failed_calls(of_user, page, size, since).await?;
    let mut with_bodies = Vec::with_capacity(entries.len());
    for call in entries {
        // Without a link that it carried: whoever reads the list need not be able to open that.
        let body = body_of(ports, &call.notice, None).await?;
        with_bodies.push((call, body.text));
    }
    Ok(Portion { entries: with_bodies, total })
}

/// What is sent of a notice.
pub struct Body {
    /// The body.
    pub text: String,
    client: Option<ClientId>,
    reconnect_link: Option<String>,
}

impl Body {
    /// What a receiver said, without the client id and the link: some send back what they got, and
    /// an answer is stored. Where it was cut, so may be these.
    pub fn hidden_in(&self, said: Said) -> Said {
        let secrets = self.client.as_ref().map(ClientId::expose).into_iter();
        secrets.chain(self.reconnect_link.as_deref()).fold(said, hide)
    }
}

fn hide(said: Said, secret: &str) -> Said {
    let mut text = said.text.replace(secret, "********");
    if said.is_cut {
        let begun = secret.char_indices().rev().map(|(end, _)| &secret[..end]);
        let begun = { begun }.find(|begun| text.ends_with(begun)).map_or(0, str::len);
        text.truncate(text.len() - begun);
    }
    Said { text, ..said }
}

/// The body of a notice, with this link if there is one. The client id in it is the partner's
/// secret, so it is put in at the last moment, and stored with nothing.
///
/// # Errors
/// The app key's secret cannot be read.
pub async fn body_of(
    ports: &Ports,
    notice: &Notice,
    reconnect_link: Option<String>,
) -> Result<Body, SecretsError> {
    let secret = match notice.alert() {
        Some(Alert::Connection(alert)) => {
            ports.partner_secrets.read(&alert.app_key, Freshness::Cached).await?
        }
        Some(Alert::Data(_)) | None => None,
    };
    let client = secret.map(|read| read.secret.credentials.client_id);
    let text = notice.body(client.as_ref(), reconnect_link.as_deref());
    Ok(Body { text, client, reconnect_link })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_client_id_stays_where_an_answer_was_cut() {
        let client = "3qk8stage7v2";
        let link = "https://connect.example/magic-link/x";
        let body = Body {
            text: String::new(),
            client: Some(client.parse().expect("a client id")),
            reconnect_link: Some(link.to_owned()),
        };
        let kept = |text: String, is_cut| body.hidden_in(Said { text, is_cut }).text;
        for end in 0..client.len() {
            let text = format!("Why {client}? Because {}", &client[..end]);
            assert_eq!(kept(text.clone(), true), "Why ********? Because ");
            assert_eq!(kept(text, false), format!("Why ********? Because {}", &client[..end]));
        }
        assert_eq!(kept(format!("At {link}, {}", &link[..30]), true), "At ********, ");
        assert_eq!(kept(format!("a3{client}"), true), "a3********");
        assert_eq!(kept(client[..4].to_owned(), true), "");
        assert_eq!(kept("Bad request".to_owned(), true), "Bad request");
    }
}
