//! A case on disk: everything that is needed to look at a failure, to send it again and to keep it as a scenario.

use gauntlet_probe::{Role, curl_line};
use gauntlet_report::{Exchange, Message};
use gauntlet_wire::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A made-up case and what came of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What it shows, as a sentence.
    pub title: String,
    /// Who is on trial.
    pub role: Role,
    /// The version of its payments; `None` when it had several. Its scenario has one, v2 then.
    pub version: Option<Version>,
    /// What its accounts are derived from.
    pub accounts: String,
    /// The scenario behind its head: given, steps and expectations, in TOML.
    pub script: String,
    /// The request that shows it and its answer, when there is one.
    pub exchange: Option<Exchange>,
    /// How the chain was arranged, and what it said afterwards.
    pub chain: Value,
    /// Where it comes from.
    pub facts: Facts,
}

/// Where a case comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Seed of the run.
    pub seed: u64,
    /// The check that made it up.
    pub check: String,
    /// Its number among the cases of the check.
    pub case: u64,
    /// The target, as a run is told of it.
    pub target: String,
    /// The network.
    pub network: String,
    /// Unix seconds from which its windows were counted.
    pub now: u64,
    /// The violated requirement.
    pub requirement: String,
    /// The kind of violation.
    pub kind: String,
    /// The class of the reason or the status; with the kind it makes the fingerprint.
    pub class: String,
    /// How often it failed in the same way when it was tried again: `same 3 of 3`.
    pub reproduced: String,
    /// What was sent, as a change to a valid payment.
    pub sent: String,
}

impl Case {
    /// Writes the case into the next free folder of `RUN/cases`, and says which.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn write(&self, run: &Path) -> io::Result<PathBuf> {
        let (number, folder) = next(&run.join("cases"))?;
        fs::write(folder.join("scenario.toml"), self.scenario(number))?;
        if let Some(exchange) = &self.exchange {
            fs::write(folder.join("request.http"), message(&exchange.request))?;
            fs::write(folder.join("request.body"), &exchange.request.body)?;
            let response = exchange.response.as_ref().map(message);
            let silence =
                || exchange.fault.as_ref().map_or_else(String::new, ToString::to_string).into_bytes();
            fs::write(folder.join("response.http"), response.unwrap_or_else(silence))?;
            let body = (!exchange.request.body.is_empty()).then_some("request.body");
            let line = curl_line(exchange, body);
            fs::write(
                folder.join("curl.sh"),
                format!("#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit 1\n{line}\n"),
            )?;
        }
        fs::write(folder.join("chain.json"), pretty(&self.chain)?)?;
        fs::write(folder.join("case.json"), pretty(&self.facts)?)?;
        Ok(folder)
    }

    fn scenario(&self, number: u32) -> String {
        let version = self.version.unwrap_or(Version::V2).number();
        let Facts { check, case, sent, reproduced, .. } = &self.facts;
        format!(
            "# Case {case} of {check}: {}\n# {reproduced}\nid = \"case.{number:04}\"\ntitle = {}\nrole = \"{}\"\n\
             covers = [{}]\nversions = [{version}]\naccounts = {}\n\n{}",
            sent.replace(char::is_control, " "),
            text(&self.title),
            self.role,
            text(&self.facts.requirement),
            text(&self.accounts),
            self.script,
        )
    }
}

/// A text as TOML writes it.
#[must_use]
pub fn text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn pretty(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn message(message: &Message) -> Vec<u8> {
    [message.head.trim_end().as_bytes(), b"\r\n\r\n", &message.body, message.trailers.as_bytes()].concat()
}

/// The next free folder. Two checks may write at once: whoever makes the folder has it.
fn next(cases: &Path) -> io::Result<(u32, PathBuf)> {
    fs::create_dir_all(cases)?;
    let mut number = 1;
    loop {
        let folder = cases.join(format!("{number:04}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok((number, folder)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case() -> Case {
        Case {
            title: "a \"value\" below the price is refused".into(),
            role: Role::Facilitator,
            version: Some(Version::V1),
            accounts: "402/facilitator.search.verdict/case/17".into(),
            script: "[given.p]\namount = \"10000\"\n".into(),
            exchange: Some(Exchange {
                seq: 3,
                url: "http://127.0.0.1:4021/verify".into(),
                method: "POST".into(),
                started_ms: 0,
                took_us: 7,
                request: Message {
                    head: "POST /verify HTTP/1.1\r\nContent-Type: application/json\r\n".into(),
                    body: b"{\"a\":1}".to_vec(),
                    ..Message::default()
                },
                response: Some(Message {
                    head: "HTTP/1.1 200 OK\r\n".into(),
                    body: b"{}".to_vec(),
                    ..Message::default()
                }),
                status: Some(200),
                fault: None,
            }),
            chain: json!({ "balances": [] }),
            facts: Facts {
                seed: 402,
                check: "facilitator.search.verdict".into(),
                case: 17,
                target: "double:facilitator".into(),
                network: "local".into(),
                now: 1,
                requirement: "X402-EVM3009-008".into(),
                kind: "accepted-invalid".into(),
                class: "amount".into(),
                reproduced: "same 3 of 3".into(),
                sent: "authorization.value 10000 → 9999".into(),
            },
        }
    }

    #[test]
    fn a_case_has_everything_in_a_folder_of_its_own() {
        let run = tempfile::tempdir().unwrap();
        let (first, second) = (case().write(run.path()).unwrap(), case().write(run.path()).unwrap());
        assert!(first.ends_with("cases/0001") && second.ends_with("cases/0002"));
        let read = |name: &str| fs::read_to_string(second.join(name)).unwrap();
        let scenario: toml::Table = read("scenario.toml").parse().unwrap();
        assert_eq!(scenario["id"].as_str(), Some("case.0002"));
        assert_eq!(scenario["title"].as_str(), Some("a \"value\" below the price is refused"));
        assert_eq!(scenario["versions"][0].as_integer(), Some(1));
        assert_eq!(scenario["given"]["p"]["amount"].as_str(), Some("10000"));
        assert_eq!(
            read("request.http"),
            "POST /verify HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"a\":1}"
        );
        assert!(read("curl.sh").contains("--data-binary @request.body"), "{}", read("curl.sh"));
        assert_eq!(read("request.body"), "{\"a\":1}");
        let facts: Facts = serde_json::from_str(&read("case.json")).unwrap();
        assert_eq!(facts, case().facts);
        assert!(read("chain.json").contains("balances") && read("response.http").ends_with("{}"));
    }
}
