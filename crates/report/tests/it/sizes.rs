//! The ladder of sizes as a table, and in Markdown.

use crate::fixture::{check, run};
use gauntlet_report::render::{Style, sizes, sizes_markdown};
use gauntlet_report::sizes::{End, Part};
use gauntlet_report::{Outcome, Record, Rung};

fn rung(part: Part, bytes: usize, end: End, status: u16, paid: bool) -> Rung {
    Rung {
        part,
        payment: if part == Part::Request { "ECDSA, padded".into() } else { String::new() },
        version: 2,
        bytes,
        through: None,
        end,
        status: (status > 0).then_some(status),
        paid,
        detail: String::new(),
    }
}

fn behind_nginx(rung: Rung) -> Rung {
    Rung { through: Some("nginx".into()), ..rung }
}

fn record(rungs: Vec<Rung>, outcome: Outcome) -> Record {
    let mut climbed = check("server.sizes.padded", outcome);
    climbed.sizes = rungs;
    run(vec![climbed], 0)
}

fn usual() -> Record {
    let quantum = |bytes, name: &str, end, status, paid| Rung {
        payment: name.into(),
        ..rung(Part::Request, bytes, end, status, paid)
    };
    let request = |bytes, end, status, paid| rung(Part::Request, bytes, end, status, paid);
    record(
        vec![
            rung(Part::Challenge, 996, End::Served, 402, false),
            rung(Part::Receipt, 260, End::Served, 200, false),
            quantum(1452, "ECDSA", End::Served, 200, true),
            request(15_900, End::Served, 200, true),
            request(16_500, End::Stack, 431, false),
            Rung {
                detail: "connection closed without an answer: os error 104".into(),
                ..request(66_000, End::Reset, 0, false)
            },
            quantum(7732, "ML-DSA-44", End::Served, 200, true),
            quantum(11_232, "ML-DSA-44 + key", End::Refused, 402, false),
            Rung { version: 1, ..request(648, End::Served, 200, true) },
            behind_nginx(request(7900, End::Served, 200, true)),
            behind_nginx(request(8200, End::Stack, 400, false)),
            behind_nginx(rung(Part::OwnReceipt, 3600, End::Served, 200, true)),
            behind_nginx(rung(Part::OwnReceipt, 4000, End::Broken, 502, true)),
        ],
        Outcome::Pass,
    )
}

#[test]
fn each_part_has_a_table_and_a_line_about_its_limit() {
    insta::assert_snapshot!("sizes", sizes(&usual(), &Style::PLAIN));
}

#[test]
fn markdown_says_the_same() {
    insta::assert_snapshot!("sizes_markdown", sizes_markdown(&usual()));
}

#[test]
fn money_without_content_is_seen_first() {
    let taken = record(vec![rung(Part::Request, 8200, End::Stack, 431, true)], Outcome::Fail);
    let text = sizes(&taken, &Style::PLAIN);
    assert!(text.contains("PAID") && text.contains("MONEY AND CONTENT PART at 1 of these sizes"), "{text}");
    let given = record(vec![rung(Part::Request, 8200, End::Served, 200, false)], Outcome::Fail);
    assert!(sizes(&given, &Style::PLAIN).contains("NOT PAID"));
}

#[test]
fn a_ladder_that_could_not_be_climbed_is_not_green() {
    for (rungs, outcome, said) in [
        (Vec::new(), Outcome::Inconclusive, "NOTHING MEASURED"),
        (vec![rung(Part::Request, 1300, End::Served, 200, true)], Outcome::Inconclusive, "ended as"),
    ] {
        let text = sizes(&record(rungs, outcome), &Style::PLAIN);
        assert!(text.contains(said), "{text}");
        assert!(!text.contains("At every size"), "{text}");
    }
}

#[test]
fn what_a_target_says_cannot_steer_a_terminal() {
    let odd =
        Rung { detail: "a\u{1b}[2Jb | c".into(), ..rung(Part::Request, 1300, End::Refused, 402, false) };
    let odd = record(vec![odd], Outcome::Pass);
    assert!(!sizes(&odd, &Style::PLAIN).contains('\u{1b}'));
    assert!(sizes_markdown(&odd).contains("\\|"));
}
