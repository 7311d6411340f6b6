//! The rows: what is asked of a 402, and what is at risk.

use super::{body, browser, entry, extensions, header, object, quiet, steady};
use crate::check::{Lane, Need};
use crate::row::{Row, Topic};

const UNPAYABLE: Topic = Topic {
    lane: Lane::Unpaid,
    risk: "buyers cannot read what to pay, and the server sells nothing to them",
};
const MISREAD: &str = "two readers of one 402 pay differently, or not at all";
const BROWSERS: &str = "buyers in a browser cannot pay";
const KEPT: &str = "a cache serves what was meant for one buyer to others";
const GIVEN: &str = "work is done, or content leaves, for nobody's money";
const TALKATIVE: &str = "whoever asks learns how the server is built and whom to attack next";

/// The rows.
pub const ROWS: &[Row] = &[
    // The status and the header
    UNPAYABLE.twins(
        "server.challenge.status",
        "an unpaid request to any paid route is answered 402",
        &["X402V2-HTTP-RS-001"],
        &["X402V1-HTTP-RS-001"],
        |cx| Box::pin(header::status(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.header",
        "every 402 has a PAYMENT-REQUIRED header, whatever its body is",
        &["X402V2-HTTP-RS-002", "X402V2-HTTP-RS-005"],
        &[],
        |cx| Box::pin(header::there(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.one-header",
        "no 402 has PAYMENT-REQUIRED twice",
        &["X402V2-HTTP-RS-004"],
        &[],
        |cx| Box::pin(header::one_line(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.base64",
        "PAYMENT-REQUIRED is standard base64 with padding",
        &["X402V2-HTTP-RS-003"],
        &[],
        |cx| Box::pin(header::base64(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.json",
        "PAYMENT-REQUIRED contains a JSON object in UTF-8",
        &["X402V2-HTTP-RS-003"],
        &[],
        |cx| Box::pin(header::json(cx)),
    ),
    Row {
        risk: MISREAD,
        ..UNPAYABLE.twins(
            "server.challenge.members-once",
            "no object in a 402 has a member twice",
            &["GAUNTLET-RS-013"],
            &["GAUNTLET-RS-013"],
            |cx| Box::pin(header::members_once(cx)),
        )
    },
    UNPAYABLE.twins(
        "server.challenge.size",
        "PAYMENT-REQUIRED fits into the headers that clients read",
        &["GAUNTLET-RS-004", "GAUNTLET-RS-003"],
        &[],
        |cx| Box::pin(header::size(cx)),
    ),
    Row {
        risk: MISREAD,
        ..UNPAYABLE.twins(
            "server.challenge.beyond-ascii",
            "letters beyond ASCII arrive whole in PAYMENT-REQUIRED",
            &["GAUNTLET-RS-016", "X402V2-HTTP-RS-003"],
            &[],
            |cx| Box::pin(header::beyond_ascii(cx)),
        )
    },
    // The object
    UNPAYABLE.twins(
        "server.challenge.version",
        "a 402 says its version as a number, and its error as a string",
        &["X402V2-CORE-001", "X402V2-CORE-005"],
        &["X402V1-CORE-001"],
        |cx| Box::pin(object::version(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.accepts",
        "a 402 offers at least one way to pay, in a list",
        &["X402V2-CORE-002", "GAUNTLET-RS-019"],
        &["X402V1-CORE-001", "GAUNTLET-RS-019"],
        |cx| Box::pin(object::accepts(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.resource",
        "a 402 describes what is for sale in an object with its url, within the limits of its members",
        &["X402V2-CORE-004", "X402V2-CORE-003", "X402V2-CORE-015"],
        &[],
        |cx| Box::pin(object::resource(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.resource-url",
        "the url of the resource is absolute and has the path that was asked for",
        &["GAUNTLET-RS-020"],
        &["GAUNTLET-RS-020"],
        |cx| Box::pin(object::resource_url(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.extensions",
        "each extension that a 402 offers has the objects info and schema",
        &["X402V2-CORE-013"],
        &[],
        |cx| Box::pin(extensions::members(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.extension-info",
        "the info of an extension satisfies the schema beside it",
        &["X402V2-CORE-014"],
        &[],
        |cx| Box::pin(extensions::satisfied(cx)),
    ),
    // The offers
    UNPAYABLE.twins(
        "server.challenge.scheme",
        "each offer names its scheme",
        &["X402V2-CORE-006"],
        &["X402V1-CORE-002"],
        |cx| Box::pin(entry::each(cx, entry::scheme)),
    ),
    UNPAYABLE.twins(
        "server.challenge.network",
        "each offer names its network as its version does: by CAIP-2 in version 2, by a word in version 1",
        &["X402V2-CORE-007"],
        &["X402V1-CORE-004"],
        |cx| Box::pin(entry::each(cx, entry::network)),
    ),
    UNPAYABLE.twins(
        "server.challenge.amount",
        "the price of each offer is a string of decimal digits",
        &["X402V2-CORE-008"],
        &["X402V1-CORE-002"],
        |cx| Box::pin(entry::each(cx, entry::amount)),
    ),
    UNPAYABLE.twins(
        "server.challenge.asset",
        "the asset of each offer is an address on an EVM network",
        &["X402V2-CORE-009"],
        &["X402V1-CORE-002"],
        |cx| Box::pin(entry::each(cx, entry::asset)),
    ),
    UNPAYABLE.twins(
        "server.challenge.pay-to",
        "the payee of each offer is an address on an EVM network",
        &["X402V2-CORE-010"],
        &["X402V1-CORE-002"],
        |cx| Box::pin(entry::each(cx, entry::pay_to)),
    ),
    UNPAYABLE.twins(
        "server.challenge.timeout",
        "each offer gives the time for its payment as a positive number",
        &["X402V2-CORE-011"],
        &["X402V1-CORE-002"],
        |cx| Box::pin(entry::each(cx, entry::timeout)),
    ),
    UNPAYABLE.twins(
        "server.challenge.extra",
        "the extra of each offer is an object that names the token's signing domain",
        &["X402V2-CORE-012"],
        &["X402V1-CORE-003"],
        |cx| Box::pin(entry::each(cx, entry::extra)),
    ),
    // The body of version 1
    UNPAYABLE.twins(
        "server.challenge.body",
        "the body of a version 1 challenge is a JSON object with offers, and says that it is JSON",
        &[],
        &["X402V1-HTTP-RS-001"],
        |cx| Box::pin(body::form(cx)),
    ),
    UNPAYABLE.twins(
        "server.challenge.members",
        "each version 1 offer has resource and description, and what else it has is of the right type",
        &[],
        &["X402V1-CORE-002", "X402V1-CORE-003"],
        |cx| Box::pin(entry::each(cx, entry::version_one)),
    ),
    // What stays the same, and what does not
    Row {
        risk: MISREAD,
        ..UNPAYABLE.twins(
            "server.challenge.stable",
            "asking five times gives the same offers",
            &["GAUNTLET-RS-006"],
            &["GAUNTLET-RS-006"],
            |cx| Box::pin(steady::five_times(cx)),
        )
    },
    UNPAYABLE.twins(
        "server.challenge.query",
        "a query changes neither that a route is paid nor what it costs",
        &["X402V2-HTTP-RS-001", "GAUNTLET-RS-006"],
        &["X402V1-HTTP-RS-001", "GAUNTLET-RS-006"],
        |cx| Box::pin(steady::with_a_query(cx)),
    ),
    Topic { lane: Lane::Unpaid, risk: MISREAD }.row(
        "server.challenge.versions-agree",
        "the offers of both versions in one 402 ask for the same",
        &["GAUNTLET-RS-007"],
        |cx| Box::pin(steady::versions_agree(cx)),
    ),
    Row {
        needs: &[Need::Route("dear")],
        ..UNPAYABLE.twins(
            "server.challenge.routes-differ",
            "each route asks for its own price, to its own payee",
            &["X402V2-HTTP-RS-027"],
            &["X402V2-HTTP-RS-027"],
            |cx| Box::pin(steady::routes_differ(cx)),
        )
    },
    Row {
        needs: &[Need::Route("create")],
        ..UNPAYABLE.twins(
            "server.challenge.create",
            "a POST route asks for its price like any other",
            &["X402V2-HTTP-RS-001", "X402V2-HTTP-RS-002"],
            &["X402V1-HTTP-RS-001"],
            |cx| Box::pin(steady::asks(cx, "create")),
        )
    },
    Row {
        needs: &[Need::Route("item")],
        ..UNPAYABLE.twins(
            "server.challenge.item",
            "a route with a parameter asks for its price like any other",
            &["X402V2-HTTP-RS-001", "X402V2-HTTP-RS-002"],
            &["X402V1-HTTP-RS-001"],
            |cx| Box::pin(steady::asks(cx, "item")),
        )
    },
    // Browsers and caches
    Row {
        risk: BROWSERS,
        ..UNPAYABLE.twins(
            "server.challenge.browser",
            "a browser that asks for a page gets the 402 and PAYMENT-REQUIRED as well",
            &["X402V2-HTTP-RS-006"],
            &[],
            |cx| Box::pin(browser::page(cx)),
        )
    },
    Topic { lane: Lane::Unpaid, risk: KEPT }.row(
        "server.challenge.cache",
        "no shared cache may keep a 402",
        &["X402V2-HTTP-RS-024"],
        |cx| Box::pin(browser::not_kept(cx)),
    ),
    Topic { lane: Lane::Unpaid, risk: BROWSERS }.row(
        "server.challenge.cors-exposed",
        "pages of other origins may read PAYMENT-REQUIRED when they may read the 402",
        &["GAUNTLET-RS-005"],
        |cx| Box::pin(browser::exposed(cx)),
    ),
    Topic { lane: Lane::Unpaid, risk: BROWSERS }.row(
        "server.challenge.preflight",
        "pages of other origins may send the payment header when they may read the 402",
        &["GAUNTLET-RS-005"],
        |cx| Box::pin(browser::preflight(cx)),
    ),
    // What happens besides
    Row {
        needs: &[Need::Route("free")],
        ..UNPAYABLE.row(
            "server.challenge.free",
            "a route that costs nothing is answered without a payment",
            &["GAUNTLET-RS-012"],
            |cx| Box::pin(quiet::free(cx)),
        )
    },
    Topic { lane: Lane::Unpaid, risk: GIVEN }.row(
        "server.challenge.unknown-path",
        "a path that is no route has no content",
        &["GAUNTLET-RS-001", "INV-008-RS"],
        |cx| Box::pin(quiet::unknown_path(cx)),
    ),
    Row {
        needs: &[Need::Route("runs")],
        ..Topic { lane: Lane::Exclusive, risk: GIVEN }.row(
            "server.challenge.no-work",
            "no handler runs for a request without a payment",
            &["X402V2-FLOW-006", "X402V2-HTTP-RS-021"],
            |cx| Box::pin(quiet::no_work(cx)),
        )
    },
    Row {
        risk: TALKATIVE,
        lane: Lane::Parallel,
        ..UNPAYABLE.twins(
            "server.challenge.discreet",
            "refusals show no trace of how the server is built",
            &["GAUNTLET-RS-010"],
            &["GAUNTLET-RS-010"],
            |cx| Box::pin(quiet::discreet(cx)),
        )
    },
];
