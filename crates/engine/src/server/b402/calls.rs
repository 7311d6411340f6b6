//! How a merchant asks the facilitator.

use super::violated;
use crate::check::{Check, Judged, Stop, check};
use crate::cx::{Cx, Violation};
use crate::server::permit2;
use gauntlet_wire::U256;
use gauntlet_wire::permit2::Permit2Scheme;

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "server.b402.charge",
            "what is charged of a permit2-upto payment stands in settleAmount",
            &["B402-RS-CALL-001"],
            "nothing is settled, or the whole of what was signed",
            charge,
        ),
        check(
            "server.b402.signed",
            "every call to the facilitator is signed by the merchant's key",
            &["B402-RS-CALL-002"],
            "calls fail, and count against what the merchant may ask in a second",
            signed,
        ),
    ]
}

async fn charge(cx: Cx) -> Judged {
    let member = cx.world.dialect().and_then(|dialect| dialect.settling.charge.clone());
    let member = member.ok_or_else(|| Stop::NotApplicable("the dialect has no member for it".into()))?;
    let (visit, signed, calls) = permit2::settled(&cx, Permit2Scheme::Upto).await?;
    let asked = calls.iter().filter_map(|call| call.request.as_ref()).next_back();
    let Some(asked) = asked else {
        return Err(Stop::Inconclusive(format!("the server did not come to settle: {}", visit.got())));
    };
    let said = asked[&member].as_str().and_then(|text| text.parse::<U256>().ok());
    if said.is_none_or(|said| said > signed) {
        let want = format!("{member}: atomic units as text, {signed} at most");
        violated(&cx, "no-charge", &want, format!("{}", asked[&member]), &visit);
    }
    Ok(())
}

async fn signed(cx: Cx) -> Judged {
    // Whatever the others have asked counts as well.
    let purchase = cx.purchase("cheap").await?;
    let (visit, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    let turned_away = cx.shop()?.scripted()?.turned_away();
    if let Some(first) = turned_away.first() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "turned-away",
            want: "no call that the facilitator turns away".into(),
            got: format!("{} of them, the first: {first}", turned_away.len()),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}
