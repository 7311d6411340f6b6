//! From the text of a file to a plan.

use super::quantity::read_time;
use super::stage::{FASTEST, LONGEST, Pace, Stage};
use super::threshold::{Threshold, ThresholdError};
use super::work::{
    BETWEEN_BLOCKS, Blocks, ChainPlan, FacilitatorWork, Method, Payments, ServerWork, SignatureKind,
    TokenName, Wrong,
};
use super::{Plan, PlanError};
use gauntlet_engine::cast::TOKENS;
use gauntlet_engine::scenario::changes;
use gauntlet_engine::scenario::reader::{Source, Table};
use gauntlet_report::file;
use gauntlet_wire::Version;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys at the top.
const PLAN: [&str; 11] = [
    "title",
    "version",
    "facilitator",
    "server",
    "copies",
    "timeout",
    "users",
    "thresholds",
    "chain",
    "payments",
    "stages",
];
const CHAIN: [&str; 3] = ["blocks", "rpc-delay", "gas-limit"];
const PAYMENTS: [&str; 8] = ["payers", "price", "window", "token", "method", "scheme", "signature", "wrong"];
const WRONG: [&str; 2] = ["share", "changes"];
const STAGE: [&str; 4] = ["for", "rate", "users", "warm-up"];

/// The slowest rate, payments per second: one in a quarter of an hour.
const SLOWEST: f64 = 0.001;
const MOST_USERS: u64 = 100_000;
const MOST_COPIES: u64 = 10_000;
const MOST_PAYERS: u64 = 1_000_000;
/// A thousand million dollars.
const DEAREST: u64 = 1_000_000_000_000_000;
/// Shorter than this, payments run out while they wait for their time.
const WINDOWS: RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_hours(24);
const MOST_VERIFIES: u64 = 1_000;
/// What a block needs for a settlement, and what no chain has.
const GAS: RangeInclusive<u64> = 100_000..=1_000_000_000_000;

const MILLISECOND: Duration = Duration::from_millis(1);

impl Plan {
    /// Reads a plan from a file.
    ///
    /// # Errors
    /// [`PlanError`] with the place of the first fault.
    pub fn load(path: &Path) -> Result<Self, PlanError> {
        let text = file::written(path).map_err(|error| {
            Source { path, text: "" }.error(None, format!("the plan cannot be read: {error}"))
        })?;
        Self::read(path, &text)
    }

    /// Reads a plan from a text that stands, or could stand, in the file `path`.
    ///
    /// # Errors
    /// [`PlanError`] with the place of the first fault.
    pub fn read(path: &Path, text: &str) -> Result<Self, PlanError> {
        let source = Source { path, text };
        let table =
            DeTable::parse(text).map_err(|error| source.error(error.span(), error.message().trim()))?;
        let root = Table::part(source, "the plan", 0..0, table.get_ref());
        root.only(&PLAN)?;
        let chain = read_chain(&root)?;
        let plan = Self {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            title: read_title(&root)?,
            version: read_version(&root)?,
            facilitator: read_facilitator(&root)?,
            server: root.word("server", &SERVER)?.unwrap_or_default(),
            copies: count(&root, "copies", 1..=MOST_COPIES)?.unwrap_or(1),
            timeout: time(&root, "timeout", MILLISECOND..=Duration::from_hours(1))?
                .unwrap_or(Duration::from_secs(30)),
            users: count(&root, "users", 1..=MOST_USERS)?,
            thresholds: read_thresholds(&root, chain.blocks)?,
            chain,
            payments: read_payments(&root)?,
            stages: read_stages(&root)?,
        };
        check_copies(&root, &plan)?;
        if plan.payments.method != Method::Eip3009 && plan.version == Version::V1 {
            return Err(root.error_at("version", "version 1 knows no payments over Permit2"));
        }
        Ok(plan)
    }
}

// ---- the head ----------------------------------------------------------------------------------------------------

const SERVER: [(&str, ServerWork); 2] =
    [("challenge", ServerWork::Challenge), ("purchase", ServerWork::Purchase)];

