//! What the chain says at the end, against what is expected of it.

use super::stage::Stage;
use crate::check::{Judged, Stop};
use crate::cx::Violation;
use crate::scenario::model::{Expect, Given, Named};
use gauntlet_report::Class;
use gauntlet_wire::{Address, U256};
use std::ops::Range;

/// Which side of a payment an account is on.
#[derive(Clone, Copy)]
enum Side {
    Payer,
    Payee,
}

/// An account and the token that it deals in.
struct Account {
    address: Address,
    token: Address,
}

pub(super) async fn judge(stage: &Stage, expect: &Expect, class: Option<Class>) -> Judged {
    for Named { name, what, span } in &expect.balance {
        let account = account(stage, name, Side::Payer)?;
        let owns = stage.cx.world.chain.balance(account.token, account.address).await?;
        let owns = serde_json::Value::from(owns.to_string());
        if !what.fits(Some(&owns)) {
            let (want, got) = (format!("a balance of {name}: {what}"), format!("{owns} units"));
            tell(stage, "balance-differs", want, got, span, class);
        }
    }
    for Named { name, what, span } in &expect.received {
        let account = account(stage, name, Side::Payee)?;
        let got = serde_json::Value::from(received(stage, &account).await?.to_string());
        if !what.fits(Some(&got)) {
            let (want, got) = (format!("received by {name}: {what}"), format!("{got} units"));
            tell(stage, "received-differs", want, got, span, class);
        }
    }
    for Named { name, what, span } in &expect.authorization {
        let payment = stage.payment(name)?;
        let (key, authority) = (payment.key(), stage.cx.world.authority(&payment.token).address);
        let used = stage.cx.world.chain.authorization_used(authority, key.payer, key.nonce).await?;
        if used != *what {
            let said = |used: bool| {
                format!("the authorization of {name} is {}", if used { "used" } else { "unused" })
            };
            tell(stage, "authorization-differs", said(*what), said(used), span, class);
        }
    }
    Ok(())
}

fn tell(
    stage: &Stage,
    kind: &'static str,
    want: String,
    got: String,
    span: &Range<usize>,
    class: Option<Class>,
) {
    stage.cx.find(Violation {
        requirement: stage.scenario.deciding(stage.cx.version()),
        kind,
        want,
        got,
        class,
        place: Some(stage.scenario.picture(span)),
        ..Violation::default()
    });
}

/// Everything that the scenario's payers have sent to an account.
async fn received(stage: &Stage, account: &Account) -> Result<U256, Stop> {
    let (mut sum, mut payers) = (U256::ZERO, Vec::new());
    for actor in stage.actors.values() {
        let payer = actor.payer.address();
        if payers.contains(&payer) {
            continue;
        }
        payers.push(payer);
        let out = stage.cx.world.chain.transfers(account.token, stage.block + 1, Some(payer)).await?;
        let to = out.iter().filter(|transfer| transfer.to == account.address);
        sum = to.fold(sum, |sum, transfer| sum.saturating_add(transfer.value));
    }
    Ok(sum)
}

fn account(stage: &Stage, name: &str, side: Side) -> Result<Account, Stop> {
    let is_named = |given: &&Given| {
        given.name == name || given.payer.as_deref() == Some(name) || given.payee.as_deref() == Some(name)
    };
    let given = stage.scenario.given.iter().find(is_named);
    let actor = given.and_then(|given| stage.actors.get(given.name.as_str()));
    let (Some(given), Some(actor)) = (given, actor) else {
        return Err(Stop::Harness(format!("there is no account {name}")));
    };
    let address = match side {
        _ if given.name != name => stage.cx.key(name).address(),
        Side::Payer => actor.payer.address(),
        Side::Payee => actor.payee,
    };
    Ok(Account { address, token: actor.token })
}
