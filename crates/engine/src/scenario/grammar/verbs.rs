//! The verbs: what each takes, what stands beside it, whose scenarios may have it.

use super::{LONGEST, MOST, REQUEST, Takes, Verb, routes};
use gauntlet_probe::Role;

const FACILITATOR: &[Role] = &[Role::Facilitator];
const SERVER: &[Role] = &[Role::Server];
const BOTH: &[Role] = &[Role::Facilitator, Role::Server];
const ASK: &[&str] = &["times", "together", "as", "change", "background", "expect", "require"];

const fn verb(
    name: &'static str,
    takes: Takes,
    roles: &'static [Role],
    what: &'static str,
    example: &'static str,
) -> Verb {
    Verb { name, takes, beside: &[], roles, parallel: false, what, example }
}

/// The verbs, in the order in which they are explained.
pub const VERBS: &[Verb] = &[
    Verb {
        beside: ASK,
        parallel: true,
        ..verb(
            "verify",
            Takes::Name,
            FACILITATOR,
            "presents a payment to /verify",
            "verify = \"p\"\nexpect = { json = { isValid = false } }",
        )
    },
    Verb {
        beside: ASK,
        parallel: true,
        ..verb(
            "settle",
            Takes::Name,
            FACILITATOR,
            "presents a payment to /settle; the money is always judged",
            "settle = \"p\"\ntogether = 20",
        )
    },
    Verb {
        beside: &["expect", "require"],
        parallel: true,
        ..verb(
            "supported",
            Takes::OneOf(|| vec!["ask"]),
            FACILITATOR,
            "asks /supported",
            "supported = \"ask\"\nexpect = { status = 200 }",
        )
    },
    Verb {
        beside: &["times", "expect", "require"],
        parallel: true,
        ..verb(
            "request",
            Takes::Table(REQUEST),
            BOTH,
            "sends a request of your own making",
            "request = { path = \"/verify\", json = { x402Version = 9 } }\nexpect = { status = { any = [400, 422] } }",
        )
    },
    Verb {
        beside: &["at", "as", "change", "times", "together", "background", "expect", "require"],
        parallel: true,
        ..verb(
            "pay",
            Takes::Name,
            SERVER,
            "presents a payment to its route; money and content are always judged",
            "pay = \"p\"\ntimes = 2",
        )
    },
    Verb {
        beside: &["at", "as", "change", "times", "background", "expect", "require"],
        parallel: true,
        ..verb(
            "neighbour",
            Takes::Name,
            SERVER,
            "presents a payment to a second instance of the server",
            "neighbour = \"p\"",
        )
    },
    Verb {
        beside: &["at", "background", "expect", "require"],
        parallel: true,
        ..verb(
            "fetch",
            Takes::Name,
            SERVER,
            "lets a client buy: it asks, signs what is asked, presents it once; the name is a payer who makes a new payment each time",
            "fetch = \"alice\"",
        )
    },
    Verb {
        beside: &["times", "expect", "require"],
        parallel: true,
        ..verb(
            "unpaid",
            Takes::OneOf(routes),
            SERVER,
            "lets a stranger ask without paying; content in the answer fails",
            "unpaid = \"cheap\"",
        )
    },
    Verb {
        beside: &["call"],
        ..verb(
            "hold",
            Takes::Name,
            SERVER,
            "lets the facilitator keep calls about this payment waiting",
            "hold = \"p\"\ncall = \"settle\"",
        )
    },
    verb("release", Takes::Name, SERVER, "lets the facilitator go on", "release = \"p\""),
    Verb {
        beside: &["call", "with"],
        ..verb(
            "answer",
            Takes::Name,
            SERVER,
            "lets the facilitator answer by itself",
            "answer = \"p\"\nwith = \"no-transaction\"",
        )
    },
    Verb {
        beside: &["until"],
        ..verb(
            "await",
            Takes::Name,
            BOTH,
            "waits for the answers that are under way, or until the facilitator was asked to verify or settle",
            "await = \"p\"",
        )
    },
    Verb {
        parallel: true,
        ..verb(
            "cancel",
            Takes::Name,
            BOTH,
            "lets the payer cancel the authorization on the chain",
            "cancel = \"p\"",
        )
    },
    Verb {
        parallel: true,
        ..verb("drain", Takes::Name, BOTH, "takes everything that the payer owns", "drain = \"p\"")
    },
    Verb { parallel: true, ..verb("refill", Takes::Name, BOTH, "gives the payer plenty", "refill = \"p\"") },
    Verb {
        parallel: true,
        ..verb("preempt", Takes::Name, BOTH, "lets an observer submit the authorization", "preempt = \"p\"")
    },
    verb(
        "drop",
        Takes::Name,
        BOTH,
        "loses the transaction of a payment that is under way, while mining is stopped",
        "drop = \"p\"",
    ),
    verb("resend", Takes::Name, BOTH, "brings the lost transaction back", "resend = \"p\""),
    verb(
        "mining",
        Takes::Mining,
        BOTH,
        "says when blocks are made from now on: \"stopped\", \"automatic\" (one for each transaction) or { every = 2 } (seconds)",
        "mining = { every = 2 }",
    ),
    verb("mine", Takes::Count(1, MOST), BOTH, "makes so many blocks now", "mine = 3"),
    verb(
        "reorg",
        Takes::Count(1, MOST),
        BOTH,
        "takes so many blocks back; the scenario then runs alone, after all others",
        "reorg = 1",
    ),
    verb(
        "fault",
        Takes::Fault,
        FACILITATOR,
        "says what the node does to the target's calls from now on, or \"none\"",
        "fault = { method = \"eth_call\", with = \"error\" }",
    ),
    Verb {
        parallel: true,
        ..verb(
            "restart",
            Takes::OneOf(|| vec!["target", "server"]),
            BOTH,
            "starts the target again, so that it loses its memory",
            "restart = \"target\"",
        )
    },
    verb(
        "compare",
        Takes::Name,
        SERVER,
        "compares what the route says now, what the facilitator was told and what was charged with what was offered",
        "compare = \"p\"",
    ),
    verb("wait", Takes::Count(1, LONGEST), BOTH, "does nothing for so many seconds", "wait = 2"),
    verb(
        "parallel",
        Takes::Steps,
        BOTH,
        "begins all of these at one instant, and ends when all have ended",
        "parallel = [{ settle = \"p\" }, { settle = \"q\" }]",
    ),
    Verb {
        beside: &["steps"],
        ..verb(
            "repeat",
            Takes::Count(1, MOST),
            BOTH,
            "plays the steps beside it so often",
            "repeat = 3\nsteps = [{ verify = \"p\" }, { settle = \"p\" }]",
        )
    },
];
