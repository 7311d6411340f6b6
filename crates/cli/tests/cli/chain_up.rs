//! `gauntlet chain up`: a chain for tests of the user's own.

use crate::background::{Background, assert_gone, below};
use crate::gauntlet::{Gauntlet, assert_said, filters, poll};
use crate::rpc::{call, contract};
use gauntlet_wire::eip3009::Domain;
use serde_json::{Value, json};
use std::net::TcpListener;

/// `chain up`, once it is up.
pub(crate) fn up(gauntlet: &Gauntlet, args: &[&str]) -> Background {
    let mut chain = gauntlet.start(&[&["chain", "up"], args].concat());
    chain.until("the chain is up");
    // The last fact may come after the remark.
    chain.until(if args.contains(&"json") { "\n}" } else { "GAUNTLET_PAYEE_KEY=" });
    chain
}

#[test]
fn as_environment() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    assert_eq!(call(&rpc, "eth_chainId", json!([])), "0x14a34");
    assert_eq!(chain.value("GAUNTLET_CHAIN_ID"), "84532");
    let key = chain.value("GAUNTLET_FACILITATOR_KEY");
    assert!(key.starts_with("0x") && key.len() == 66, "{key}");
    chain.signal("INT");
    assert_eq!(chain.end(), Some(0));
    filters().bind(|| insta::assert_snapshot!(chain.stdout));
}

#[test]
fn as_json_on_another_network() {
    let gauntlet = Gauntlet::new();
    let chain = up(&gauntlet, &["--network", "base", "--format", "json"]);
    let facts: Value = serde_json::from_str(&chain.stdout).unwrap();
    assert_eq!((&facts["chain_id"], &facts["caip2"]), (&json!(8453), &json!("eip155:8453")));
    let rpc = facts["rpc_url"].as_str().unwrap();
    assert_eq!(call(rpc, "eth_chainId", json!([])), "0x2105");
    let funds = call(rpc, "eth_getBalance", json!([facts["facilitator_address"], "latest"]));
    assert_ne!(funds, "0x0");
}

#[test]
fn usdc_stands_at_its_own_address() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let (rpc, usdc) = (chain.value("GAUNTLET_RPC_URL"), chain.value("GAUNTLET_USDC"));
    assert_eq!(usdc, "0x036CbD53842c5426634e7929541eC2318f3dCF7e");
    // symbol(), decimals(), DOMAIN_SEPARATOR()
    let symbol = contract(&rpc, &usdc, "0x95d89b41");
    assert!(symbol.contains("55534443"), "USDC in ASCII: {symbol}");
    assert!(contract(&rpc, &usdc, "0x313ce567").ends_with("06"));
    let domain = Domain {
        name: chain.value("GAUNTLET_USDC_NAME"),
        version: chain.value("GAUNTLET_USDC_VERSION"),
        chain_id: 84532,
        verifying_contract: usdc.parse().unwrap(),
    };
    assert_eq!(format!("0x{}", contract(&rpc, &usdc, "0x3644e515")), domain.separator().to_string());
}

#[test]
fn a_port_of_the_users_choice() {
    let gauntlet = Gauntlet::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert_said!(gauntlet.run(&["chain", "up", "--port", &port]).replaced(&port, "PORT"));
    drop(taken);
    let mut chain = up(&gauntlet, &["--port", &port]);
    assert_eq!(chain.value("GAUNTLET_RPC_URL"), format!("http://127.0.0.1:{port}"));
}

#[test]
fn blocks_come_by_themselves() {
    let gauntlet = Gauntlet::new();
    for time in ["1", "0.45", "network"] {
        let mut chain = up(&gauntlet, &["--block-time", time, "--network", "bsc"]);
        let rpc = chain.value("GAUNTLET_RPC_URL");
        let height = || call(&rpc, "eth_blockNumber", json!([])).as_str().unwrap().to_owned();
        let first = height();
        assert!(poll(|| (height() != first).then_some(())).is_some(), "{time}: no block after {first}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let children = below(chain.pid());
    assert!(children.values().any(|name| name == "anvil"), "{children:?}");
    chain.signal("INT");
    assert_eq!(chain.end(), Some(0));
    assert_gone(&children);
}

#[cfg(target_os = "linux")]
#[test]
fn a_kill_leaves_nothing_behind() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let children = below(chain.pid());
    assert!(children.values().any(|name| name == "anvil"), "{children:?}");
    chain.signal("KILL");
    assert_eq!(chain.end(), None);
    assert_gone(&children);
}
