//! The other side: growers who flip the switch, and Panorama's bad days.

use reqwest::StatusCode;
use reqwest::header::LOCATION;
use serde_json::{Value, json};

use super::World;

impl World {
    /// The grower switches sharing on; the address that Panorama sends the browser to.
    pub(crate) async fn share(&self, code: &str) -> String {
        let request = self.http.post(self.panorama(&format!("/control/operations/{code}/share")));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        answer.headers()[LOCATION].to_str().expect("ASCII").to_owned()
    }

    /// How often Panorama was called, by the name of the call (`confirmSharing`, `initiateAuth`,
    /// …).
    pub(crate) async fn calls(&self, call: &str) -> usize {
        let (_, calls) = self.json(self.http.get(self.panorama("/control/calls"))).await;
        calls.as_array().expect("an array").iter().filter(|entry| entry["call"] == call).count()
    }

    /// Arms a fault of the simulated Panorama.
    pub(crate) async fn fault(&self, fault: Value) {
        let answer = self
            .http
            .post(self.panorama("/control/faults"))
            .json(&fault)
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{fault}");
    }

    /// The partner's password at Panorama changes, and nothing that was got with the old one is
    /// good any more.
    pub(crate) async fn partner_password_is_now(&self, password: &str) {
        self.change_partner_password("STAGE", password).await;
        self.fault(json!({ "fault": "expireTokens" })).await;
        self.fault(json!({ "fault": "revokeRefreshTokens" })).await;
    }

    /// The grower switches sharing off.
    pub(crate) async fn unshare(&self, code: &str) {
        let request = self.http.post(self.panorama(&format!("/control/operations/{code}/revoke")));
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::NO_CONTENT);
    }

    /// What went wrong with Panorama is mended.
    pub(crate) async fn mend(&self) {
        let answer =
            self.http.delete(self.panorama("/control/faults")).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }

    /// How often Panorama was called at all.
    pub(crate) async fn all_calls(&self) -> usize {
        let (_, calls) = self.json(self.http.get(self.panorama("/control/calls"))).await;
        calls.as_array().expect("an array").len()
    }

    /// The partner changes its password at Panorama.
    pub(crate) async fn change_partner_password(&self, environment: &str, password: &str) {
        let url = self.panorama(&format!("/control/partners/{environment}/password"));
        let answer = self.http.post(url).json(&json!({ "password": password })).send().await;
        assert!(answer.expect("an answer").status().is_success());
    }
}
