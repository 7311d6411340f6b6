//! Bodies of `/verify` and `/settle`, and what a facilitator says of them.

use super::rows::{Row, rows};
use super::{Case, NOW, Outcome, Setting, VectorError};
use crate::{Cast, Change, Draft, LedgerView, TokenView, Verdict, Version, judge};
use serde_json::{Value, json};

/// How many combinations are drawn for each version.
const COMBINATIONS: usize = 60;

pub(super) fn cases(setting: &Setting) -> Result<Vec<Case>, VectorError> {
    let mut cases = Vec::new();
    for version in Version::ALL {
        let rows = rows(version);
        for row in &rows {
            cases.push(single(setting, version, row)?);
        }
        cases.extend(combinations(setting, version, &rows));
    }
    Ok(cases)
}

/// A payment with these changes, as it goes over the wire.
fn body(setting: &Setting, version: Version, name: &str, changes: &[Value]) -> Result<String, VectorError> {
    let nonce = setting.nonce(&format!("v{}/{name}", version.number()));
    let mut draft = Draft::valid(version, setting.terms(), setting.account("payer"), nonce, NOW);
    for change in changes {
        Change::try_from(change.clone())?.mutation(setting).apply(&mut draft, NOW);
    }
    Ok(draft.body()?)
}

/// What the chain says of a valid payment.
fn plain_ledger(setting: &Setting) -> LedgerView {
    LedgerView {
        chain_id: setting.network.chain_id,
        token: TokenView::Eip3009 {
            name: setting.token.name.clone(),
            version: setting.token.version.clone(),
            paused: false,
        },
        balance: setting.purse(),
        nonce_used: false,
        blocked: false,
    }
}

fn single(setting: &Setting, version: Version, row: &Row) -> Result<Case, VectorError> {
    let mut ledger = plain_ledger(setting);
    (row.ledger)(&mut ledger);
    let body = body(setting, version, &row.name, &row.changes)?;
    let verdict = judge(body.as_bytes(), &ledger, NOW);
    Ok(Case {
        id: id(version, &row.name),
        comment: row.comment.clone(),
        flags: vec![row.flag],
        input: input(version, &body, &ledger, &row.changes),
        // What stands in the row, whatever the oracle says: it is the oracle that is tested.
        result: row.result,
        expected: expected(&verdict),
        requirements: row.requirements.to_vec(),
    })
}

/// Two rows at once. A pair that spoils the place of the other is left out.
fn combinations(setting: &Setting, version: Version, rows: &[Row]) -> Vec<Case> {
    let ledger = plain_ledger(setting);
    let changing: Vec<&Row> = rows.iter().filter(|row| !row.changes.is_empty()).collect();
    (0..COMBINATIONS)
        .filter_map(|count| {
            let draw = |which| {
                let name = format!("v{}/{count}/{which}", version.number());
                changing[setting.below(changing.len(), &name)]
            };
            let (one, other) = (draw("one"), draw("other"));
            let changes: Vec<Value> = one.changes.iter().chain(&other.changes).cloned().collect();
            let name = format!("combination-{count}");
            let body = body(setting, version, &name, &changes).ok()?;
            let verdict = judge(body.as_bytes(), &ledger, NOW);
            let mut requirements: Vec<&str> =
                one.requirements.iter().chain(other.requirements).copied().collect();
            requirements.sort_unstable();
            requirements.dedup();
            Some(Case {
                id: id(version, &name),
                comment: format!("{}; {}", one.comment, other.comment),
                flags: vec!["Combination"],
                input: input(version, &body, &ledger, &changes),
                result: outcome(&verdict),
                expected: expected(&verdict),
                requirements,
            })
        })
        .collect()
}

fn id(version: Version, name: &str) -> String {
    format!("facilitator-request/v{}/{name}", version.number())
}

fn input(version: Version, body: &str, ledger: &LedgerView, changes: &[Value]) -> Value {
    let token = match &ledger.token {
        TokenView::Eip3009 { name, version, paused } => {
            json!({ "kind": "eip3009", "name": name, "version": version, "paused": paused })
        }
        TokenView::Plain => json!({ "kind": "plain" }),
        TokenView::NoCode => json!({ "kind": "no-code" }),
    };
    json!({
        "version": version.number(),
        "body": body,
        "ledger": {
            "chainId": ledger.chain_id,
            "token": token,
            "balance": ledger.balance.to_string(),
            "nonceUsed": ledger.nonce_used,
            "blocked": ledger.blocked,
        },
        "changes": changes,
    })
}

fn outcome(verdict: &Verdict) -> Outcome {
    match verdict {
        Verdict::Valid => Outcome::Valid,
        Verdict::Invalid(_) => Outcome::Invalid,
        Verdict::Open(_) => Outcome::Open,
    }
}

fn expected(verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Valid => Value::Null,
        Verdict::Invalid(reasons) => {
            let mut reasons: Vec<Value> = reasons.iter().map(|reason| json!(reason)).collect();
            reasons.sort_by_key(Value::to_string);
            reasons.dedup();
            json!({ "reasons": reasons })
        }
        Verdict::Open(why) => json!({ "why": why }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutation::WORDS;
    use crate::vectors::tests::setting;

    #[test]
    fn the_oracle_says_what_was_decided_by_hand() {
        let setting = setting(402);
        let mut wrong = Vec::new();
        for version in Version::ALL {
            for row in rows(version) {
                let mut ledger = plain_ledger(&setting);
                (row.ledger)(&mut ledger);
                let body = body(&setting, version, &row.name, &row.changes).unwrap();
                let verdict = judge(body.as_bytes(), &ledger, NOW);
                if outcome(&verdict) != row.result {
                    wrong.push(format!("{version} {}: {:?}, not {verdict:?}", row.name, row.result));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_word_of_the_vocabulary_has_a_row() {
        let all = format!("{:?}", rows(Version::V2).iter().map(|row| &row.changes).collect::<Vec<_>>());
        for word in WORDS {
            assert!(all.contains(&format!("\"{}\"", word.name)), "{}", word.name);
        }
    }
}
