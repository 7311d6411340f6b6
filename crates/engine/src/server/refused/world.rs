//! Worlds in which a good payment is worth nothing.

use crate::check::Judged;
use crate::cx::Cx;
use crate::payment::Payment;
use gauntlet_wire::U256;

/// What is done to a payer before he pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preparation {
    BalanceShort,
    BalanceZero,
    Cancelled,
    Spent,
    Blacklisted,
}

/// Arranges the world around a payment.
pub(super) async fn prepare(cx: &Cx, payment: &mut Payment, preparation: Preparation) -> Judged {
    let chain = &cx.world.chain;
    let (token, payer) = (payment.token.address, payment.payer.address());
    let change = match preparation {
        Preparation::BalanceShort | Preparation::BalanceZero => {
            let left = match preparation {
                Preparation::BalanceShort => payment.draft.authorization.value.saturating_sub(U256::ONE),
                _ => U256::ZERO,
            };
            chain.set_balance(token, payer, left).await?;
            payment.ledger.balance = left;
            format!("the payer owns {left} units")
        }
        Preparation::Cancelled => {
            chain.cancel(&payment.token, &payment.payer, payment.key().nonce).await?;
            payment.ledger.nonce_used = true;
            "the payer has cancelled the nonce".into()
        }
        Preparation::Spent => {
            let presented = payment.draft.present()?;
            cx.world.history.relay(payment.key());
            chain.relay(token, &presented.authorization, &presented.signature).await?;
            payment.ledger.nonce_used = true;
            "somebody else has submitted the authorization already".into()
        }
        Preparation::Blacklisted => {
            chain.set_blacklisted(token, payer, true).await?;
            payment.ledger.blocked = true;
            "the token has blacklisted the payer".into()
        }
    };
    payment.changes.push(change);
    Ok(())
}

/// A payer who signs for another token owns enough of it: whoever takes it is really paid in it.
pub(super) async fn fund_what_is_signed(cx: &Cx, payment: &Payment) -> Judged {
    let other = cx.world.chain.tokens().other.address;
    if payment.draft.domain.verifying_contract == other {
        cx.world.chain.set_balance(other, payment.payer.address(), payment.ledger.balance).await?;
    }
    Ok(())
}
