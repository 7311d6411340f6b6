//! The status of a 402 and the form of its header: everything before the first member is looked at.

use super::{Wrong, all_unpaid, members_twice};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::visit::Visit;
use gauntlet_report::Class;
use gauntlet_wire::Version;
use gauntlet_wire::header::{PAYMENT_REQUIRED, bytes_lenient};
use serde_json::Value;

/// What many proxies allow for one header, bytes.
const PROXIES_READ: usize = 8 * 1024;
/// What clients on Node allow for all headers together, bytes.
const CLIENTS_READ: usize = 16 * 1024;

pub(super) async fn status(cx: Cx) -> Judged {
    for (route, visit) in all_unpaid(&cx).await? {
        if visit.status() != 402 {
            Wrong::new("not-402", "status 402", format!("status {} for {route}", visit.status()))
                .found(&cx, &visit);
        }
    }
    Ok(())
}

pub(super) async fn there(cx: Cx) -> Judged {
    let visits = all_unpaid(&cx).await?;
    for (route, visit) in &visits {
        if visit.values(PAYMENT_REQUIRED).is_empty() {
            let got = format!("status {} for {route}, without the header", visit.status());
            Wrong::new("no-header", "a PAYMENT-REQUIRED header", got).found(&cx, visit);
        }
    }
    if let Some((_, visit)) = visits.first() {
        let kind = visit.header("Content-Type").unwrap_or("no type");
        cx.note(format!(
            "the body of a 402, which means nothing in version 2: {} bytes, {kind}",
            visit.body().len()
        ));
    }
    Ok(())
}

pub(super) async fn one_line(cx: Cx) -> Judged {
    for (route, visit, lines) in all_lines(&cx).await? {
        if lines.len() > 1 {
            let got = format!("{} lines for {route}", lines.len());
            Wrong::new("repeated-header", "one PAYMENT-REQUIRED line", got).found(&cx, &visit);
        }
    }
    Ok(())
}

pub(super) async fn base64(cx: Cx) -> Judged {
    for (route, visit, lines) in all_lines(&cx).await? {
        let want = "base64 in the standard alphabet, with padding";
        for line in lines {
            match bytes_lenient(&line) {
                Err(error) => {
                    Wrong::new("not-base64", want, format!("{route}: {error}")).found(&cx, &visit);
                }
                // Whoever is strict cannot read it, but many are not.
                Ok((_, oddities)) if !oddities.is_empty() => {
                    let got = format!("{route}: {}", oddities.join(", "));
                    Wrong::new("odd-base64", want, got).mild().found(&cx, &visit);
                }
                Ok(_) => {}
            }
        }
    }
    Ok(())
}

pub(super) async fn json(cx: Cx) -> Judged {
    for (route, visit, bytes) in all_bytes(&cx).await? {
        if let Some(wrong) = not_an_object(&bytes) {
            Wrong { got: format!("{route}: {}", wrong.got), ..wrong }.found(&cx, &visit);
        }
    }
    Ok(())
}

fn not_an_object(bytes: &[u8]) -> Option<Wrong> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some(Wrong::new("not-utf8", "UTF-8", "bytes that are none"));
    };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_)) => None,
        Ok(other) => Some(Wrong::new("not-an-object", "a JSON object", super::shown(Some(&other)))),
        Err(error) => Some(Wrong::new("not-json", "a JSON object", error.to_string())),
    }
}

pub(super) async fn members_once(cx: Cx) -> Judged {
    let read = match cx.version() {
        Version::V2 => all_bytes(&cx).await?,
        Version::V1 => {
            let visits = all_unpaid(&cx).await?.into_iter();
            visits.map(|(route, visit)| (route, visit.body().into_bytes(), visit)).map(order).collect()
        }
    };
    for (route, visit, bytes) in read {
        if let Some(member) = members_twice(&bytes).first() {
            let got = format!("{member} stands twice in the 402 of {route}");
            Wrong::new("member-twice", "each member once", got).found(&cx, &visit);
        }
    }
    Ok(())
}

fn order<A, B, C>((route, bytes, visit): (A, B, C)) -> (A, C, B) {
    (route, visit, bytes)
}

pub(super) async fn size(cx: Cx) -> Judged {
    let lines = all_lines(&cx).await?.into_iter();
    let sizes =
        lines.map(|(route, visit, lines)| (lines.iter().map(String::len).sum::<usize>(), route, visit));
    let Some((bytes, route, visit)) = sizes.max_by_key(|(bytes, ..)| *bytes) else { return Ok(()) };
    let got = format!("{bytes} bytes for {route}");
    if bytes > CLIENTS_READ {
        Wrong::new("too-large", "at most 16 KiB", got).found(&cx, &visit);
    } else if bytes > PROXIES_READ {
        let wrong = Wrong::new("large", "at most 8 KiB", got).against("GAUNTLET-RS-003");
        Wrong { class: Some(Class::I), ..wrong }.found(&cx, &visit);
    }
    Ok(())
}

// ---- letters beyond ASCII ---------------------------------------------------------------------------------------

