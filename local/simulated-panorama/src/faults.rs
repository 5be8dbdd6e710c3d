//! Faults armed over the control API: which calls go wrong, how, and how often.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::broken_body::Ending;
use crate::calls::Call;

/// A test that wants a longer wait than this wants a drop.
const LONGEST_DELAY_MS: u64 = 600_000;

/// Armed faults, first come first served.
#[derive(Default)]
pub(crate) struct Faults(Vec<Fault>);

pub(crate) struct Fault {
    /// `None` is every call.
    call: Option<Call>,
    organization_code: Option<String>,
    effect: Effect,
    /// How many more calls; `None` until cleared.
    times: Option<u64>,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The work is done and answered, after this long.
    Slow(Duration),
    /// Answered with this, and no work done.
    Status { status: u16, retry_after: Option<String> },
    /// Answered with these very bytes, and no work done: what stands in front of Panorama, or what
    /// its makers did not think of.
    Answer { status: u16, content_type: String, body: String, repeat: usize },
    /// The connection closes; no work is done.
    DropBefore,
    /// The work is done; then the connection closes.
    DropAfter,
    /// The work is done; half of the answer's JSON is missing.
    Malformed,
    /// The work is done; the body does not come as it was announced.
    Ends(Ending),
    /// Answered with a redirect to there, and no work done.
    Redirect(String),
}

/// What a body of `POST /control/faults` asks for.
pub(crate) enum Order {
    Arm(Fault),
    ExpireDownloads,
    ExpireTokens,
    RevokeRefreshTokens,
    RotateRefreshTokens(bool),
}

/// Which field of a body is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadField {
    pub(crate) field: String,
    pub(crate) message: &'static str,
}

fn bad(field: &str, message: &'static str) -> BadField {
    BadField { field: field.to_owned(), message }
}

const FIELDS: [&str; 12] = [
    "call",
    "fault",
    "status",
    "retryAfter",
    "delayMs",
    "times",
    "organizationCode",
    "enabled",
    "contentType",
    "body",
    "repeat",
    "location",
];

/// Where a redirect leads unless it is told: what nobody must read by our hand.
const METADATA: &str = "http://169.254.169.254/latest/meta-data/";

/// The largest answer that can be armed.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

impl Faults {
    pub(crate) fn arm(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn to_json(&self) -> Value {
        self.0.iter().map(Fault::to_json).collect()
    }

    /// What this call meets, if anything; one of its times is then used up.
    pub(crate) fn meet(&mut self, call: Call, organization_code: Option<&str>) -> Option<Effect> {
        let index = self.0.iter().position(|fault| fault.concerns(call, organization_code))?;
        let fault = &mut self.0[index];
        let effect = fault.effect.clone();
        if let Some(times) = &mut fault.times {
            *times -= 1;
            if *times == 0 {
                self.0.remove(index);
            }
        }
        Some(effect)
    }
}

impl Fault {
    fn concerns(&self, call: Call, organization_code: Option<&str>) -> bool {
        self.call.is_none_or(|wanted| wanted == call)
            && self
                .organization_code
                .as_deref()
                .is_none_or(|wanted| organization_code == Some(wanted))
    }

