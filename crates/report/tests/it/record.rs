//! Writing a record and reading it back, whole and broken.

use crate::fixture::{check, exchange, finished, started};
use gauntlet_report::record::FILE_NAME;
use gauntlet_report::{
    Asked, AuthorizationUse, Bought, CaseSent, ChainFact, CheckEvent, CheckReport, Class, Death, Endpoint,
    Event, Exchange, Finding, KnownUse, Ledger, Level, MadeCase, Message, NetFault, Outcome, PaymentFacts,
    PaymentKey, Record, RecordError, RunFinished, RunStarted, Said, SentTx, Severity, TargetInfo, Transfer,
    Wire, Writer,
};
use gauntlet_wire::{Address, B256, ReasonClass, U256, Version};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

fn start() -> Event {
    Event::RunStarted(Box::new(started(1)))
}

fn events() -> Vec<Event> {
    vec![
        start(),
        Event::CheckStarted(CheckEvent { check: "a.a.one".into(), now: 1 }),
        Event::CheckStarted(CheckEvent { check: "a.a.two".into(), now: 1 }),
        Event::CaseSent(Box::new(exchange(1, 200, "{\"a\":\n1}"))),
        Event::ChainRead {
            check: "a.a.one".into(),
            fact: ChainFact { block: 7, text: "no Transfer".into() },
        },
        Event::CheckFinished(Box::new(check("a.a.one", Outcome::Pass))),
        Event::RunFinished(Box::new(finished(0))),
    ]
}

fn write(dir: &Path, events: &[Event]) {
    let writer = Writer::create(dir).unwrap();
    for event in events {
        writer.write(event).unwrap();
    }
}

fn with_text(text: impl AsRef<[u8]>) -> Result<Record, RecordError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    std::fs::write(&path, text).unwrap();
    Record::read(&path)
}

fn lines(events: &[Event]) -> String {
    events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect()
}

#[test]
fn a_run_is_read_back_from_its_folder_and_from_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("runs/one");
    write(&folder, &events());
    let record = Record::read(&folder).unwrap();
    assert_eq!(record, Record::read(&folder.join(FILE_NAME)).unwrap());

    assert_eq!(record.started, started(1));
    assert_eq!(record.checks, [check("a.a.one", Outcome::Pass)]);
    assert_eq!(record.started_checks, ["a.a.two"]);
    assert_eq!(record.exchange(1).map(|e| e.status), Some(Some(200)));
    assert_eq!(record.exchange(2), None);
    assert_eq!((record.facts[0].check.as_str(), record.facts[0].fact.block), ("a.a.one", 7));
    assert_eq!(record.finished, Some(finished(0)));
    assert!(!record.truncated);
}

#[test]
fn every_event_is_in_the_file_before_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::create(dir.path()).unwrap();
    for (index, event) in events().iter().enumerate() {
        writer.write(event).unwrap();
        let text = std::fs::read_to_string(writer.path()).unwrap();
        assert_eq!(text.lines().count(), index + 1);
        assert!(text.ends_with('\n'));
    }
}

#[test]
fn a_folder_takes_one_run() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &events());
    let again = Writer::create(dir.path()).unwrap_err();
    assert!(matches!(again, RecordError::Exists(_)));
    assert!(again.to_string().contains("--out"), "{again}");
    assert!(Record::read(dir.path()).is_ok(), "the first record is untouched");
}

#[test]
fn threads_do_not_mix_their_lines() {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::create(dir.path()).unwrap();
    writer.write(&start()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let writer = &writer;
            scope.spawn(move || {
                for n in 0..50 {
                    let case = exchange(thread * 50 + n, 200, &"x".repeat(10_000));
                    writer.write(&Event::CaseSent(Box::new(case))).unwrap();
                }
            });
        }
    });
    let mut seqs: Vec<u64> = Record::read(dir.path()).unwrap().cases.iter().map(|c| c.exchange.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (0..200).collect::<Vec<_>>());
}

