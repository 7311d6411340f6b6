//! What a step says of its answers, against what came.

use super::stage::{Came, Stage};
use crate::check::{Judged, Stop};
use crate::cx::Violation;
use crate::history::Said;
use crate::reply::Reply;
use crate::scenario::model::{Answer, Miss, Step, Told};
use gauntlet_report::Exchange;

/// An answer, and what is known of it.
struct One<'a> {
    exchange: &'a Exchange,
    content: Option<bool>,
    reply: Option<&'a Reply>,
}

impl Stage {
    /// Compares the answers of a step with what it says of them.
    pub(super) fn judge_answers(&self, step: &'static Step, came: &Came) -> Judged {
        for one in answers(came).iter().filter(|one| one.exchange.status.is_some()) {
            let told = Told { exchange: one.exchange, content: one.content };
            if let Some(expect) = &step.answers.expect {
                self.tell(expect, one, &expect.misses(told));
            }
            if let Some(require) = &step.answers.require
                && let Some(miss) = require.misses(told).first()
            {
                let place = self.scenario.place(&require.span);
                let reason = format!("{place} requires {}, and what came is {}", miss.want, miss.got);
                return Err(Stop::Inconclusive(reason));
            }
        }
        Ok(())
    }

    fn tell(&self, expect: &Answer, one: &One<'_>, misses: &[Miss]) {
        let Some(first) = misses.first() else { return };
        let all = |part: fn(&Miss) -> &str| misses.iter().map(part).collect::<Vec<_>>().join(", ");
        let reply = one.reply.cloned().unwrap_or_else(|| Reply {
            said: Said::Unclear(String::new()),
            sent: format!("{} {}", one.exchange.method, one.exchange.url),
            exchange: one.exchange.clone(),
        });
        self.cx.find(Violation {
            requirement: self.scenario.deciding(self.cx.version()),
            kind: kind(first),
            want: all(|miss| miss.want.as_str()),
            got: all(|miss| miss.got.as_str()),
            reply: Some(&reply),
            place: Some(self.scenario.picture(&expect.span)),
            ..Violation::default()
        });
    }
}

fn answers(came: &Came) -> Vec<One<'_>> {
    match came {
        Came::Seen(seen) => seen
            .iter()
            .filter_map(|seen| seen.visit.as_ref())
            .map(|visit| One {
                exchange: &visit.reply.exchange,
                content: Some(visit.served()),
                reply: Some(&visit.reply),
            })
            .collect(),
        Came::Replies(replies) => replies
            .iter()
            .map(|asked| One { exchange: &asked.reply.exchange, content: None, reply: Some(&asked.reply) })
            .collect(),
        Came::Answers(answers) => answers
            .iter()
            .map(|(exchange, content)| One { exchange, content: *content, reply: None })
            .collect(),
        Came::Nothing => Vec::new(),
    }
}

/// The fingerprint: the verdicts of a facilitator have those of the other checks.
fn kind(miss: &Miss) -> &'static str {
    match (miss.at.as_str(), miss.got.ends_with(" true")) {
        ("isValid" | "success", true) => "accepted-invalid",
        ("isValid", false) => "refused-valid",
        ("success", false) => "not-settled",
        ("canary", _) if miss.got == "content" => "content-unexpected",
        ("canary", _) => "not-delivered",
        _ => "unexpected-answer",
    }
}