const FACILITATOR: [(&str, FacilitatorWork); 4] = [
    ("verify", FacilitatorWork::Verify),
    ("settle", FacilitatorWork::Settle),
    ("both", FacilitatorWork::Both),
    ("mix", FacilitatorWork::Mix { verifies_per_settle: 5 }),
];

fn read_title(root: &Table<'_>) -> Result<String, PlanError> {
    let title = root.needed_text("title")?;
    if title.get_ref().contains('\n') {
        return Err(root.source.error(title.span(), "`title` is one line"));
    }
    Ok(title.into_inner())
}

fn read_version(root: &Table<'_>) -> Result<Version, PlanError> {
    let number = root.number("version", 1, 2)?.and_then(|number| u8::try_from(number).ok());
    Ok(number.and_then(|number| Version::try_from(number).ok()).unwrap_or(Version::V2))
}

fn read_facilitator(root: &Table<'_>) -> Result<FacilitatorWork, PlanError> {
    let Some(value) = root.value("facilitator") else { return Ok(FacilitatorWork::default()) };
    let DeValue::Table(table) = value.get_ref() else {
        return Ok(root.word("facilitator", &FACILITATOR)?.unwrap_or_default());
    };
    let mix = Table::part(root.source, "`facilitator`", value.span(), table);
    mix.only(&["verifies-per-settle"])?;
    let verifies = count(&mix, "verifies-per-settle", 1..=MOST_VERIFIES)?;
    let wanted = "a word such as \"settle\", or { verifies-per-settle = 3 }";
    let work = verifies.map(|verifies_per_settle| FacilitatorWork::Mix { verifies_per_settle });
    work.ok_or_else(|| root.wrong(value, "facilitator", wanted))
}

/// Each user waits for one answer at a time, so that copies at one instant need a user each.
fn check_copies(root: &Table<'_>, plan: &Plan) -> Result<(), PlanError> {
    let in_stage = |stage: &Stage| match stage.pace {
        Pace::Users(users) => Some(users),
        Pace::Rate { .. } => None,
    };
    let fewest = plan.stages.iter().filter_map(in_stage).chain(plan.users).min();
    match fewest.filter(|users| *users < plan.copies) {
        None => Ok(()),
        Some(users) => {
            let message = format!("{} copies at one instant need as many users, not {users}", plan.copies);
            Err(root.error_at("copies", message))
        }
    }
}

fn read_thresholds(root: &Table<'_>, blocks: Blocks) -> Result<Vec<Threshold>, PlanError> {
    let one = |text: &Spanned<String>| {
        // With the text as it is written, so that the caret stands where the author sees the word.
        let threshold = Threshold::parse(text.get_ref());
        threshold.and_then(|threshold| threshold.check_blocks(blocks).map(|()| threshold))
    };
    root.texts("thresholds")?
        .iter()
        .map(|text| one(text).map_err(|error| at(root.source, text, error)))
        .collect()
}

/// The place of a fault in a text of the file.
fn at(source: Source<'_>, text: &Spanned<String>, error: ThresholdError) -> PlanError {
    let whole = text.span();
    let inner = whole.start + 1..whole.end.saturating_sub(1);
    // What is written with escapes, or is not shown as it is written, is marked as a whole.
    let is_plain = source.text.get(inner.clone()) == Some(error.text.as_str());
    let part: Range<usize> = inner.start + error.span.start..inner.start + error.span.end;
    let told = source.error(if is_plain { part } else { whole }, error.message);
    match error.help {
        Some(help) => told.with_help(help),
        None => told,
    }
}

// ---- [chain] -----------------------------------------------------------------------------------------------------

fn read_chain(root: &Table<'_>) -> Result<ChainPlan, PlanError> {
    let Some(chain) = root.table("chain")? else { return Ok(ChainPlan::default()) };
    only(&chain, &CHAIN)?;
    let delay = time(&chain, "rpc-delay", Duration::ZERO..=Duration::from_mins(1))?;
    Ok(ChainPlan {
        blocks: read_blocks(&chain)?,
        rpc_delay: delay.unwrap_or_default(),
        gas_limit: chain.number("gas-limit", *GAS.start(), *GAS.end())?,
    })
}

