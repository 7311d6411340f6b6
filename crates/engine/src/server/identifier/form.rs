//! No identifier, or one that is none.

use super::{claims, found, fresh, purchase, weighed};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use gauntlet_report::Class;

pub(super) async fn missing(cx: Cx) -> Judged {
    let claims = claims(&cx).await?;
    let Some(claim) = claims.iter().find(|claim| claim.info["required"] == true) else {
        return Err(Stop::NotApplicable("no route of the server requires a payment identifier".into()));
    };
    let purchase = cx.purchase(claim.route).await?;
    let (visit, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    if visit.served() {
        found(&cx, (cx.rule(), "sold-without-identifier"), "status 400", visit.got(), &visit);
    } else if visit.status() != 400 {
        weighed(&cx, (cx.rule(), "other-status", Some(Class::W)), "status 400", visit.got(), &visit);
    }
    Ok(())
}

pub(super) async fn malformed(cx: Cx) -> Judged {
    let route = claims(&cx).await?[0].route;
    let good = fresh(&cx);
    let long: String = good.chars().cycle().take(129).collect();
    let bad = [
        ("of 15 characters", good[..15].to_owned()),
        ("of 129 characters", long),
        ("with a blank", good.replacen('_', " ", 1)),
        ("with a letter that is not of ASCII", good.replacen('_', "ä", 1)),
    ];
    for (what, id) in bad {
        let purchase = purchase(&cx, route, &id).await?;
        let (visit, _) = cx.buy(&purchase).await?;
        cx.must_have_come(&visit)?;
        if visit.served() {
            let want = format!("a refusal of an identifier {what}");
            found(&cx, (cx.rule(), "taken"), &want, visit.got(), &visit);
        }
    }
    Ok(())
}