#[derive(Clone, Default)]
struct Second {
    text: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Write for Second {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = self.text.lock().unwrap();
        if text.len() + bytes.len() > self.room {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads"));
        }
        text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_second_place_gets_the_same_lines() {
    let dir = tempfile::tempdir().unwrap();
    let second = Second { room: usize::MAX, ..Second::default() };
    let writer = Writer::create(dir.path()).unwrap().tee(Box::new(second.clone()));
    for event in events() {
        writer.write(&event).unwrap();
    }
    assert_eq!(*second.text.lock().unwrap(), std::fs::read(writer.path()).unwrap());
    assert_eq!(writer.tee_failure(), None);
}

#[test]
fn a_second_place_that_fails_does_not_harm_the_record() {
    let dir = tempfile::tempdir().unwrap();
    let first_line = lines(&events()[..1]);
    let second = Second { room: first_line.len(), ..Second::default() };
    let writer = Writer::create(dir.path()).unwrap().tee(Box::new(second.clone()));
    for event in events() {
        writer.write(&event).unwrap();
    }
    assert_eq!(*second.text.lock().unwrap(), first_line.as_bytes());
    assert_eq!(writer.tee_failure().as_deref(), Some("nobody reads"));
    assert!(Record::read(dir.path()).unwrap().finished.is_some());
}

#[test]
fn a_run_can_be_cut_anywhere_after_its_first_line() {
    let text = lines(&events());
    let first = text.find('\n').unwrap();
    for cut in first..text.len() {
        let record = with_text(&text.as_bytes()[..cut]).unwrap();
        // A whole line that only lacks its line feed is as good as any.
        let at_end = text.as_bytes()[cut] == b'\n' || text.as_bytes()[cut - 1] == b'\n';
        assert_eq!(record.truncated, !at_end, "after {cut} bytes");
        assert_eq!(record.finished.is_some(), cut == text.len() - 1);
    }
    for cut in 1..first {
        assert!(matches!(with_text(&text.as_bytes()[..cut]), Err(RecordError::Empty(_))));
    }
}

#[test]
fn a_broken_last_line_of_any_kind_is_left_out() {
    for rubbish in [&b"\0\0\0\0"[..], b"{\"event\":\"case", b"\xff\xfe", b"{\"event\":}\n"] {
        let record = with_text([lines(&events()).as_bytes(), rubbish].concat()).unwrap();
        assert!(record.truncated && record.finished.is_some(), "{rubbish:?}");
    }
}

#[test]
fn a_broken_line_in_the_middle_is_named() {
    let mut text: Vec<String> = lines(&events()).lines().map(str::to_owned).collect();
    text[3].truncate(40);
    let error = with_text(text.join("\n")).unwrap_err();
    assert!(matches!(error, RecordError::Line { line: 4, .. }), "{error}");
    assert!(error.to_string().contains("line 4"), "{error}");

    let unknown = lines(&events()) + "{\"event\":\"moon-phase\"}\n";
    let error = with_text(unknown).unwrap_err();
    assert!(
        matches!(error, RecordError::Line { line: 8, .. }) && error.to_string().contains("moon-phase"),
        "{error}"
    );

    let twice = lines(&[start(), start()]);
    assert!(matches!(with_text(twice), Err(RecordError::Line { line: 2, .. })));
}

#[test]
fn a_newer_format_is_refused_whatever_it_looks_like() {
    let newer = r#"{"event":"run-started","schema":3,"everything":"is different"}"#;
    let error = with_text(newer.to_owned() + "\n").unwrap_err();
    assert!(matches!(error, RecordError::Newer { found: 3, .. }), "{error}");
    assert!(error.to_string().contains("format 3, this Gauntlet reads up to 2"), "{error}");
}

#[test]
fn an_older_record_without_a_ledger_is_read() {
    let old = lines(&events()).replace("\"schema\":2", "\"schema\":1");
    assert!(!old.contains("asked"), "{old}");
    let record = with_text(&old).unwrap();
    assert_eq!((record.started.schema, record.ledger, record.cases.len()), (1, None, 1));
}

#[test]
fn what_is_no_record_is_said() {
    assert!(matches!(with_text(""), Err(RecordError::Empty(_))));
    assert!(matches!(with_text("\n \n"), Err(RecordError::Empty(_))));
    assert!(matches!(with_text("{\"a\":1}\n"), Err(RecordError::NoStart(_))));
    assert!(matches!(with_text("[1]\n"), Err(RecordError::NoStart(_))));
    assert!(matches!(with_text(lines(&events()[1..])), Err(RecordError::NoStart(_))));
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Record::read(dir.path()), Err(RecordError::Read { .. })));
}

// --- any event is read back as it was written ---------------------------------------------------------------------

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z.]{0,12}", Just("\u{1b}[2J\n\u{2028}\0\"\\".to_owned())]
}

prop_compose! {
    fn message()(head in text(), body in prop_oneof![vec(any::<u8>(), 0..40), text().prop_map(String::into_bytes)],
        trailers in text(), dropped in prop_oneof![Just(0), any::<u64>()],
        wire in option::of((any::<u16>(), vec(any::<u8>(), 0..9)))) -> Message {
        let wire = wire.map(|(status, body)| Wire { status, body });
        Message { head, body, trailers, dropped, wire }
    }
}

