//! Each invariant on runs made by hand: one that holds it, and one for each way to break it.

use super::{Breach, Recheck, Ruling, Seen, Word, all};
use crate::check::Stop;
use crate::history::{Endpoint, Entry, PaymentKey, Said};
use gauntlet_report::{
    Asked, AuthorizationUse, Bought, CaseSent, Class, Death, Exchange, ExitCode, Ledger, Message,
    PaymentFacts, Profile, Record, RunFinished, RunStarted, SentTx, TargetInfo, Transfer,
};
use gauntlet_wire::{Address, B256, ReasonClass, U256, Version};

const USDC: Address = Address::repeat_byte(0xdc);
const PAYEE: Address = Address::repeat_byte(0xee);
const SIGNER: Address = Address::repeat_byte(0x51);

fn key(payer: u8, nonce: u8) -> PaymentKey {
    PaymentKey { token: USDC, payer: Address::repeat_byte(payer), nonce: B256::repeat_byte(nonce) }
}

fn tx(number: u8) -> B256 {
    B256::repeat_byte(number)
}

/// An answer of a facilitator, as a record has it.
fn asked(seq: u64, endpoint: Endpoint, key: PaymentKey, said: Said, body: &str) -> CaseSent {
    let payment = PaymentFacts {
        key,
        to: PAYEE,
        value: U256::from(10_000),
        network: "eip155:84532".into(),
        faults: Vec::new(),
    };
    CaseSent {
        check: "facilitator.settle.some".into(),
        sent: "a valid v2 payment".into(),
        asked: Some(Asked {
            endpoint,
            version: Some(Version::V2),
            said,
            payment: Some(payment),
            well_formed: true,
            chain_healthy: true,
        }),
        exchange: Exchange {
            seq,
            url: format!("http://127.0.0.1:4021{}", endpoint.path()),
            method: "POST".into(),
            started_ms: 0,
            took_us: 0,
            request: Message::default(),
            response: Some(Message { body: body.as_bytes().to_vec(), ..Message::default() }),
            status: Some(200),
            fault: None,
        },
    }
}

fn settled(seq: u64, key: PaymentKey, named: B256) -> CaseSent {
    let body = format!(r#"{{"success":true,"transaction":"{named}","network":"eip155:84532"}}"#);
    asked(seq, Endpoint::Settle, key, Said::Yes, &body)
}

fn refused(seq: u64, key: PaymentKey) -> CaseSent {
    let body = r#"{"success":false,"errorReason":"invalid_payload","transaction":"","network":"n"}"#;
    asked(seq, Endpoint::Settle, key, Said::No, body)
}

fn verified(seq: u64, key: PaymentKey) -> CaseSent {
    asked(seq, Endpoint::Verify, key, Said::Yes, r#"{"isValid":true}"#)
}

/// The ledger after payments were settled, each in a transaction of its own.
fn paid(payments: &[(PaymentKey, B256)]) -> Ledger {
    let mut ledger = Ledger { usdc: USDC, signers: [SIGNER].into(), ..Ledger::default() };
    for (key, hash) in payments {
        let (token, payer, nonce) = (key.token, key.payer, key.nonce);
        let (value, block) = (U256::from(10_000), 1);
        ledger.transfers.push(Transfer {
            token,
            from: payer,
            to: PAYEE,
            value,
            tx: *hash,
            block,
            log_index: 0,
        });
        ledger.used.push(AuthorizationUse { token, payer, nonce, tx: *hash, block });
        ledger.sent.push(sent(*hash, nonce));
    }
    ledger
}

fn sent(hash: B256, word: B256) -> SentTx {
    let input = [&[0xe3; 4], word.as_slice()].concat().into();
    SentTx { hash, from: SIGNER, block: 1, nonce: 0, status: true, gas_used: 60_000, to: Some(USDC), input }
}

/// What was bought of a server, in an exchange of its own number.
fn bought(exchange: u64, key: PaymentKey, served: bool, transaction: Option<B256>) -> Bought {
    Bought {
        check: "server.paid.some".into(),
        exchange,
        payment: Some(key),
        path: "/cheap".into(),
        fails: false,
        plain: true,
        payee: PAYEE,
        price: U256::from(10_000),
        served,
        status: Some(if served { 200 } else { 402 }),
        transaction,
        sent: "a valid v2 payment".into(),
        disturbed: false,
    }
}

/// What an invariant says of a run.
fn judge(check: &str, cases: &[CaseSent], bought: &[Bought], ledger: &Ledger) -> Result<Ruling, Stop> {
    let entries: Vec<Entry> = cases.iter().filter_map(Entry::of).collect();
    let invariant = all().find(|invariant| invariant.check == check).unwrap();
    (invariant.judge)(&Seen::new(&entries, bought, ledger))
}

fn kinds(ruling: Result<Ruling, Stop>) -> Vec<&'static str> {
    ruling.unwrap().breaches.iter().map(|breach: &Breach| breach.kind).collect()
}

fn facilitator(check: &str, cases: &[CaseSent], ledger: &Ledger) -> Vec<&'static str> {
    kinds(judge(check, cases, &[], ledger))
}

