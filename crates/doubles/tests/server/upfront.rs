//! The route that is settled before its handler runs, and the extension that the cheap route offers.

use crate::client::Answer;
use crate::outages::failed;
use crate::town::{Payment, Shop, Town};
use gauntlet_doubles::scripted::Endpoint::{Settle, Verify};
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_wire::header::encode;
use gauntlet_wire::{Mutation, Version};
use serde_json::{Value, json};

/// A payment that repeats the flow of the offer.
async fn payment(shop: &Shop<'_>) -> Payment {
    let mut payment = shop.payment(Version::V2, "upfront").await;
    let extra = &shop.unpaid("upfront").await.challenge()["accepts"][0]["extra"];
    let set = Mutation::Set("/paymentPayload/accepted/extra".into(), extra.clone());
    set.apply(&mut payment.draft, 0);
    payment
}

#[tokio::test]
async fn a_payment_is_settled_before_the_handler_runs() {
    let town = Town::start().await;
    for (fault, flow, calls, runs_in_vain) in [
        (None, json!("upfront"), &[Settle][..], 0),
        (Some(Fault::UpfrontInNameOnly), json!("upfront"), &[Verify, Settle], 1),
        (Some(Fault::UpfrontVerifies), json!("upfront"), &[Verify, Settle], 0),
        (Some(Fault::HandlerAfterFailedUpfront), json!("upfront"), &[Settle], 1),
        (Some(Fault::UpfrontUnnamed), Value::Null, &[Settle], 0),
        (Some(Fault::EscrowInNameOnly), json!("escrow"), &[Verify, Settle], 1),
    ] {
        let shop = town.shop(fault).await;
        assert_eq!(shop.unpaid("upfront").await.challenge()["accepts"][0]["extra"]["paymentFlow"], flow);
        assert_eq!(shop.unpaid("cheap").await.challenge()["accepts"][0]["extra"].get("paymentFlow"), None);

        let good = payment(&shop).await;
        let answer = shop.present("upfront", &good).await;
        assert!(answer.serves(), "{fault:?}: {}", answer.text);
        assert_eq!(shop.calls(&good), calls, "{fault:?}");
        let transaction = answer.receipt(Version::V2).expect("a receipt").transaction.expect("a hash");
        assert_eq!(town.transfers(&good).await, [transaction]);
        assert_eq!(shop.present("upfront", &good).await.status, 402, "once is enough");
        assert_eq!(shop.runs("upfront").await, 1);

        let poor = payment(&shop).await;
        town.facilitator().script(poor.nonce(), Settle, vec![failed("insufficient_funds", "")]);
        let refused = shop.present("upfront", &poor).await;
        assert_eq!((refused.status, refused.serves()), (402, false), "{fault:?}");
        assert_eq!(shop.runs("upfront").await, 1 + runs_in_vain, "{fault:?}");
    }
}

#[tokio::test]
async fn version_1_knows_no_flows() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    assert_eq!(shop.unpaid("upfront").await.json()["accepts"][0]["extra"].get("paymentFlow"), None);
    let (payment, answer) = shop.buy(Version::V1, "upfront").await;
    assert!(answer.serves(), "{}", answer.text);
    assert_eq!(shop.calls(&payment), [Verify, Settle]);
}

/// Buys the cheap route with this echo of its extensions.
async fn echoing(shop: &Shop<'_>, edit: impl Fn(&mut Value)) -> Answer {
    let mut payload = shop.payment(Version::V2, "cheap").await.payload();
    payload["extensions"] = shop.unpaid("cheap").await.challenge()["extensions"].clone();
    edit(&mut payload["extensions"]);
    shop.present_text("cheap", Version::V2, &encode(&payload)).await
}

#[tokio::test]
async fn what_is_repeated_of_an_extension_may_grow_and_must_not_change() {
    let town = Town::start().await;
    let same = |_: &mut Value| ();
    let grown = |echo: &mut Value| echo["gauntlet-note"]["info"]["more"] = json!(1);
    let other = |echo: &mut Value| echo["unheard-of"] = json!({ "info": {} });
    let changed = |echo: &mut Value| echo["gauntlet-note"]["info"]["note"] = json!("For nothing");
    for (fault, served) in [
        (None, [true, true, true, false]),
        (Some(Fault::IgnoresExtensionEcho), [true, true, true, true]),
        (Some(Fault::RefusesGrownEcho), [true, false, true, false]),
        (Some(Fault::RefusesUnknownExtensions), [true, true, false, false]),
    ] {
        let shop = town.shop(fault).await;
        let answers = [
            echoing(&shop, same).await,
            echoing(&shop, grown).await,
            echoing(&shop, other).await,
            echoing(&shop, changed).await,
        ];
        assert_eq!(answers.each_ref().map(Answer::serves), served, "{fault:?}");
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 402)));
    }
}

#[tokio::test]
async fn extensions_are_offered_wrongly_and_can_still_be_repeated() {
    let town = Town::start().await;
    for (fault, pointer, value) in [
        (Fault::ExtensionWithoutSchema, "/gauntlet-note/schema", Some(Value::Null)),
        (Fault::ExtensionInfoBreaksSchema, "/gauntlet-note/info/edition", None),
        (Fault::ExtensionsList, "/gauntlet-note", None),
    ] {
        let shop = town.shop(fault).await;
        let offered = shop.unpaid("cheap").await.challenge()["extensions"].clone();
        assert_eq!(offered.pointer(pointer), value.as_ref(), "{fault:?}: {offered}");
        assert_eq!(offered.is_array(), fault == Fault::ExtensionsList);
        assert!(echoing(&shop, |_| ()).await.serves(), "{fault:?}");
    }
    let good = town.shop(None).await.unpaid("cheap").await.challenge()["extensions"].clone();
    assert!(good["gauntlet-note"]["info"]["edition"].is_u64() && good["gauntlet-note"]["schema"].is_object());
}