fn fault() -> impl Strategy<Value = NetFault> {
    prop_oneof![
        text().prop_map(NetFault::Refused),
        text().prop_map(NetFault::Closed),
        text().prop_map(NetFault::Truncated),
        any::<u64>().prop_map(NetFault::TimedOut),
        text().prop_map(NetFault::NotHttp),
    ]
}

prop_compose! {
    fn case()(check in text(), sent in text(), seq in any::<u64>(), url in text(), method in text(),
        started_ms in any::<u64>(), took_us in any::<u64>(), request in message(), response in option::of(message()),
        status in option::of(any::<u16>()), fault in option::of(fault()), asked in option::of(asked())) -> CaseSent {
        let exchange = Exchange { seq, url, method, started_ms, took_us, request, response, status, fault };
        CaseSent { check, sent, asked, exchange }
    }
}

fn address() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from)
}

fn word() -> impl Strategy<Value = B256> {
    any::<[u8; 32]>().prop_map(B256::from)
}

fn units() -> impl Strategy<Value = U256> {
    any::<[u8; 32]>().prop_map(U256::from_be_bytes)
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        Just(Said::Yes),
        Just(Said::No),
        text().prop_map(Said::Unclear),
        text().prop_map(Said::Nothing)
    ]
}

prop_compose! {
    fn key()(token in address(), payer in address(), nonce in word()) -> PaymentKey {
        PaymentKey { token, payer, nonce }
    }
}

prop_compose! {
    fn paid()(key in key(), to in address(), value in units(), network in text(),
        faults in vec(proptest::sample::select(vec![ReasonClass::Amount, ReasonClass::Signature]), 0..3)) -> PaymentFacts {
        PaymentFacts { key, to, value, network, faults }
    }
}

prop_compose! {
    fn asked()(endpoint in proptest::sample::select(vec![Endpoint::Verify, Endpoint::Settle, Endpoint::Supported]),
        version in option::of(proptest::sample::select(Version::ALL.to_vec())), said in said(),
        payment in option::of(paid()), well_formed in any::<bool>(), chain_healthy in any::<bool>()) -> Asked {
        Asked { endpoint, version, said, payment, well_formed, chain_healthy }
    }
}

prop_compose! {
    fn bought()(texts in vec(text(), 3), exchange in any::<u64>(), payment in option::of(key()), flags in any::<[bool; 4]>(),
        payee in address(), price in units(), status in option::of(any::<u16>()), transaction in option::of(word())) -> Bought {
        let [check, path, sent] = <[String; 3]>::try_from(texts).unwrap();
        let [fails, plain, served, disturbed] = flags;
        Bought { check, exchange, payment, path, fails, plain, payee, price, served, status, transaction, sent, disturbed }
    }
}

prop_compose! {
    fn ledger()(blocks in any::<[u64; 5]>(), accounts in vec(address(), 4), value in units(), hash in word(), nonce in word(),
        status in any::<bool>(), input in vec(any::<u8>(), 0..40), relayed in vec(key(), 0..2)) -> Ledger {
        let [from_block, to_block, block, log_index, gas_used] = blocks;
        let [token, payer, payee, signer] = <[Address; 4]>::try_from(accounts).unwrap();
        Ledger {
            from_block,
            to_block,
            usdc: token,
            signers: [signer].into(),
            transfers: vec![Transfer { token, from: payer, to: payee, value, tx: hash, block, log_index }],
            used: vec![AuthorizationUse { token, payer, nonce, tx: hash, block }],
            sent: vec![SentTx {
                hash, from: signer, block, nonce: log_index, status, gas_used, to: status.then_some(token), input: input.into(),
            }],
            relayed: relayed.into_iter().collect(),
        }
    }
}

fn level() -> impl Strategy<Value = Level> {
    use Level::{Derived, Desc, May, Must, Open, Req, Should};
    proptest::sample::select(vec![Must, Should, May, Req, Desc, Derived, Open])
}

fn class() -> impl Strategy<Value = Class> {
    proptest::sample::select(vec![Class::I, Class::W, Class::D, Class::H])
}

prop_compose! {
    fn found()(requirement in text(), level in level(), class in class(),
        severity in proptest::sample::select(vec![Severity::Info, Severity::Warning, Severity::Deviation, Severity::Failure]),
        texts in vec(text(), 6), exchange in option::of(any::<u64>()), chain in vec(text(), 0..3),
        case in option::of((text(), text())), place in option::of(text())) -> Finding {
        let [kind, rule, source, want, got, sent] = <[String; 6]>::try_from(texts).unwrap();
        let case = case.map(|(folder, again)| MadeCase { folder, again });
        Finding { case, place, requirement, level, class, severity, kind, rule, source, want, got, sent, exchange, chain }
    }
}