fn server(check: &str, visits: &[Bought], ledger: &Ledger) -> Vec<&'static str> {
    kinds(judge(check, &[], visits, ledger))
}

#[test]
fn every_invariant_names_a_requirement_and_has_a_name_of_its_own() {
    let mut names: Vec<&str> = all().map(|invariant| invariant.check).collect();
    names.sort_unstable();
    let many = names.len();
    names.dedup();
    assert_eq!(names.len(), many);
    for invariant in all() {
        assert!(
            crate::Catalogue::get().find(invariant.requirement).is_some(),
            "{}: {}",
            invariant.check,
            invariant.requirement
        );
    }
}

#[test]
fn a_success_needs_the_transfer_that_it_names() {
    const CHECK: &str = "facilitator.books.success-means-money";
    let (one, two) = (key(1, 1), key(1, 2));
    let ledger = paid(&[(one, tx(0xa1)), (two, tx(0xa2))]);
    let run = [settled(1, one, tx(0xa1)), settled(2, two, tx(0xa2))];
    assert!(facilitator(CHECK, &run, &ledger).is_empty());

    let nothing_moved = paid(&[(one, tx(0xa1))]);
    assert_eq!(facilitator(CHECK, &run, &nothing_moved), ["success-without-money"]);
    let of_another = [settled(1, one, tx(0xa2)), settled(2, two, tx(0xa2))];
    assert_eq!(
        facilitator(CHECK, &of_another, &ledger),
        ["success-without-money"],
        "same payer, same amount"
    );
    assert!(matches!(judge(CHECK, &[refused(1, one)], &[], &ledger), Err(Stop::Inconclusive(_))));
}

#[test]
fn a_refusal_moves_nothing() {
    const CHECK: &str = "facilitator.books.failure-means-none";
    let (one, two) = (key(1, 1), key(1, 2));
    let run = [refused(1, one), settled(2, two, tx(0xa2))];
    assert!(facilitator(CHECK, &run, &paid(&[(two, tx(0xa2))])).is_empty(), "the other payment of the payer");
    let mut taken = paid(&[(one, tx(0xa1)), (two, tx(0xa2))]);
    assert_eq!(facilitator(CHECK, &run, &taken), ["refused-but-taken"]);
    taken.relayed.insert(one);
    assert!(facilitator(CHECK, &run, &taken).is_empty(), "the harness moved it");
    let silent = [asked(1, Endpoint::Settle, one, Said::Nothing("closed".into()), "")];
    assert!(facilitator(CHECK, &silent, &paid(&[(one, tx(0xa1))])).is_empty(), "no answer is no refusal");
}

#[test]
fn an_authorization_is_settled_once() {
    const CHECK: &str = "facilitator.books.one-success-a-nonce";
    let one = key(1, 1);
    let ledger = paid(&[(one, tx(0xa1))]);
    let idempotent = [settled(1, one, tx(0xa1)), settled(2, one, tx(0xa1))];
    assert!(facilitator(CHECK, &idempotent, &ledger).is_empty());
    let twice = [settled(1, one, tx(0xa1)), settled(2, one, tx(0xa2))];
    assert_eq!(facilitator(CHECK, &twice, &ledger), ["settled-twice"]);
    let moved_twice = paid(&[(one, tx(0xa1)), (one, tx(0xa2))]);
    assert_eq!(facilitator(CHECK, &idempotent, &moved_twice), ["settled-twice"]);
}

#[test]
fn payees_have_what_was_settled() {
    const CHECK: &str = "facilitator.books.balance";
    let (one, two) = (key(1, 1), key(2, 2));
    let run = [settled(1, one, tx(0xa1)), refused(2, two)];
    assert!(facilitator(CHECK, &run, &paid(&[(one, tx(0xa1))])).is_empty());
    assert_eq!(facilitator(CHECK, &run, &paid(&[])), ["unbalanced"]);
    assert_eq!(facilitator(CHECK, &run, &paid(&[(one, tx(0xa1)), (two, tx(0xa2))])), ["unbalanced"]);
}

#[test]
fn signers_send_what_was_asked_for() {
    const CHECK: &str = "facilitator.books.gas";
    let one = key(1, 1);
    let run = [settled(1, one, tx(0xa1))];
    let mut ledger = paid(&[(one, tx(0xa1))]);
    assert!(facilitator(CHECK, &run, &ledger).is_empty());
    ledger.sent.push(sent(tx(0xa2), B256::repeat_byte(0x77)));
    assert_eq!(facilitator(CHECK, &run, &ledger), ["unasked-transaction"]);
    ledger.signers.clear();
    assert!(matches!(judge(CHECK, &run, &[], &ledger), Err(Stop::NotApplicable(_))));
}

