//! What the offer says.

use super::{claims, found};
use crate::check::Judged;
use crate::cx::Cx;

pub(super) async fn says_required(cx: Cx) -> Judged {
    for claim in claims(&cx).await? {
        if !claim.info["required"].is_boolean() {
            let got = format!("{}: info {}", claim.route, claim.info);
            found(
                &cx,
                (cx.rule(), "required-is-no-boolean"),
                "info.required true or false",
                got,
                &claim.visit,
            );
        }
    }
    Ok(())
}