pub(super) async fn beyond_ascii(cx: Cx) -> Judged {
    let want = "the letters as they were configured, in UTF-8";
    let token = cx.world.chain.tokens().usdc.name.clone();
    let mut seen = 0;
    for (route, visit, bytes) in all_bytes(&cx).await? {
        let Ok(text) = std::str::from_utf8(&bytes) else {
            seen += 1;
            Wrong::new("not-utf8", want, format!("{route}: bytes that are no UTF-8")).found(&cx, &visit);
            continue;
        };
        let Ok(object) = serde_json::from_str::<Value>(text) else { continue };
        for text in texts(&object).into_iter().filter(|text| !text.is_ascii()) {
            seen += 1;
            if is_mangled(text) {
                // A guess: nobody but the seller knows what the text should be.
                Wrong::new("mangled", want, format!("{route}: {text:?}")).mild().found(&cx, &visit);
            }
        }
        for (one, other) in pairs(&object, &visit, &token) {
            if !(one.is_ascii() && other.is_ascii()) {
                seen += 1;
                if is_lost(&one, &other) {
                    Wrong::new("lost-letters", want, format!("{route}: {one:?} instead of {other:?}"))
                        .found(&cx, &visit);
                }
            }
        }
    }
    if seen == 0 {
        return Err(Stop::NotApplicable("nothing in any 402 of the server goes beyond ASCII".into()));
    }
    Ok(())
}

/// What the header says, and what the same thing is called elsewhere: in a version 1 body, and by the token.
fn pairs(object: &Value, visit: &Visit, token: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut pairs = Vec::new();
    let body = visit.challenge(Version::V1).unwrap_or_default();
    if let (Some(header), Some(body)) =
        (text(&object["resource"]["description"]), text(&body["accepts"][0]["description"]))
    {
        pairs.push((header, body));
    }
    let offers = object["accepts"].as_array().into_iter().flatten();
    pairs.extend(
        offers.filter_map(|offer| text(&offer["extra"]["name"])).map(|name| (name, token.to_owned())),
    );
    pairs
}

/// Whether a text is another one that lost its letters beyond ASCII: two texts that differ in the others as well are
/// two texts.
fn is_lost(text: &str, whole: &str) -> bool {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    text != whole && plain(text) == plain(whole)
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// Whether a text shows that its bytes were UTF-8 once and were read one by one, as Latin-1, or that letters were lost
/// on the way.
fn is_mangled(text: &str) -> bool {
    let was_utf8 = |run: &str| {
        let bytes: Result<Vec<u8>, _> = run.chars().map(u8::try_from).collect();
        bytes.is_ok_and(|bytes| bytes.len() > 1 && std::str::from_utf8(&bytes).is_ok())
    };
    text.contains('\u{fffd}') || text.split(|c: char| c.is_ascii()).any(was_utf8)
}

// ---- reading ----------------------------------------------------------------------------------------------------

/// The PAYMENT-REQUIRED lines of every route that has one.
async fn all_lines(cx: &Cx) -> Result<Vec<(&'static str, Visit, Vec<String>)>, Stop> {
    let mut read = Vec::new();
    for (route, visit) in all_unpaid(cx).await? {
        let lines: Vec<String> = visit.values(PAYMENT_REQUIRED).into_iter().map(str::to_owned).collect();
        if !lines.is_empty() {
            read.push((route, visit, lines));
        }
    }
    if read.is_empty() {
        return Err(Stop::Inconclusive("no 402 has a PAYMENT-REQUIRED header".into()));
    }
    Ok(read)
}

/// What stands in the first line of every route that has one in base64.
async fn all_bytes(cx: &Cx) -> Result<Vec<(&'static str, Visit, Vec<u8>)>, Stop> {
    let mut read = Vec::new();
    for (route, visit, lines) in all_lines(cx).await? {
        if let Some((bytes, _)) = lines.first().and_then(|line| bytes_lenient(line).ok()) {
            read.push((route, visit, bytes));
        }
    }
    if read.is_empty() {
        return Err(Stop::Inconclusive("no PAYMENT-REQUIRED header is base64".into()));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mangled_letters_are_told_from_foreign_ones() {
        for good in ["USD₮0 für ein Stück", "«café»", "Ñandú", "東京", "Größe 5 °C", "price: 5 €", "“été”…"]
        {
            assert!(!is_mangled(good), "{good}");
            let latin: String = good.bytes().map(char::from).collect();
            assert!(is_mangled(&latin), "{latin}");
        }
        assert!(is_mangled("fÃ¼r"));
        assert!(is_mangled("USD\u{fffd}0"));
    }

    #[test]
    fn lost_letters_are_told_from_other_texts() {
        assert!(is_lost("USD?0 f?r ein St?ck", "USD₮0 für ein Stück") && is_lost("USD0", "USD₮0"));
        assert!(!is_lost("USD₮0", "USD₮0") && !is_lost("One item", "Ein Stück"));
    }

    #[test]
    fn only_an_object_in_utf8_will_do() {
        let kind = |bytes: &[u8]| not_an_object(bytes).map(|wrong| wrong.kind);
        assert_eq!(kind("{\"a\":\"ü\"}".as_bytes()), None);
        assert_eq!(kind(b"{\"a\":\"\xfc\"}"), Some("not-utf8"));
        assert_eq!(kind(b"[]"), Some("not-an-object"));
        assert_eq!(kind(b"\"{}\""), Some("not-an-object"));
        assert_eq!(kind(b"{"), Some("not-json"));
    }
}