#[test]
fn what_verifies_settles() {
    const CHECK: &str = "facilitator.invariant.verified-settles";
    let (one, other) = (key(1, 1), key(1, 2));
    let ledger = paid(&[]);
    assert!(facilitator(CHECK, &[verified(1, one), settled(2, one, tx(0xa1))], &ledger).is_empty());
    let disagree = [verified(1, one), refused(2, one)];
    assert_eq!(facilitator(CHECK, &disagree, &ledger), ["verify-and-settle-disagree"]);

    let between = [verified(1, one), settled(2, other, tx(0xa2)), refused(3, one)];
    let judged = judge(CHECK, &between, &[], &ledger);
    assert!(matches!(judged, Err(Stop::Inconclusive(_))), "something of the payer's was between: {judged:?}");
    let mut cancelled = disagree.clone();
    cancelled[1].sent = "1 change to a valid v2 payment: the payer cancelled".into();
    assert!(matches!(judge(CHECK, &cancelled, &[], &ledger), Err(Stop::Inconclusive(_))));
}

#[test]
fn what_is_invalid_is_not_called_valid() {
    const CHECK: &str = "facilitator.invariant.invalid-is-refused";
    let mut case = verified(1, key(1, 1));
    assert!(matches!(judge(CHECK, &[case.clone()], &[], &paid(&[])), Err(Stop::Inconclusive(_))));
    let payment = case.asked.as_mut().and_then(|asked| asked.payment.as_mut()).unwrap();
    payment.faults = vec![ReasonClass::Amount];
    let ruling = judge(CHECK, &[case], &[], &paid(&[])).unwrap();
    assert_eq!(ruling.breaches[0].kind, "accepted-invalid");
    assert_eq!(ruling.breaches[0].class, Some(Class::W), "what it weighs depends on the rule");
}

#[test]
fn a_facilitator_answers_without_errors_and_works_to_the_end() {
    let mut broken = refused(1, key(1, 1));
    broken.exchange.status = Some(500);
    assert_eq!(facilitator("facilitator.answers.no-5xx", &[broken], &paid(&[])), ["server-error"]);
    let fine = [refused(1, key(1, 1))];
    assert!(facilitator("facilitator.answers.no-5xx", &fine, &paid(&[])).is_empty());

    const ALIVE: &str = "facilitator.service.alive";
    assert!(matches!(judge(ALIVE, &fine, &[], &paid(&[])), Err(Stop::NotApplicable(_))));
    let mut last = refused(1, key(1, 1));
    last.check = ALIVE.into();
    assert_eq!(facilitator(ALIVE, &[last], &paid(&[])), ["does-not-work-any-more"]);
}

#[test]
fn content_needs_money() {
    const CHECK: &str = "server.books.content-means-money";
    let (one, two) = (key(1, 1), key(1, 2));
    let both = paid(&[(one, tx(0xa1)), (two, tx(0xa2))]);
    let visits = [bought(1, one, true, None), bought(2, two, true, None)];
    assert!(server(CHECK, &visits, &both).is_empty());
    let first = paid(&[(one, tx(0xa1))]);
    assert_eq!(
        server(CHECK, &visits, &first),
        ["more-content-than-money"],
        "the payer's other payment is none"
    );
    let again = [bought(1, one, true, None), bought(2, one, true, None)];
    assert_eq!(server(CHECK, &again, &both), ["more-content-than-money"]);
    let mut dearer = bought(1, one, true, None);
    dearer.price = U256::from(20_000);
    assert_eq!(server(CHECK, &[dearer], &both), ["more-content-than-money"]);
    let none = [bought(1, one, false, None)];
    assert!(matches!(judge(CHECK, &[], &none, &first), Err(Stop::Inconclusive(_))));
}

#[test]
fn money_buys_content() {
    const CHECK: &str = "server.books.money-means-content";
    let (one, two) = (key(1, 1), key(1, 2));
    let visits = [bought(1, one, false, None), bought(2, two, true, None)];
    assert!(server(CHECK, &visits, &paid(&[(two, tx(0xa2))])).is_empty());
    let taken = paid(&[(one, tx(0xa1)), (two, tx(0xa2))]);
    assert_eq!(server(CHECK, &visits, &taken), ["taken-not-served"]);
    let mut disturbed = visits.clone();
    disturbed[0].disturbed = true;
    assert!(server(CHECK, &disturbed, &taken).is_empty());
}