    /// In the words that it was armed with; `times` is what is left.
    pub(crate) fn to_json(&self) -> Value {
        let mut json = match &self.effect {
            Effect::Slow(delay) => {
                json!({
                    "fault": "slow",
                    "delayMs": u64::try_from(delay.as_millis()).unwrap_or(LONGEST_DELAY_MS),
                })
            }
            Effect::Status { status, retry_after } => {
                json!({"fault": "status", "status": status, "retryAfter": retry_after})
            }
            Effect::Answer { status, content_type, body, repeat } => {
                json!({
                    "fault": "answer", "status": status, "contentType": content_type, "body": body,
                    "repeat": repeat,
                })
            }
            Effect::DropBefore => json!({"fault": "dropBefore"}),
            Effect::DropAfter => json!({"fault": "dropAfter"}),
            Effect::Malformed => json!({"fault": "malformed"}),
            Effect::Ends(Ending::Cut) => json!({"fault": "cut"}),
            Effect::Ends(Ending::Stall) => json!({"fault": "stall"}),
            Effect::Ends(Ending::Early) => json!({"fault": "wrongLength"}),
            Effect::Redirect(location) => json!({"fault": "redirect", "location": location}),
        };
        json["call"] = self.call.map_or("*", Call::name).into();
        json["times"] = self.times.unwrap_or(0).into();
        if let Some(organization_code) = &self.organization_code {
            json["organizationCode"] = organization_code.as_str().into();
        }
        json
    }
}

impl Order {
    /// Read by hand, because the caller is told which field is wrong.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, BadField> {
        let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
            return Err(bad("body", "must be a JSON object"));
        };
        if let Some(unknown) = body.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(bad(unknown, "is not a field of a fault"));
        }
        let effect = match text(&body, "fault")? {
            Some("expireDownloads") => return Ok(Self::ExpireDownloads),
            Some("expireTokens") => return Ok(Self::ExpireTokens),
            Some("revokeRefreshTokens") => return Ok(Self::RevokeRefreshTokens),
            Some("rotateRefreshTokens") => return enabled(&body).map(Self::RotateRefreshTokens),
            Some("slow") => Effect::Slow(delay(&body)?),
            Some("status") => {
                Effect::Status { status: status(&body)?, retry_after: retry_after(&body)? }
            }
            Some("answer") => answer(&body)?,
            Some("dropBefore") => Effect::DropBefore,
            Some("dropAfter") => Effect::DropAfter,
            Some("malformed") => Effect::Malformed,
            Some("cut") => Effect::Ends(Ending::Cut),
            Some("stall") => Effect::Ends(Ending::Stall),
            Some("wrongLength") => Effect::Ends(Ending::Early),
            Some("redirect") => Effect::Redirect(location(&body)?),
            Some(_) => return Err(bad("fault", "is not a fault; GET /control lists them")),
            None => return Err(bad("fault", "is missing")),
        };
        Ok(Self::Arm(Fault {
            call: call(&body)?,
            organization_code: text(&body, "organizationCode")?.map(str::to_owned),
            effect,
            times: match number(&body, "times")?.unwrap_or(1) {
                0 => None,
                times => Some(times),
            },
        }))
    }
}

fn call(body: &Map<String, Value>) -> Result<Option<Call>, BadField> {
    match text(body, "call")? {
        Some("*") => Ok(None),
        Some(name) => {
            Call::parse(name).map(Some).ok_or(bad("call", "is not a call; GET /control lists them"))
        }
        None => Err(bad("call", "is missing")),
    }
}

fn delay(body: &Map<String, Value>) -> Result<Duration, BadField> {
    let millis = number(body, "delayMs")?.ok_or(bad("delayMs", "is missing"))?;
    if millis > LONGEST_DELAY_MS {
        return Err(bad("delayMs", "must be at most 600000"));
    }
    Ok(Duration::from_millis(millis))
}

fn status(body: &Map<String, Value>) -> Result<u16, BadField> {
    let status = number(body, "status")?.ok_or(bad("status", "is missing"))?;
    // A 1xx is no answer, and clients hang on it.
    u16::try_from(status)
        .ok()
        .filter(|status| (200..=599).contains(status))
        .ok_or(bad("status", "must be 200 to 599"))
}

fn answer(body: &Map<String, Value>) -> Result<Effect, BadField> {
    let content_type = text(body, "contentType")?.unwrap_or("application/json");
    if !content_type.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(bad("contentType", "must be printable ASCII"));
    }
    let answered = text(body, "body")?.ok_or(bad("body", "is missing"))?;
    let repeat = number(body, "repeat")?.unwrap_or(1);
    let repeat = usize::try_from(repeat).ok().filter(|repeat| {
        answered.len().checked_mul(*repeat).is_some_and(|length| length <= LARGEST_ANSWER)
    });
    Ok(Effect::Answer {
        status: if body.contains_key("status") { status(body)? } else { 200 },
        content_type: content_type.to_owned(),
        body: answered.to_owned(),
        repeat: repeat.ok_or(bad("repeat", "makes more than 64 MiB"))?,
    })
}

fn location(body: &Map<String, Value>) -> Result<String, BadField> {
    let location = text(body, "location")?.unwrap_or(METADATA);
    let is_printable = location.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    is_printable.then(|| location.to_owned()).ok_or(bad("location", "must be printable ASCII"))
}

/// Seconds or an HTTP date: the header takes both.
fn retry_after(body: &Map<String, Value>) -> Result<Option<String>, BadField> {
    match body.get("retryAfter") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(seconds)) if seconds.is_u64() => Ok(Some(seconds.to_string())),
        Some(Value::String(date))
            if !date.is_empty() && date.bytes().all(|byte| (b' '..=b'~').contains(&byte)) =>
        {
            Ok(Some(date.clone()))
        }
        Some(_) => Err(bad("retryAfter", "must be seconds or an HTTP date")),
    }
}

fn enabled(body: &Map<String, Value>) -> Result<bool, BadField> {
    match body.get("enabled") {
        Some(Value::Bool(enabled)) => Ok(*enabled),
        Some(_) => Err(bad("enabled", "must be true or false")),
        None => Err(bad("enabled", "is missing")),
    }
}

