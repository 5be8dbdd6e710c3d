//! EventBridge's filter patterns, as far as the template uses them: objects of fields, and of a
//! field's values those that are listed, `anything-but` and `exists`.

use serde_json::Value;

/// A filter pattern.
pub(super) enum Pattern {
    /// Every one of these fields.
    Fields(Vec<(String, Pattern)>),
    OneOf(Vec<Allowed>),
    /// One of these patterns, beside the other fields: `$or`.
    Either(Vec<Pattern>),
}

/// What a field may be.
pub(super) enum Allowed {
    Is(Value),
    /// There, and not this.
    IsNot(Value),
    /// There, or not.
    Exists(bool),
}

impl Pattern {
    /// Reads one; `None` if something in it is not known here.
    pub(super) fn read(pattern: &Value) -> Option<Self> {
        match pattern {
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, pattern)| {
                    let pattern = match (name.as_str(), pattern) {
                        ("$or", Value::Array(patterns)) => {
                            Self::Either(patterns.iter().map(Self::read).collect::<Option<_>>()?)
                        }
                        _ => Self::read(pattern)?,
                    };
                    Some((name.clone(), pattern))
                });
                fields.collect::<Option<_>>().map(Self::Fields)
            }
            Value::Array(allowed) => {
                allowed.iter().map(Allowed::read).collect::<Option<_>>().map(Self::OneOf)
            }
            _ => None,
        }
    }

    /// Whether an event, or a field of one, is let through. What is not there is let through only
    /// by `{"exists": false}`.
    pub(super) fn lets_through(&self, event: Option<&Value>) -> bool {
        match self {
            Self::Fields(fields) => fields.iter().all(|(name, pattern)| match pattern {
                Self::Either(_) => pattern.lets_through(event),
                _ => pattern.lets_through(event.and_then(|event| event.get(name))),
            }),
            Self::Either(patterns) => patterns.iter().any(|pattern| pattern.lets_through(event)),
            Self::OneOf(allowed) => allowed.iter().any(|allowed| match (allowed, event) {
                (Allowed::Is(value), Some(event)) => value == event,
                (Allowed::IsNot(value), Some(event)) => value != event,
                (Allowed::Exists(wanted), event) => *wanted == event.is_some(),
                (_, None) => false,
            }),
        }
    }
}

impl Allowed {
    fn read(allowed: &Value) -> Option<Self> {
        let Value::Object(rule) = allowed else { return Some(Self::Is(allowed.clone())) };
        let (name, value) = rule.iter().next().filter(|_| rule.len() == 1)?;
        match (name.as_str(), value) {
            ("anything-but", Value::String(_)) => Some(Self::IsNot(value.clone())),
            ("exists", Value::Bool(wanted)) => Some(Self::Exists(*wanted)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lets_through(pattern: &Value, event: &Value) -> bool {
        Pattern::read(pattern).expect("a known pattern").lets_through(Some(event))
    }

    #[test]
    fn every_field_must_have_one_of_its_values() {
        let pattern = json!({ "a": { "b": ["x", "y"] }, "c": ["z"] });
        assert!(lets_through(&pattern, &json!({ "a": { "b": "y", "more": 1 }, "c": "z" })));
        assert!(!lets_through(&pattern, &json!({ "a": { "b": "y" }, "c": "x" })));
        assert!(!lets_through(&pattern, &json!({ "a": { "b": "z" }, "c": "z" })));
        assert!(!lets_through(&pattern, &json!({ "c": "z" })));
    }

    #[test]
    fn anything_but_wants_a_value_and_exists_false_wants_none() {
        let but = json!({ "a": { "b": [{ "anything-but": "x" }] } });
        assert!(lets_through(&but, &json!({ "a": { "b": "y" } })));
        assert!(!lets_through(&but, &json!({ "a": { "b": "x" } })));
        assert!(!lets_through(&but, &json!({})));
        let absent = json!({ "a": { "b": [{ "exists": false }] } });
        assert!(lets_through(&absent, &json!({})) && lets_through(&absent, &json!({ "a": {} })));
        assert!(!lets_through(&absent, &json!({ "a": { "b": "x" } })));
    }

    #[test]
    fn of_the_patterns_of_an_or_one_is_enough_beside_the_other_fields() {
        let pattern = json!({ "a": ["x"], "$or": [{ "b": ["y"] }, { "c": { "d": ["z"] } }] });
        assert!(lets_through(&pattern, &json!({ "a": "x", "b": "y" })));
        assert!(lets_through(&pattern, &json!({ "a": "x", "c": { "d": "z" } })));
        assert!(!lets_through(&pattern, &json!({ "a": "x", "c": { "d": "y" } })));
        assert!(!lets_through(&pattern, &json!({ "b": "y" })));
    }

    #[test]
    fn a_rule_that_is_not_known_is_not_ignored() {
        for unknown in [
            json!({ "a": [{ "prefix": "x" }] }),
            json!({ "a": [{ "anything-but": ["x"] }] }),
            json!("x"),
        ] {
            assert!(Pattern::read(&unknown).is_none(), "{unknown}");
        }
    }
}