prop_compose! {
    fn report()(texts in vec(text(), 4), outcome in proptest::sample::select(Outcome::ALL.to_vec()), level in level(),
        class in class(), requirements in vec(text(), 0..3), findings in vec(found(), 0..3),
        reason in option::of(text()), notes in vec(text(), 0..2),
        known in option::of((text(), option::of(text()))), took_ms in any::<u64>(), now in any::<u64>(), curl in option::of(text()))
        -> CheckReport {
        let [check, title, risk, case] = <[String; 4]>::try_from(texts).unwrap();
        let known = known.map(|(reason, link)| KnownUse { reason, link });
        CheckReport {
            check, title, outcome, level, class, requirements, risk, findings, reason, notes, sizes: Vec::new(), known, took_ms, now, case, curl,
        }
    }
}

prop_compose! {
    fn head()(texts in vec(text(), 9), version in option::of(text()), seed in any::<u64>(), chain_id in any::<u64>(),
        selected in any::<u32>(), command in vec(text(), 0..4)) -> RunStarted {
        let [run, gauntlet, name, role, url, spec, network, anvil, set] = <[String; 9]>::try_from(texts).unwrap();
        let target = TargetInfo {
            name,
            role,
            url,
            version: version.clone(),
            spec,
            command: command.clone(),
            rpc_url: None,
            dialect: version.clone(),
            routes: command.clone(),
            facilitator: None,
            client: None,
        };
        let selected = selected as usize;
        RunStarted { run, gauntlet, seed, target, network, chain_id, anvil, set, selected, command, ..started(0) }
    }
}

prop_compose! {
    fn death()(reason in text(), last_lines in text(), under_way in vec(text(), 0..3),
        again in any::<bool>()) -> Death {
        Death { reason, last_lines, under_way, again }
    }
}

prop_compose! {
    fn foot()(ended_ms in any::<u64>(), interrupted in any::<bool>(), inconclusive in option::of(text()),
        harness_error in option::of(text()), stale in vec(text(), 0..3), exit in any::<u8>(),
        notes in vec(text(), 0..3), deaths in vec(death(), 0..3)) -> RunFinished {
        RunFinished { ended_ms, interrupted, inconclusive, harness_error, stale, exit, notes, deaths }
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (text(), any::<u64>()).prop_map(|(check, now)| Event::CheckStarted(CheckEvent { check, now })),
        case().prop_map(|case| Event::CaseSent(Box::new(case))),
        bought().prop_map(|bought| Event::Bought(Box::new(bought))),
        ledger().prop_map(|ledger| Event::Ledger(Box::new(ledger))),
        (text(), any::<u64>(), text())
            .prop_map(|(check, block, text)| Event::ChainRead { check, fact: ChainFact { block, text } }),
        report().prop_map(|report| Event::CheckFinished(Box::new(report))),
        foot().prop_map(|foot| Event::RunFinished(Box::new(foot))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(head in head(), events in vec(any_event(), 0..6)) {
        let dir = tempfile::tempdir().unwrap();
        let writer = Writer::create(dir.path()).unwrap();
        writer.write(&Event::RunStarted(Box::new(head.clone()))).unwrap();
        let mut expected = Record::new(head);
        for event in events {
            writer.write(&event).unwrap();
            expected.take(event);
        }
        prop_assert_eq!(Record::read(dir.path()).unwrap(), expected);
    }

    #[test]
    fn any_record_can_be_rendered(head in head(), events in vec(any_event(), 0..6), color: bool, width in 0_usize..200) {
        let mut record = Record::new(head);
        for event in events {
            record.take(event);
        }
        let text = gauntlet_report::render::human(&record, &gauntlet_report::render::Style { color, width });
        prop_assert!(color || !text.contains(|c: char| c.is_control() && c != '\n'), "{:?}", text);
        let xml = gauntlet_report::render::junit(&record).unwrap();
        prop_assert!(quick_junit::Report::deserialize_from_str(&xml).is_ok(), "{}", xml);
        let json = gauntlet_report::render::json(&record);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
        let rules = gauntlet_report::Rules::default();
        let har = gauntlet_report::render::har(&record);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&har).is_ok());
        for text in [
            gauntlet_report::render::markdown(&record, &rules),
            gauntlet_report::render::tap(&record),
            gauntlet_report::render::html(&record, &rules).unwrap(),
            gauntlet_report::render::badge(&record, gauntlet_report::render::BadgeFormat::Svg),
        ] {
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{:?}", text);
        }
    }
}
