//! What browsers and caches make of a 402.

use super::{Wrong, told_of};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::server::buyer::ask;
use crate::server::visit::Visit;
use gauntlet_probe::Request;
use gauntlet_wire::Version;
use gauntlet_wire::header::{PAYMENT_REQUIRED, payment_header};

/// Where the page of the buyer comes from.
pub(in crate::server) const ORIGIN: &str = "https://buyer.example";

pub(super) async fn page(cx: Cx) -> Judged {
    // Without its header the check would find what is missing for everybody.
    told_of(&cx, "cheap").await?;
    let request = ask(&cx.route("cheap")?)
        .header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    let visit = cx.knock(request, "the cheap route as a browser asks for it").await?;
    cx.must_have_come(&visit)?;
    if visit.status() != 402 {
        Wrong::new("browser-not-402", "status 402", format!("status {}", visit.status())).found(&cx, &visit);
    }
    if visit.challenge(Version::V2).is_none() {
        let got = "a 402 without it, or with one that cannot be read";
        Wrong::new("browser-without-header", "PAYMENT-REQUIRED beside the page", got).found(&cx, &visit);
    }
    Ok(())
}

pub(super) async fn not_kept(cx: Cx) -> Judged {
    let visit = cx.unpaid("cheap").await?;
    cx.must_have_come(&visit)?;
    if let Some(wrong) = kept(&visit) {
        wrong.found(&cx, &visit);
    }
    Ok(())
}

/// What lets a shared cache keep an answer. `no-cache` lets it keep the answer, but not use it unasked.
pub(in crate::server) fn kept(visit: &Visit) -> Option<Wrong> {
    let said = visit.values("Cache-Control").join(", ");
    let directives: Vec<String> = said.split(',').map(|part| part.trim().to_ascii_lowercase()).collect();
    let says = |name: &str| directives.iter().any(|directive| directive == name);
    let want = "Cache-Control with no-store or private";
    if says("no-store") || says("private") || says("no-cache") {
        return None;
    }
    if said.is_empty() {
        return Some(Wrong::new("cache-not-forbidden", want, "no Cache-Control"));
    }
    Some(Wrong::new("cache-allowed", want, format!("Cache-Control {said}")))
}

/// The answer to a page of another origin; not applicable when it may not read it anyhow.
async fn from_elsewhere(cx: &Cx) -> Result<Visit, Stop> {
    let request = ask(&cx.route("cheap")?).header("Origin", ORIGIN);
    let visit = cx.knock(request, "the cheap route as a page of another origin asks for it").await?;
    cx.must_have_come(&visit)?;
    if visit.header("Access-Control-Allow-Origin").is_none() {
        return Err(Stop::NotApplicable("the server lets no page of another origin read its answers".into()));
    }
    Ok(visit)
}

pub(super) async fn exposed(cx: Cx) -> Judged {
    let visit = from_elsewhere(&cx).await?;
    if !cx.world.claims.versions.contains(&Version::V2) {
        return Err(Stop::NotApplicable("version 1 has its offers in the body".into()));
    }
    if let Some(wrong) = hidden(&visit, PAYMENT_REQUIRED) {
        wrong.found(&cx, &visit);
    }
    Ok(())
}

/// What keeps a page from reading a header.
pub(in crate::server) fn hidden(visit: &Visit, name: &str) -> Option<Wrong> {
    let exposed = visit.values("Access-Control-Expose-Headers").join(", ");
    let got =
        if exposed.is_empty() { "no Access-Control-Expose-Headers".to_owned() } else { exposed.clone() };
    (!names(&exposed, name)).then(|| {
        let want = "Access-Control-Expose-Headers with the payment header";
        Wrong::new("not-exposed", want, format!("{got}; {name} is not in it"))
    })
}

/// Whether a list of headers has one, or all.
fn names(list: &str, name: &str) -> bool {
    list.split(',').map(str::trim).any(|listed| listed == "*" || listed.eq_ignore_ascii_case(name))
}

pub(super) async fn preflight(cx: Cx) -> Judged {
    from_elsewhere(&cx).await?;
    let route = cx.route("cheap")?;
    for version in cx.world.claims.versions.clone() {
        let name = payment_header(version);
        let mut request = Request::get(&route.path);
        "OPTIONS".clone_into(&mut request.method);
        let request = request
            .header("Origin", ORIGIN)
            .header("Access-Control-Request-Method", route.method.as_str())
            .header("Access-Control-Request-Headers", name.to_ascii_lowercase());
        let visit = cx.knock(request, "a preflight for the cheap route").await?;
        cx.must_have_come(&visit)?;
        let allowed = visit.values("Access-Control-Allow-Headers").join(", ");
        if !(200..300).contains(&visit.status()) {
            let got = format!("status {}", visit.status());
            Wrong::new("preflight-refused", "a preflight that succeeds", got).found(&cx, &visit);
        } else if !names(&allowed, name) {
            let got = format!("Access-Control-Allow-Headers {allowed:?}, without {name}");
            Wrong::new("header-not-allowed", "the payment header among those allowed", got)
                .found(&cx, &visit);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_report::{Exchange, Message};

    fn visit(headers: &str) -> Visit {
        let message =
            || Message { head: format!("HTTP/1.1 402 Payment Required\r\n{headers}"), ..Message::default() };
        let exchange = Exchange {
            seq: 1,
            url: String::new(),
            method: "GET".into(),
            started_ms: 0,
            took_us: 0,
            request: Message::default(),
            response: Some(message()),
            status: Some(402),
            fault: None,
        };
        Visit::of(exchange, String::new(), Some("canary"))
    }

    #[test]
    fn caches_keep_what_they_are_not_forbidden() {
        let kind = |headers: &str| kept(&visit(headers)).map(|wrong| wrong.kind);
        for good in ["no-store", "private", "Private, max-age=60", "max-age=0, no-cache"] {
            assert_eq!(kind(&format!("Cache-Control: {good}")), None, "{good}");
        }
        assert_eq!(kind("Cache-Control: public, max-age=60"), Some("cache-allowed"));
        assert_eq!(kind("Cache-Control: max-age=60"), Some("cache-allowed"));
        assert_eq!(kind("Server: x"), Some("cache-not-forbidden"));
        assert_eq!(kind("Cache-Control: max-age=1\r\nCache-Control: no-store"), None);
    }

    #[test]
    fn exposed_headers_are_found_in_any_case() {
        let is_hidden = |list: &str| hidden(&visit(list), "PAYMENT-REQUIRED").is_some();
        assert!(!is_hidden("Access-Control-Expose-Headers: x-a, payment-required"));
        assert!(!is_hidden("Access-Control-Expose-Headers: *"));
        assert!(is_hidden("Access-Control-Expose-Headers: x-payment-required"));
        assert!(is_hidden("Access-Control-Allow-Origin: *"));
    }
}