fn read_blocks(chain: &Table<'_>) -> Result<Blocks, PlanError> {
    if chain.text("blocks")?.is_some_and(|text| text.get_ref() == "automine") {
        return Ok(Blocks::Automine);
    }
    let interval = time(chain, "blocks", BETWEEN_BLOCKS);
    let interval =
        interval.map_err(|error| error.with_help("or \"automine\": a block for each transaction"))?;
    Ok(interval.map_or(Blocks::Automine, Blocks::Interval))
}

// ---- [payments] --------------------------------------------------------------------------------------------------

fn read_payments(root: &Table<'_>) -> Result<Payments, PlanError> {
    let default = Payments::default();
    let Some(payments) = root.table("payments")? else { return Ok(default) };
    only(&payments, &PAYMENTS)?;
    let tokens: Vec<(&str, Option<TokenName>)> =
        TOKENS.iter().map(|(name, _)| (*name, TokenName::new(name))).collect();
    let wrong = payments.table("wrong")?.map(|wrong| read_wrong(&wrong)).transpose()?;
    let signature = payments.word("signature", &SignatureKind::WORDS)?.unwrap_or_default();
    if wrong.is_some() && signature != SignatureKind::Ecdsa {
        let message =
            "`wrong` and `signature` do not go together: what is changed in a payment is its plain form";
        return Err(payments.error_at("signature", message));
    }
    let method = read_method(&payments)?;
    let is_plain = wrong.is_none() && signature == SignatureKind::Ecdsa;
    if method != Method::Eip3009 && !is_plain {
        let message = "payments over Permit2 have neither `wrong` nor another `signature`";
        return Err(payments.error_at("method", message));
    }
    Ok(Payments {
        payers: count(&payments, "payers", 1..=MOST_PAYERS)?.unwrap_or(default.payers),
        price: payments.number("price", 1, DEAREST)?.unwrap_or(default.price),
        window: time(&payments, "window", WINDOWS)?.unwrap_or(default.window),
        token: payments.word("token", &tokens)?.flatten().unwrap_or(default.token),
        method,
        signature,
        wrong,
    })
}

fn read_method(payments: &Table<'_>) -> Result<Method, PlanError> {
    const METHODS: [(&str, bool); 2] = [("eip3009", false), ("permit2", true)];
    const SCHEMES: [(&str, bool); 2] = [("exact", false), ("upto", true)];
    let over_permit2 = payments.word("method", &METHODS)?.unwrap_or(false);
    match (over_permit2, payments.word("scheme", &SCHEMES)?.unwrap_or(false)) {
        (false, false) => Ok(Method::Eip3009),
        (true, false) => Ok(Method::Permit2Exact),
        (true, true) => Ok(Method::Permit2Upto),
        (false, true) => {
            let error = payments.error_at("scheme", "scheme upto goes over Permit2 only");
            Err(error.with_help("write method = \"permit2\" as well"))
        }
    }
}

fn read_wrong(wrong: &Table<'_>) -> Result<Wrong, PlanError> {
    wrong.only(&WRONG)?;
    let value = wrong.needed_value("share")?;
    let share = float(value).filter(|share| *share > 0.0 && *share < 1.0);
    let share = share.ok_or_else(|| wrong.wrong(value, "share", "a number above 0 and below 1"))?;
    wrong.needed_value("changes")?;
    let changes = changes(wrong, "changes")?;
    if changes.is_empty() {
        return Err(wrong.error_at("changes", "`changes` is empty, and without one a payment is not wrong"));
    }
    Ok(Wrong { share, changes })
}

// ---- [[stages]] --------------------------------------------------------------------------------------------------

fn read_stages(root: &Table<'_>) -> Result<Vec<Stage>, PlanError> {
    let tables = root.tables("stages")?;
    let stages: Vec<Stage> = tables.iter().map(read_stage).collect::<Result<_, _>>()?;
    match tables.first().filter(|_| stages.iter().all(|stage| stage.warm_up)) {
        Some(first) => Err(first.error_at("warm-up", "all stages are warm-ups, so nothing is measured")),
        None => Ok(stages),
    }
}

