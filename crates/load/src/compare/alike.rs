//! Whether two runs were made under the same conditions.

use crate::plan::Plan;
use crate::result::LoadReport;
use serde_json::{Map, Value, json};

/// What of a plan says nothing about what is done.
const WORDS: [&str; 3] = ["name", "title", "thresholds"];

/// Whether the numbers of two runs can be compared: what was done, on which chain, on which machine and by which
/// Gauntlet must be the same. What was put under load may differ, but for its role.
///
/// # Errors
/// Each difference with both values, as sentences; values stand there as in `load.json`.
pub fn comparable(a: &LoadReport, b: &LoadReport) -> Result<(), Vec<String>> {
    let differences = differences(&conditions(a), &conditions(b));
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

fn conditions(report: &LoadReport) -> Value {
    json!({
        "schema of the report": report.schema,
        "version of Gauntlet": report.gauntlet,
        "role": report.target.role,
        "shard": format!("{} of {}", report.shard.index, report.shard.of),
        "network": report.chain.network,
        "blocks": report.chain.blocks,
        "Anvil": report.chain.anvil,
        "machine": report.machine,
        "closed loop": report.plan.is_closed_loop(),
        "plan": what_is_done(&report.plan),
    })
}

fn what_is_done(plan: &Plan) -> Value {
    let mut plan = serde_json::to_value(plan).unwrap_or_default();
    if let Value::Object(fields) = &mut plan {
        fields.retain(|field, _| !WORDS.contains(&field.as_str()));
    }
    plan
}

/// Where two values differ, a sentence each.
pub(crate) fn differences(a: &Value, b: &Value) -> Vec<String> {
    let mut found = Vec::new();
    differ("", a, b, &mut found);
    found
}

fn differ(place: &str, a: &Value, b: &Value, found: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for field in fields(a, b) {
                let place = if place.is_empty() { field.clone() } else { format!("{place}.{field}") };
                let value = |of: &Map<String, Value>| of.get(field).cloned().unwrap_or_default();
                differ(&place, &value(a), &value(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                differ(&format!("{place}[{index}]"), a, b, found);
            }
        }
        _ if is_same(a, b) => {}
        _ => found.push(format!("{place}: {a} and {b}")),
    }
}

/// The fields of both, each once.
fn fields<'a>(a: &'a Map<String, Value>, b: &'a Map<String, Value>) -> impl Iterator<Item = &'a String> {
    a.keys().chain(b.keys().filter(|field| !a.contains_key(*field)))
}

/// A float that was written and read again may be off by its last bit.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) if x.is_f64() && y.is_f64() => {
            let (x, y) = (x.as_f64().unwrap_or_default(), y.as_f64().unwrap_or_default());
            (x - y).abs() <= x.abs() * 1e-12
        }
        _ => a == b,
    }
}
