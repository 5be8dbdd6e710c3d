//! The receiver's part of the scenario: a webhook is registered, and hears what happened.

use domain::alert::AlertType;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::scenario::LeakScenario;
use crate::alerts::receiver::{Receiver, Reply};

impl LeakScenario {
    pub(super) async fn register_webhook(&mut self, receiver: &Receiver) {
        let (first, second) =
            ("Planted-Webhook-Secret-5", "whsec_UGxhbnRlZC1XZWJob29rLVNlY3JldC02");
        self.planted.plant("webhook's secret", first);
        self.planted.plant("webhook's second secret", second);
        let webhooks = "/services/alerts/api/alerts/webhooks";
        let right = json!({
            "events": AlertType::ALL, "name": "Our receiver", "secret": first,
            "url": receiver.url.clone(),
        });
        for (field, value) in [
            ("events", json!([first])),
            ("name", json!({ "is": first })),
            ("secret", json!([first])),
            ("url", json!(format!("https://{first}@receiver.example/"))),
        ] {
            let mut wrong = right.clone();
            wrong[field] = value;
            assert_eq!(
                self.owner(Method::POST, webhooks, Some(&wrong)).await.status,
                StatusCode::BAD_REQUEST
            );
        }
        let answer = self.owner(Method::POST, webhooks, Some(&right)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:#?}");
        answer.json()["id"].as_str().expect("an id").clone_into(&mut self.webhook);
        assert_eq!(
            self.owner(Method::POST, webhooks, Some(&right)).await.error_key(),
            "eventRegisteredTwice"
        );
        let secret = format!("{webhooks}/{}/secret", self.webhook);
        let answer = self.owner(Method::PUT, &secret, Some(&json!({ "secret": second }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        receiver.answer([Reply::Status(500), Reply::Status(204), Reply::Status(500)]);
    }

    pub(super) async fn hear_alerts(&mut self, receiver: &Receiver) {
        for _ in 0..3 {
            self.world.machine.outbox.deliver().await.expect("the stream can be read");
            self.world.pass(16, 0);
        }
        let webhooks = "/services/alerts/api/alerts/webhooks";
        for path in [webhooks.to_owned(), format!("{webhooks}/{}", self.webhook)] {
            assert_eq!(self.owner(Method::GET, &path, None).await.status, StatusCode::OK);
        }
        // What was sent, the client id included.
        let clients = [
            self.world.machine.ready.stage.client_id,
            self.world.machine.ready.production.client_id,
        ];
        let request = self.world.owner(Method::GET, &format!("{webhooks}/failed-calls"));
        assert_eq!(self.ask_showing(request, &clients).await.status, StatusCode::OK);
        self.alerts = receiver
            .take()
            .iter()
            .map(|call| format!("{:?} {}", call.headers, call.body))
            .collect();
    }
}
