//! The arguments of a call, whichever way they came, and their types.
//! <https://docs.slack.dev/apis/web-api/#basics>

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::ApiError;

/// The arguments that open something. Tokens are taken out before.
const SECRETS: [&str; 4] = ["client_secret", "code", "code_verifier", "refresh_token"];
const REDACTED: &str = "(secret)";

/// One argument: text from a form or query, or a value of JSON.
#[derive(Clone, Debug)]
enum Argument {
    Text(String),
    Json(Value),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Arguments(BTreeMap<String, Argument>);

impl Arguments {
    /// Adds what a query or form holds. An argument that came before stays.
    pub(super) fn add_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            let value = Argument::Text(value.into_owned());
            self.0.entry(name.into_owned()).or_insert(value);
        }
    }

    pub(super) fn add_json(&mut self, object: Map<String, Value>) {
        self.0.extend(object.into_iter().map(|(name, value)| (name, Argument::Json(value))));
    }

    /// Takes the token out, if it is text from a form: a token in JSON is not looked at.
    pub(super) fn take_token(&mut self) -> Option<String> {
        match self.0.remove("token") {
            Some(Argument::Text(token)) => Some(token),
            _ => None,
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// All arguments, to be remembered: of secrets, that there were any.
    pub(super) fn record(&self) -> Map<String, Value> {
        let value = |name: &str, argument: &Argument| match argument {
            _ if SECRETS.contains(&name) => Value::String(REDACTED.to_owned()),
            Argument::Text(text) => Value::String(text.clone()),
            Argument::Json(value) => value.clone(),
        };
        self.0.iter().map(|(name, argument)| (name.clone(), value(name, argument))).collect()
    }

    /// What is there; `null` is as good as nothing.
    fn get(&self, name: &str) -> Option<&Argument> {
        self.0.get(name).filter(|argument| !matches!(argument, Argument::Json(Value::Null)))
    }

    /// A text, or nothing if it is empty.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let text = match self.get(name) {
            None => return Ok(None),
            Some(Argument::Text(text) | Argument::Json(Value::String(text))) => text,
            // A time stamp that was a number on the way has lost its last digits.
            Some(Argument::Json(_)) => return Err(ApiError::wrong_type(name, "a string")),
        };
        Ok(Some(text.as_str()).filter(|text| !text.is_empty()))
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Argument::Json(Value::Bool(flag))) => Ok(Some(*flag)),
            Some(Argument::Text(text) | Argument::Json(Value::String(text))) => {
                match text.as_str() {
                    "true" | "1" => Ok(Some(true)),
                    "false" | "0" | "" => Ok(Some(false)),
                    _ => Err(ApiError::wrong_type(name, "a boolean")),
                }
            }
            Some(Argument::Json(Value::Number(number))) => Ok(Some(number.as_u64() != Some(0))),
            Some(Argument::Json(_)) => Err(ApiError::wrong_type(name, "a boolean")),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let number = match self.get(name) {
            None => return Ok(None),
            Some(Argument::Text(text)) if text.is_empty() => return Ok(None),
            Some(Argument::Text(text) | Argument::Json(Value::String(text))) => text.parse().ok(),
            Some(Argument::Json(value)) => value.as_i64(),
        };
        number.map(Some).ok_or_else(|| ApiError::wrong_type(name, "an integer"))
    }

    /// A list or an object, which in a form or a string is JSON as text. `Err` holds what cannot
    /// be read.
    pub(super) fn structure(&self, name: &str) -> Result<Option<Value>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(Argument::Text(text) | Argument::Json(Value::String(text))) => {
                if text.is_empty() {
                    return Ok(None);
                }
                serde_json::from_str(text).map(Some).map_err(|error| error.to_string())
            }
            Some(Argument::Json(value)) => Ok(Some(value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn arguments(form: &str, object: Value) -> Arguments {
        let mut arguments = Arguments::default();
        arguments.add_form(form.as_bytes());
        let Value::Object(object) = object else { panic!("give an object") };
        arguments.add_json(object);
        arguments
    }

    #[test]
    fn forms_and_json_are_read_alike() {
        for arguments in [
            arguments("t=a%26b&f=true&n=5&s=%5B1%5D", json!({})),
            arguments("", json!({ "t": "a&b", "f": true, "n": 5, "s": [1] })),
            arguments("", json!({ "t": "a&b", "f": "1", "n": "5", "s": "[1]" })),
        ] {
            assert_eq!(arguments.text("t").unwrap(), Some("a&b"));
            assert_eq!(arguments.flag("f").unwrap(), Some(true));
            assert_eq!(arguments.number("n").unwrap(), Some(5));
            assert_eq!(arguments.structure("s").unwrap(), Some(json!([1])));
            assert_eq!(arguments.text("none").unwrap(), None);
        }
    }

    #[test]
    fn a_time_stamp_that_is_a_number_is_refused() {
        let error = arguments("", json!({ "ts": 1_700_000_000.000_1 })).text("ts").unwrap_err();
        assert_eq!(error.code, "invalid_arguments");
        assert_eq!(error.messages, ["[ERROR] must be a string [json-pointer:/ts]"]);
    }

    #[test]
    fn tokens_count_in_forms_only_and_are_taken_out() {
        let mut form = arguments("token=xoxb-1&a=b", json!({}));
        assert_eq!(form.take_token().as_deref(), Some("xoxb-1"));
        assert_eq!(Value::Object(form.record()), json!({ "a": "b" }));
        let mut object = arguments("", json!({ "token": "xoxb-1" }));
        assert_eq!(object.take_token(), None);
        assert!(object.record().is_empty());
    }

    #[test]
    fn secrets_are_not_remembered() {
        let form = arguments("client_id=1.2&client_secret=s3cret&code=c0de", json!({}));
        let record = Value::Object(form.record());
        let hidden = "(secret)";
        assert_eq!(record, json!({ "client_id": "1.2", "client_secret": hidden, "code": hidden }));
    }
}
