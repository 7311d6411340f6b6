//! Worlds in which a good payment is not good any more.

use crate::check::Stop;
use crate::cx::Cx;
use crate::payment::Payment;
use gauntlet_wire::{Mutation, Token, TokenView, U256};

/// A world in which a good payment is not good any more.
#[derive(Clone, Copy)]
pub(super) enum Preparation {
    BalanceShort,
    BalanceZero,
    NonceCancelled,
    NonceSpent,
    PayerBlacklisted,
    PayeeBlacklisted,
    TokenPaused,
    TokenWithoutEip3009,
    AssetWithoutCode,
    OtherToken,
}

/// Arranges the world and answers with a payment that it makes bad.
pub(super) async fn prepare(cx: &Cx, preparation: Preparation) -> Result<Payment, Stop> {
    let chain = &cx.world.chain;
    let tokens = chain.tokens();
    let version = cx.version();
    let mut payment = match preparation {
        Preparation::TokenPaused => cx.payment_in(version, tokens.paused.clone()).await?,
        Preparation::TokenWithoutEip3009 => cx.payment_in(version, tokens.plain.clone()).await?,
        Preparation::AssetWithoutCode => {
            let nowhere = Token { address: cx.key("no contract").address(), ..tokens.usdc.clone() };
            cx.payment_in(version, nowhere).await?
        }
        _ => cx.payment().await?,
    };
    let (token, payer) = (payment.token.address, payment.payer.address());
    let change = match preparation {
        Preparation::BalanceShort | Preparation::BalanceZero => {
            let left = match preparation {
                Preparation::BalanceShort => payment.draft.authorization.value - U256::ONE,
                _ => U256::ZERO,
            };
            chain.set_balance(token, payer, left).await?;
            payment.ledger.balance = left;
            format!("the payer owns {left} units")
        }
        Preparation::NonceCancelled => {
            chain.cancel(&cx.world.authority(&payment.token), &payment.payer, payment.key().nonce).await?;
            payment.ledger.nonce_used = true;
            "the payer has cancelled the nonce".into()
        }
        Preparation::NonceSpent => {
            let presented = payment.draft.present()?;
            cx.world.history.relay(payment.key());
            chain
                .relay(
                    cx.world.authority(&payment.token).address,
                    &presented.authorization,
                    &presented.signature,
                )
                .await?;
            payment.ledger.nonce_used = true;
            "somebody else has submitted the authorization already".into()
        }
        Preparation::PayerBlacklisted => {
            chain.set_blacklisted(token, payer, true).await?;
            payment.ledger.blocked = true;
            "the token has blacklisted the payer".into()
        }
        Preparation::PayeeBlacklisted => {
            chain.set_blacklisted(token, payment.draft.authorization.to, true).await?;
            payment.ledger.blocked = true;
            "the token has blacklisted the payee".into()
        }
        Preparation::TokenPaused => {
            payment.ledger.token = paused(&payment.token);
            "the token is paused".into()
        }
        Preparation::TokenWithoutEip3009 => {
            payment.ledger.token = TokenView::Plain;
            "the token has no EIP-3009".into()
        }
        Preparation::AssetWithoutCode => {
            payment.ledger.token = TokenView::NoCode;
            "the asset is no contract".into()
        }
        Preparation::OtherToken => {
            let other = tokens.other.clone();
            chain.set_balance(other.address, payer, payment.ledger.balance).await?;
            payment.ledger.token = TokenView::Eip3009 {
                name: other.name.clone(),
                version: other.version.clone(),
                paused: false,
            };
            return Ok(payment.with(&Mutation::AssetSwapped(Box::new(other))));
        }
    };
    payment.changes.push(change);
    Ok(payment)
}

fn paused(token: &Token) -> TokenView {
    TokenView::Eip3009 { name: token.name.clone(), version: token.version.clone(), paused: true }
}