fn read_stage(stage: &Table<'_>) -> Result<Stage, PlanError> {
    only(stage, &STAGE)?;
    stage.needed_value("for")?;
    let length = time(stage, "for", MILLISECOND..=LONGEST)?.unwrap_or_default();
    Ok(Stage { length, pace: read_pace(stage)?, warm_up: stage.flag("warm-up")?.unwrap_or(false) })
}

fn read_pace(stage: &Table<'_>) -> Result<Pace, PlanError> {
    let pace = "either `rate`, payments per second, or `users`, who wait for their answers";
    match (stage.value("rate"), count(stage, "users", 1..=MOST_USERS)?) {
        (Some(value), None) => read_rate(stage, value),
        (None, Some(users)) => Ok(Pace::Users(users)),
        (Some(_), Some(_)) => Err(stage
            .error_at("users", "`rate` and `users` do not go together")
            .with_help(format!("a stage has {pace}"))),
        (None, None) => Err(stage
            .source
            .error(stage.span.clone(), "this stage has neither `rate` nor `users`")
            .with_help(format!("a stage has {pace}"))),
    }
}

fn read_rate(stage: &Table<'_>, value: &Spanned<DeValue<'_>>) -> Result<Pace, PlanError> {
    match value.get_ref() {
        DeValue::Table(table) => {
            let ramp = Table::part(stage.source, "`rate`", value.span(), table);
            ramp.only(&["from", "to"])?;
            let end = |key| rate(&ramp, key, ramp.needed_value(key)?);
            Ok(Pace::Rate { from: end("from")?, to: end("to")? })
        }
        DeValue::Integer(_) | DeValue::Float(_) => {
            let rate = rate(stage, "rate", value)?;
            Ok(Pace::Rate { from: rate, to: rate })
        }
        _ => Err(stage.wrong(value, "rate", "a number such as 20, or { from = 5, to = 200 }")),
    }
}

/// Payments per second.
fn rate(table: &Table<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Result<f64, PlanError> {
    let rate = float(value).filter(|rate| (SLOWEST..=FASTEST).contains(rate));
    let wanted = format!("a number of payments per second from {SLOWEST} to {FASTEST}");
    rate.ok_or_else(|| table.wrong(value, key, &wanted))
}

// ---- values ------------------------------------------------------------------------------------------------------

/// As [`Table::only`], for whoever writes a key of the top below a header, where TOML takes it for one of the table.
fn only(table: &Table<'_>, keys: &[&str]) -> Result<(), PlanError> {
    let is_lost = |key: &str| PLAN.contains(&key) && !keys.contains(&key);
    table.only(keys).map_err(|error| match table.keys().iter().find(|(key, _)| !keys.contains(key)) {
        Some((key, _)) if is_lost(key) => {
            error.with_help(format!("`{key}` stands at the top, before the first [table]"))
        }
        _ => error,
    })
}

fn count(table: &Table<'_>, key: &str, range: RangeInclusive<u64>) -> Result<Option<u32>, PlanError> {
    let count = table.number(key, *range.start(), *range.end())?;
    Ok(count.and_then(|count| u32::try_from(count).ok()))
}

/// A time within a range.
fn time(
    table: &Table<'_>,
    key: &str,
    range: RangeInclusive<Duration>,
) -> Result<Option<Duration>, PlanError> {
    let Some(value) = table.value(key) else { return Ok(None) };
    let read = value.get_ref().as_str().and_then(read_time).filter(|time| range.contains(time));
    let (least, most) =
        (super::quantity::write_time(*range.start()), super::quantity::write_time(*range.end()));
    let wanted = format!("a time from {least} to {most}, such as \"450ms\", \"1.5s\", \"2m\" or \"1h\"");
    read.map(Some).ok_or_else(|| table.wrong(value, key, &wanted))
}

/// A number with or without a point.
fn float(value: &Spanned<DeValue<'_>>) -> Option<f64> {
    match value.get_ref() {
        DeValue::Float(float) => float.as_str().parse().ok(),
        // Through its text, so that no whole number is rounded on the way.
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        _ => None,
    }
}
