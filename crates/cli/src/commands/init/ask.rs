//! The questions of `gauntlet init`: one line each, from a terminal or from a pipe.

use super::answers::{self, Answers, Start};
use super::{CiName, InitArgs};
use crate::failure::Failure;
use clap::ValueEnum;
use gauntlet_probe::{Role, Shop};
use std::io::BufRead;

/// Asks on one side and reads on the other.
pub(super) struct Questions<R> {
    input: R,
    tell: fn(&str),
}

impl<R: BufRead> Questions<R> {
    pub(super) const fn new(input: R, tell: fn(&str)) -> Self {
        Self { input, tell }
    }

    /// Asks for everything that no flag says.
    pub(super) fn complete(mut self, args: &InitArgs) -> Result<Answers, Failure> {
        let role = match args.role {
            Some(role) => Role::from(role),
            None => self.ask("What is it: facilitator or server?", "--role", None, role)?,
        };
        let start = match answers::start_of_flags(args) {
            Some(start) => start,
            None => self.ask(
                "Which command starts it? Or, when it runs already, its URL (http://host:port)",
                "--url",
                None,
                start,
            )?,
        };
        let usual = answers::name_of(&start);
        let name = match &args.name {
            Some(name) => name.clone(),
            None => self.ask("Its name in reports?", "--name", Some(&usual), |name| Ok(name.to_owned()))?,
        };
        let routes = match role {
            Role::Server if args.routes.is_empty() => {
                vec![self.ask("Which route has to be paid for (/path)?", "--route", None, route)?]
            }
            _ => args.routes.clone(),
        };
        let mut answers = Answers::checked(args, role, start, name, &routes)?;
        if args.versions.is_empty() {
            let question =
                "Which protocol versions does it claim: 2, 1 or 2,1? (`ask it`: whatever it says itself)";
            answers.versions = self.ask(question, "--versions", Some("ask it"), versions)?;
        }
        if args.network.is_none() {
            let question = "Which network does its chain pretend to be?";
            let read = |name: &str| answers::network(name).map_err(|failure| failure.message);
            answers.network = self.ask(question, "--network", Some("base-sepolia"), read)?;
        }
        if args.ci.is_none() {
            answers.ci = self.ask("A job for which CI: github, gitlab or none?", "--ci", Some("none"), ci)?;
        }
        if answers.ci == CiName::Github && args.action.is_none() {
            let question = "Gauntlet's action, OWNER/REPOSITORY@REF? (`later`: fill it in yourself)";
            answers.action = self.ask(question, "--action", Some("later"), action)?;
        }
        Ok(answers)
    }

    /// Asks until there is an answer that can be read. An empty line is the usual answer.
    fn ask<T>(
        &mut self,
        question: &str,
        flag: &str,
        usual: Option<&str>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        loop {
            match usual {
                Some(usual) => (self.tell)(&format!("{question} [{usual}]")),
                None => (self.tell)(question),
            }
            let mut line = String::new();
            let taken = self.input.read_line(&mut line);
            if taken.map_err(|error| Failure::usage(format!("the answer cannot be read: {error}")))? == 0 {
                return Err(Failure::usage(format!("no more answers, and nothing says {flag}")));
            }
            let answer = Some(line.trim()).filter(|line| !line.is_empty()).or(usual);
            match answer.ok_or_else(|| "this one has no usual answer".to_owned()).and_then(&read) {
                Ok(value) => return Ok(value),
                Err(why) => (self.tell)(&format!("  {why}")),
            }
        }
    }
}

fn role(text: &str) -> Result<Role, String> {
    match text.parse::<Role>()? {
        Role::Client => Err("a client is named with --client of `gauntlet run`, beside a server".into()),
        role => Ok(role),
    }
}

fn start(text: &str) -> Result<Start, String> {
    if text.contains("://") && !text.contains(' ') {
        let client = gauntlet_probe::Client::new(text, gauntlet_probe::ClientConfig::default());
        return client.map(|_| Start::Url(text.to_owned())).map_err(|error| error.to_string());
    }
    let words = shlex::split(text).filter(|words| words.first().is_some_and(|word| !word.is_empty()));
    words.map(Start::Command).ok_or_else(|| "that is no command: a quotation mark is missing".into())
}

fn route(text: &str) -> Result<String, String> {
    Shop::of_arguments(&[text.to_owned()]).map(|_| text.to_owned())
}

fn versions(text: &str) -> Result<Vec<u8>, String> {
    if text == "ask it" {
        return Ok(Vec::new());
    }
    let read = |part: &str| part.trim().parse().ok().filter(|version| [1, 2].contains(version));
    let read: Option<Vec<u8>> = text.split(',').map(read).collect();
    read.ok_or_else(|| format!("{text:?} is no list of versions; there are 1 and 2"))
}

fn ci(text: &str) -> Result<CiName, String> {
    CiName::from_str(text, true)
}

fn action(text: &str) -> Result<Option<String>, String> {
    if text == "later" {
        return Ok(None);
    }
    answers::action(text).map(Some).map_err(|failure| failure.message)
}
