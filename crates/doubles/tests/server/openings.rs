//! Paths and methods: the conforming shop has one way in, some mutants have another.

use crate::client::Ask;
use crate::town::Town;
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_wire::Version;

/// Requests past the gate, with the mutant that each of them opens.
fn odd_requests(url: &str) -> Vec<(Fault, Ask)> {
    let get = |fault, target: &str| (fault, Ask::get(target));
    vec![
        get(Fault::DecodesPercent, "/%63heap"),
        get(Fault::DecodesSlash, "/items%2F7"),
        get(Fault::FoldsBackslash, "/items\\7"),
        get(Fault::FoldsBackslash, "/files/a%5Cb"),
        get(Fault::DropsNewline, "/cheap%0A"),
        get(Fault::DropsNewline, "/files/a%0Ab"),
        get(Fault::ResolvesDotSegments, "/free/../cheap"),
        get(Fault::ResolvesDotSegments, "/./cheap"),
        get(Fault::CollapsesSlashes, "//cheap"),
        get(Fault::StripsTrailingSlash, "/cheap/"),
        get(Fault::IgnoresCase, "/CHEAP"),
        get(Fault::AbsoluteFormOpens, &format!("{url}/cheap")),
        get(Fault::MalformedPercentOpens, "/cheap%"),
        get(Fault::MalformedPercentOpens, "/items/7%c0"),
        get(Fault::QueryOpens, "/cheap?x=1"),
        get(Fault::PathParameterOpens, "/cheap;x=1"),
        get(Fault::DecodesTwice, "/%2563heap"),
        get(Fault::DropsCarriageReturn, "/cheap%0D"),
        get(Fault::CutsAtNul, "/cheap%00.html"),
        get(Fault::TrimsBlanks, "/%20cheap"),
        get(Fault::DropsLineSeparators, "/cheap%E2%80%A8"),
        get(Fault::IgnoresExtension, "/cheap.json"),
        get(Fault::EncodedQueryOpens, "/items/7%3Fx=1"),
        get(Fault::NetworkPathOpens, "//other.example/cheap"),
        get(Fault::AddsMissingSlash, "cheap"),
        (Fault::RewriteHeaderOpens, Ask::get("/free").header("X-Original-URL", "/cheap")),
        (Fault::RewriteHeaderOpens, Ask::get("/free").header("X-Rewrite-URL", "/items/7")),
        (Fault::LocalHostOpens, Ask::get("/cheap").header("Host", "localhost")),
        (Fault::ForwardedForOpens, Ask::get("/cheap").header("X-Forwarded-For", "127.0.0.1")),
        (Fault::OverrideOpens, Ask::new("POST", "/cheap").header("X-HTTP-Method-Override", "GET")),
        (Fault::OldHttpOpens, Ask::get("/cheap HTTP/1.0\r\nX-Rest:")),
        (Fault::OldestHttpOpens, Ask::get("/cheap\r\nX-Rest:")),
        get(Fault::TrimsRawBlanks, "/cheap "),
        get(Fault::TrimsRawBlanks, "/items/7\t"),
        (Fault::HeadRunsHandler, Ask::new("HEAD", "/cheap")),
        (Fault::OptionsRunsHandler, Ask::new("OPTIONS", "/cheap")),
        (Fault::LowerCaseMethodOpens, Ask::new("get", "/cheap")),
        (Fault::OtherMethodsOpen, Ask::new("PUT", "/cheap")),
        (Fault::BodyOnGetOpens, Ask::get("/cheap").body("x")),
    ]
}

#[tokio::test]
async fn no_odd_request_gets_past_the_gate_of_the_conforming_shop() {
    let town = Town::start().await;
    let shop = town.shop(None).await;
    for (fault, ask) in odd_requests(&shop.url()) {
        let answer = shop.send(&ask).await;
        assert!(!answer.serves(), "{fault:?}: {}", answer.text);
        let expected = match fault {
            Fault::AbsoluteFormOpens
            | Fault::QueryOpens
            | Fault::HeadRunsHandler
            | Fault::BodyOnGetOpens
            | Fault::LocalHostOpens
            | Fault::ForwardedForOpens
            | Fault::OldHttpOpens => 402,
            Fault::RewriteHeaderOpens => 200,
            Fault::OldestHttpOpens | Fault::TrimsRawBlanks => 400,
            Fault::OptionsRunsHandler => 204,
            Fault::LowerCaseMethodOpens | Fault::OtherMethodsOpen | Fault::OverrideOpens => 405,
            _ => 404,
        };
        assert_eq!(answer.status, expected, "{fault:?}: {}", answer.text);
    }
    for target in ["http://user@127.0.0.1/cheap", "http://127.0.0.1//cheap", "ftp://127.0.0.1/cheap", "*"] {
        assert_eq!(shop.send(&Ask::get(target)).await.status, 404, "{target}");
    }
    for route in ["cheap", "item", "files"] {
        assert_eq!(shop.runs(route).await, 0);
    }
}

#[tokio::test]
async fn each_mutant_opens_for_its_own_request_and_for_no_other() {
    let town = Town::start().await;
    let faults: Vec<Fault> = odd_requests("").into_iter().map(|(fault, _)| fault).collect();
    for fault in faults {
        let shop = town.shop(fault).await;
        for (opened, ask) in odd_requests(&shop.url()) {
            let runs = async || {
                let mut sum = 0;
                for route in ["cheap", "item", "files"] {
                    sum += shop.runs(route).await;
                }
                sum
            };
            let before = runs().await;
            let answer = shop.send(&ask).await;
            let ran = runs().await > before;
            // What names another method in a header is itself one that the route does not have.
            let is_both = fault == Fault::OtherMethodsOpen && opened == Fault::OverrideOpens;
            assert_eq!(ran, opened == fault || is_both, "{fault:?} {ask:?}: {}", answer.text);
            // HEAD has no body.
            assert_eq!(answer.serves(), ran && opened != Fault::HeadRunsHandler, "{fault:?} {ask:?}");
        }
    }
}

#[tokio::test]
async fn a_paid_head_takes_nothing_but_from_one_mutant() {
    let town = Town::start().await;
    for (fault, status) in [(None, 405), (Some(Fault::HeadCharges), 200)] {
        let shop = town.shop(fault).await;
        let payment = shop.payment(Version::V2, "cheap").await;
        let head = Ask::new("HEAD", "/cheap").header("PAYMENT-SIGNATURE", &payment.header());
        assert_eq!(shop.send(&head).await.status, status);
        assert_eq!(town.transfers(&payment).await.len(), usize::from(fault.is_some()));
    }
}

#[tokio::test]
async fn mutants_give_away_what_is_no_route_ask_for_what_is_free_and_work_unpaid() {
    let town = Town::start().await;
    let shop = town.shop(Fault::UnknownPathServes).await;
    assert!(shop.send(&Ask::get("/nowhere")).await.serves());
    assert_eq!(shop.unpaid("cheap").await.status, 402);

    let shop = town.shop(Fault::FreeRouteAsks).await;
    assert_eq!(shop.send(&Ask::get("/free")).await.status, 402);
    assert_eq!(shop.runs("cheap").await, 0);

    let shop = town.shop(Fault::HandlerRunsUnpaid).await;
    let answer = shop.unpaid("cheap").await;
    assert_eq!((answer.status, answer.serves(), shop.runs("cheap").await), (402, false, 1));
}
