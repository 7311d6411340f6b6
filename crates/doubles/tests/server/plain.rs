//! Every mutant sells for a plain payment unless its fault is about that.

use crate::town::{CANARY, Town};
use gauntlet_doubles::server::mutants::{Fault, MUTANTS};
use gauntlet_wire::Version;

/// Mutants that refuse every payment.
const SELL_NOTHING: &[Fault] = &[Fault::RefusesEverything];
/// Mutants from which no money follows at once.
const TAKE_NOTHING: &[Fault] = &[Fault::NeverSettles, Fault::ServesBeforeSettle];
/// Mutants whose receipt is missing or wrong.
const MISREPORT: &[Fault] = &[
    Fault::NeverSettles,
    Fault::ServesBeforeSettle,
    Fault::NoReceipt,
    Fault::ReceiptNotBase64,
    Fault::ReceiptRawJson,
    Fault::ReceiptUrlSafe,
    Fault::ReceiptOtherTransaction,
    Fault::ReceiptWrongPayer,
    Fault::ReceiptWrongNetwork,
];

#[tokio::test]
async fn every_mutant_starts_and_sells_unless_its_fault_is_that() {
    let town = Town::start().await;
    for mutant in MUTANTS {
        let shop = town.shop(mutant.fault).await;
        for version in Version::ALL {
            for (name, secret) in [("cheap", "cheap"), ("create", "create"), ("item", "item.7")] {
                let (payment, answer) = shop.buy(version, name).await;
                let what = format!("{} {version} {name}: {}", mutant.name, answer.text);
                let sold = answer.status == 200 && answer.body.contains(&format!("{CANARY}.{secret}"));
                let sells_it = mutant.fault != Fault::OnlyCheapSells || name == "cheap";
                assert_eq!(sold, sells_it && !SELL_NOTHING.contains(&mutant.fault), "{what}");
                if !sold || TAKE_NOTHING.contains(&mutant.fault) {
                    continue;
                }
                let moved = town.transfers(&payment).await;
                assert_eq!(moved.len(), 1, "{what}");
                let misreports = MISREPORT.contains(&mutant.fault)
                    || (mutant.fault == Fault::V1ReceiptUnderV2Name && version == Version::V1);
                if !misreports {
                    let receipt = answer.receipt(version).expect("a receipt");
                    assert_eq!(receipt.success, Some(true), "{what}");
                    assert_eq!(receipt.transaction, moved.first().cloned(), "{what}");
                }
            }
        }
        shop.running.stop().await;
    }
}
