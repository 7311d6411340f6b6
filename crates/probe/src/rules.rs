//! What the fault proxy does to a call: rules, and the choice among them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// What the proxy does to the calls that it matches. Rules are tried in order; the first that matches and is not used
/// up decides. A call that no rule matches is forwarded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// JSON-RPC method names, such as `eth_sendRawTransaction`; empty: every method.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// What is done.
    pub action: Action,
    /// For how many calls, before the rule has no effect any more; none: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl Rule {
    /// A rule for every call of one method, for as long as it stands.
    #[must_use]
    pub fn on(method: &str, action: Action) -> Self {
        Self { methods: vec![method.to_owned()], action, times: None }
    }

    /// A rule for all methods, for as long as it stands.
    #[must_use]
    pub fn on_all(action: Action) -> Self {
        Self { methods: Vec::new(), action, times: None }
    }

    /// The same for the first `times` calls only.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    fn matches(&self, method: &str) -> bool {
        self.times != Some(0) && (self.methods.is_empty() || self.methods.iter().any(|name| name == method))
    }
}

/// What happens to a call. In a batch, `status`, `delay_ms`, `silence` and `close` concern the whole batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A JSON-RPC error; the node does not see the call.
    RpcError {
        /// JSON-RPC error code, such as -32000.
        code: i64,
        /// Its message.
        message: String,
    },
    /// This HTTP status and no JSON-RPC answer; the node does not see the call.
    Status(u16),
    /// Forwarded after this time; written in milliseconds.
    #[serde(rename = "delay_ms", with = "millis")]
    Delay(Duration),
    /// No answer at all until the rules change or the caller hangs up; the node does not see the call.
    Silence,
    /// The connection is closed without an answer; the node does not see the call.
    Close,
    /// This as `result`; the node does not see the call.
    Respond(Value),
    /// Forwarded: an exception from the rules that follow.
    Forward,
}

impl Action {
    /// The answer to `call` that the proxy gives by itself, when it does.
    pub(crate) fn answer(&self, call: &Value) -> Option<Value> {
        let id = call.get("id").cloned().unwrap_or(Value::Null);
        match self {
            Self::RpcError { code, message } => {
                Some(json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}))
            }
            Self::Respond(result) => Some(json!({"jsonrpc": "2.0", "id": id, "result": result})),
            _ => None,
        }
    }
}

/// The action for one call; uses up the rule that gives it.
pub(crate) fn choose(rules: &mut [Rule], method: &str) -> Action {
    let Some(rule) = rules.iter_mut().find(|rule| rule.matches(method)) else { return Action::Forward };
    rule.times = rule.times.map(|times| times - 1);
    rule.action.clone()
}

mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_is_not_used_up_decides() {
        let mut rules = [
            Rule::on("eth_call", Action::Forward).times(1),
            Rule::on("eth_call", Action::Close).times(2),
            Rule::on_all(Action::Silence),
        ];
        let actions: Vec<Action> = ["eth_call", "eth_call", "eth_chainId", "eth_call", "eth_call"]
            .map(|m| choose(&mut rules, m))
            .into();
        assert_eq!(
            actions,
            [Action::Forward, Action::Close, Action::Silence, Action::Close, Action::Silence]
        );
    }

    #[test]
    fn rules_are_written_like_this() {
        let text = r#"[
            {"methods":["eth_call"],"action":{"rpc_error":{"code":-32000,"message":"no"}},"times":2},
            {"action":{"delay_ms":250}},
            {"action":{"status":503}},
            {"action":"silence"},
            {"action":"close"},
            {"action":{"respond":"0x1"}},
            {"action":"forward"}
        ]"#;
        let rules: Vec<Rule> = serde_json::from_str(text).unwrap();
        assert_eq!(rules[1].action, Action::Delay(Duration::from_millis(250)));
        let again: Value = serde_json::to_value(&rules).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(text).unwrap());
        assert!(serde_json::from_str::<Rule>(r#"{"action":"forward","time":1}"#).is_err());
    }
}