#[test]
fn each_payment_has_its_own_transaction() {
    const CHECK: &str = "server.books.transactions";
    let (one, two) = (key(1, 1), key(1, 2));
    let ledger = paid(&[(one, tx(0xa1)), (two, tx(0xa2))]);
    let own = [bought(1, one, true, Some(tx(0xa1))), bought(2, two, true, Some(tx(0xa2)))];
    assert!(server(CHECK, &own, &ledger).is_empty());
    let mixed = [bought(1, one, true, Some(tx(0xa1))), bought(2, two, true, Some(tx(0xa1)))];
    assert_eq!(server(CHECK, &mixed, &ledger), ["shared-transaction"]);
    let batched = paid(&[(one, tx(0xa1)), (two, tx(0xa1))]);
    assert!(server(CHECK, &mixed, &batched).is_empty(), "one transaction may hold both");
}

#[test]
fn a_server_answers_without_errors_and_sells_to_the_end() {
    let mut broken = bought(1, key(1, 1), false, None);
    broken.status = Some(503);
    assert_eq!(server("server.books.no-server-error", &[broken.clone()], &paid(&[])), ["server-error"]);
    broken.fails = true;
    assert!(server("server.books.no-server-error", &[broken], &paid(&[])).is_empty());

    let mut last = bought(1, key(1, 1), false, None);
    last.check = "server.books.alive.v1".into();
    assert_eq!(server("server.books.alive", &[last], &paid(&[])), ["does-not-sell"]);
}

// --- judged again -------------------------------------------------------------------------------------------------

fn record(cases: Vec<CaseSent>, ledger: Option<Ledger>) -> Record {
    let started = RunStarted {
        schema: gauntlet_report::event::SCHEMA,
        run: "run".into(),
        gauntlet: "0.1.0".into(),
        started_ms: 0,
        seed: 402,
        target: TargetInfo {
            name: "double:facilitator".into(),
            role: "facilitator".into(),
            url: String::new(),
            version: None,
            spec: "double:facilitator".into(),
            command: Vec::new(),
            rpc_url: None,
            dialect: None,
            routes: Vec::new(),
            client: None,
            facilitator: None,
        },
        network: "base-sepolia".into(),
        chain_id: 84532,
        anvil: String::new(),
        profile: Profile::Reference,
        set: crate::SET.into(),
        selected: 0,
        command: Vec::new(),
    };
    Record { cases, ledger, ..Record::new(started) }
}

#[test]
fn a_breach_that_the_run_did_not_tell_is_more() {
    let one = key(1, 1);
    let recheck = Recheck::of(&record(vec![settled(1, one, tx(0xa1))], Some(paid(&[]))));
    let judged = &recheck.invariants[0];
    assert_eq!((judged.word, recheck.exit), (Some(Word::More), ExitCode::Failure), "{recheck:?}");
    assert_eq!(judged.breaches[0].exchanges, [1]);
    let clean = Recheck::of(&record(vec![settled(1, one, tx(0xa1))], Some(paid(&[(one, tx(0xa1))]))));
    assert_eq!(clean.exit, ExitCode::Success, "{clean:?}");
    assert!(clean.invariants.iter().all(|judged| judged.word.is_none_or(|word| word == Word::Same)));
}

#[test]
fn what_the_record_does_not_have_cannot_be_told() {
    let without = Recheck::of(&record(vec![settled(1, key(1, 1), tx(0xa1))], None));
    assert_eq!(without.exit, ExitCode::Inconclusive);
    assert!(without.reason.is_some_and(|reason| reason.contains("no ledger")));
    let empty = Recheck::of(&record(Vec::new(), Some(paid(&[]))));
    assert_eq!(empty.exit, ExitCode::Inconclusive, "nothing asked is nothing judged");
}

#[test]
fn a_death_of_the_run_is_judged_again() {
    let death = Death {
        reason: "it answers nothing".into(),
        last_lines: String::new(),
        under_way: Vec::new(),
        again: true,
    };
    let finished = RunFinished {
        ended_ms: 0,
        interrupted: false,
        inconclusive: None,
        harness_error: None,
        stale: Vec::new(),
        exit: 1,
        notes: Vec::new(),
        deaths: vec![death],
    };
    let mut last = settled(1, key(1, 1), tx(0xa1));
    last.check = "facilitator.service.alive".into();
    let paid = paid(&[(key(1, 1), tx(0xa1))]);
    let lived = record(vec![last], Some(paid));
    assert_eq!(Recheck::of(&lived).exit, ExitCode::Success);
    let died = Recheck::of(&Record { finished: Some(finished), ..lived });
    assert_eq!(died.exit, ExitCode::Failure, "{died:?}");
    let kinds: Vec<_> =
        died.invariants.iter().flat_map(|judged| &judged.breaches).map(|it| it.kind).collect();
    assert_eq!(kinds, ["died"]);
}