fn text<'a>(body: &'a Map<String, Value>, field: &str) -> Result<Option<&'a str>, BadField> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad(field, "must be a string")),
    }
}

fn number(body: &Map<String, Value>, field: &str) -> Result<Option<u64>, BadField> {
    match body.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            value.as_u64().map(Some).ok_or(bad(field, "must be a whole number, 0 or more"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armed(bodies: &[Value]) -> Faults {
        let mut faults = Faults::default();
        for body in bodies {
            match Order::parse(body.to_string().as_bytes()) {
                Ok(Order::Arm(fault)) => faults.arm(fault),
                _ => panic!("{body} arms no fault"),
            }
        }
        faults
    }

    fn wrong_field(body: &Value) -> String {
        Order::parse(body.to_string().as_bytes()).err().expect("it is refused").field
    }

    #[test]
    fn a_fault_strikes_once_unless_told_otherwise() {
        let mut faults = armed(&[json!({"call": "listSharing", "fault": "dropBefore"})]);
        assert_eq!(faults.meet(Call::ListFields, None), None);
        assert_eq!(faults.meet(Call::ListSharing, None), Some(Effect::DropBefore));
        assert_eq!(faults.meet(Call::ListSharing, None), None);
    }

    #[test]
    fn zero_times_is_until_cleared() {
        let mut faults = armed(&[json!({"call": "*", "fault": "malformed", "times": 0})]);
        for call in Call::ALL {
            assert_eq!(faults.meet(call, None), Some(Effect::Malformed));
        }
        faults.clear();
        assert_eq!(faults.meet(Call::Download, None), None);
    }

    #[test]
    fn faults_strike_in_the_order_in_which_they_were_armed() {
        let mut faults = armed(&[
            json!({"call": "listSharing", "fault": "status", "status": 503, "retryAfter": 7}),
            json!({"call": "*", "fault": "slow", "delayMs": 5}),
        ]);
        let unavailable = Effect::Status { status: 503, retry_after: Some("7".to_owned()) };
        assert_eq!(faults.meet(Call::ListSharing, None), Some(unavailable));
        assert_eq!(
            faults.meet(Call::ListSharing, None),
            Some(Effect::Slow(Duration::from_millis(5)))
        );
    }

    #[test]
    fn a_fault_of_one_operation_spares_the_others() {
        let mut faults = armed(&[
            json!({"call": "confirmSharing", "fault": "dropAfter", "organizationCode": "krwv4vYH"}),
        ]);
        assert_eq!(faults.meet(Call::ConfirmSharing, Some("t8Zq2mLx")), None);
        assert_eq!(faults.meet(Call::ConfirmSharing, Some("krwv4vYH")), Some(Effect::DropAfter));
    }

    #[test]
    fn a_listed_fault_can_be_armed_again() {
        let body = json!({
            "call": "listSharing", "fault": "slow", "delayMs": 5, "times": 2,
            "organizationCode": "x",
        });
        assert_eq!(armed(std::slice::from_ref(&body)).to_json(), json!([body]));
    }

    #[test]
    fn a_bad_body_is_refused_by_the_name_of_its_field() {
        assert_eq!(wrong_field(&json!([])), "body");
        assert_eq!(wrong_field(&json!({"call": "listSharing"})), "fault");
        assert_eq!(wrong_field(&json!({"call": "listSharing", "fault": "explode"})), "fault");
        assert_eq!(wrong_field(&json!({"fault": "dropBefore"})), "call");
        assert_eq!(wrong_field(&json!({"call": "sharing", "fault": "dropBefore"})), "call");
        assert_eq!(wrong_field(&json!({"call": "*", "fault": "slow"})), "delayMs");
        assert_eq!(wrong_field(&json!({"call": "*", "fault": "slow", "delayMs": "2"})), "delayMs");
        assert_eq!(wrong_field(&json!({"call": "*", "fault": "status"})), "status");
        assert_eq!(wrong_field(&json!({"call": "*", "fault": "status", "status": 100})), "status");
        assert_eq!(wrong_field(&json!({"call": "*", "fault": "dropAfter", "times": -1})), "times");
        assert_eq!(wrong_field(&json!({"call": "*", "fault": "dropAfter", "time": 1})), "time");
        assert_eq!(wrong_field(&json!({"fault": "rotateRefreshTokens"})), "enabled");
        assert_eq!(wrong_field(&json!({"call": "*", "fault": "answer"})), "body");
        assert_eq!(
            wrong_field(&json!({"call": "*", "fault": "answer", "body": "x", "repeat": 1 << 30})),
            "repeat"
        );
        let retry_after =
            json!({"call": "*", "fault": "status", "status": 429, "retryAfter": "a\nb"});
        assert_eq!(wrong_field(&retry_after), "retryAfter");
    }
}
