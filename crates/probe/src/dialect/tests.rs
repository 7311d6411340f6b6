use super::*;
use crate::client::Request;
use gauntlet_report::{Exchange, Message};
use std::path::Path;

fn rsa_key() -> String {
    let keys = throwaway_keys(&built_in("b402-partner").unwrap());
    keys.get("GAUNTLET_B402_PRIVATE_KEY").unwrap().to_owned()
}

fn speaker(name: &str) -> Speaker {
    let dialect = built_in(name).unwrap();
    let keys = throwaway_keys(&dialect);
    Speaker::new(dialect, keys).unwrap()
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    &request.headers.iter().find(|(key, _)| key == name).unwrap().1
}

#[test]
fn every_dialect_that_comes_with_gauntlet_can_be_read() {
    for (name, text) in DIALECTS {
        let dialect = Dialect::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(dialect.name, *name);
        assert!(Dialect::find(name, Path::new(".")).unwrap().is_some());
    }
    assert!(Dialect::find("x402", Path::new(".")).unwrap().is_none());
}

#[test]
fn an_unknown_dialect_is_answered_with_the_known_ones() {
    let error = Dialect::find("b402-parner", Path::new(".")).unwrap_err().to_string();
    assert!(
        error.contains("x402, b402-partner, b402-web3, aeon") && error.contains("did you mean"),
        "{error}"
    );
    let error = Dialect::find("none.toml", Path::new("/nowhere")).unwrap_err().to_string();
    assert!(error.contains("/nowhere/none.toml"), "{error}");
}

#[test]
fn a_signature_without_a_header_for_it_is_a_mistake() {
    let (_, text) = DIALECTS[0];
    let error = Dialect::parse(&text.replace("\"{signature}\"", "\"nothing\"")).unwrap_err();
    assert!(error.contains("go together"), "{error}");
    let error = Dialect::parse(&text.replace("{unix_ms}", "{unix}")).unwrap_err();
    assert!(error.contains("{unix}"), "{error}");
}

#[test]
fn the_partner_api_signs_body_and_timestamp_with_rsa() {
    let speaker = speaker("b402-partner");
    let request =
        speaker.dress(Request::post_json("/verify", r#"{"x402Version":1}"#), "", Dressing::default());
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/papi/v1/b402/verify"));
    let timestamp = header(&request, "X-Tesla-Timestamp");
    let public = rsa_public_key(speaker.keys.get("GAUNTLET_B402_PRIVATE_KEY").unwrap()).unwrap();
    let signature = header(&request, "X-Tesla-Signature");
    assert_eq!(signature.len(), 172);
    let message = format!("{}{timestamp}", r#"{"x402Version":1}"#);
    assert!(verify(Signing::RsaSha256, &public, message.as_bytes(), signature));
    assert!(!verify(Signing::RsaSha256, &public, format!("{message} ").as_bytes(), signature));
    let late = speaker.dress(
        Request::get("/supported"),
        "",
        Dressing { clock_off_ms: 3_600_000, ..Dressing::default() },
    );
    let later: u64 = header(&late, "X-Tesla-Timestamp").parse().unwrap();
    assert!(later - timestamp.parse::<u64>().unwrap() >= 3_600_000);
    assert_eq!((late.method.as_str(), late.body.as_slice()), ("POST", &b"{}"[..]));
}

#[test]
fn the_web3_api_signs_time_method_whole_path_and_wrapped_body_with_hmac() {
    let speaker = speaker("b402-web3");
    let request = speaker.dress(Request::get("/supported"), "/build", Dressing::default());
    assert_eq!(request.body, br#"{"body":{}}"#);
    let timestamp = header(&request, "X-OC-TIMESTAMP");
    assert_eq!((timestamp.len(), &timestamp[10..11], &timestamp[23..]), (24, "T", "Z"));
    let message = format!("{timestamp}POST/build/api/v2/b402/supported{{\"body\":{{}}}}");
    let secret = speaker.keys.get("GAUNTLET_B402_SECRET").unwrap();
    assert!(verify(Signing::HmacSha256, secret, message.as_bytes(), header(&request, "X-OC-SIGN")));
    let dressed = |dressing| speaker.dress(Request::get("/supported"), "/build", dressing);
    let short = dressed(Dressing { short_path: true, ..Dressing::default() });
    let message = format!("{}POST/api/v2/b402/supported{{\"body\":{{}}}}", header(&short, "X-OC-TIMESTAMP"));
    assert!(verify(Signing::HmacSha256, secret, message.as_bytes(), header(&short, "X-OC-SIGN")));
    let hex = dressed(Dressing { hex: true, ..Dressing::default() });
    assert!(
        header(&hex, "X-OC-SIGN").len() == 64
            && header(&hex, "X-OC-SIGN").bytes().all(|c| c.is_ascii_hexdigit())
    );
    let epoch = dressed(Dressing { epoch: true, ..Dressing::default() });
    assert!(header(&epoch, "X-OC-TIMESTAMP").parse::<u64>().is_ok());
    let odd = speaker.dress(Request::post_json("/settle", "not json"), "/build", Dressing::default());
    assert_eq!(odd.body, br#"{"body":not json}"#);
}

#[test]
fn what_is_no_endpoint_is_left_alone() {
    let request = Request::get("/papi/v2/b402/verify");
    assert_eq!(speaker("b402-partner").dress(request.clone(), "", Dressing::default()), request);
}

fn exchange(status: u16, body: &str) -> Exchange {
    Exchange {
        seq: 1,
        url: "http://127.0.0.1/verify".into(),
        method: "POST".into(),
        started_ms: 0,
        took_us: 0,
        request: Message { head: "POST /verify HTTP/1.1\r\nX: {client}".into(), ..Message::default() },
        response: Some(Message { body: body.into(), ..Message::default() }),
        status: Some(status),
        fault: None,
    }
}

#[test]
fn an_answer_is_taken_out_of_its_envelope_byte_by_byte() {
    let came = r#"{"code":"000000","message":"success","data":{ "isValid" : true }}"#;
    let read = speaker("b402-partner").understand(exchange(200, came), true);
    let response = read.response.unwrap();
    assert_eq!((read.status, response.body.as_slice()), (Some(200), &br#"{ "isValid" : true }"#[..]));
    assert_eq!(response.wire.unwrap().body, came.as_bytes());
    assert!(!read.request.head.contains("the-gauntlet"), "{}", read.request.head);
}

#[test]
fn a_request_that_was_not_taken_is_a_bad_request_whatever_the_status() {
    let came = r#"{"code":"1160103","msg":"illegal parameter","data":null}"#;
    for (status, plain) in [(200, 400), (429, 429)] {
        let read = speaker("b402-partner").understand(exchange(status, came), true);
        assert_eq!(read.status, Some(plain));
        // Only what was read otherwise than it came is kept twice.
        let wire = read.response.unwrap().wire.map(|wire| wire.status);
        assert_eq!(wire, (status != plain).then_some(status));
    }
    let naked = speaker("b402-partner").understand(exchange(200, r#"{"isValid":true}"#), true);
    assert_eq!((naked.status, naked.response.unwrap().wire), (Some(200), None));
}

#[test]
fn keys_come_from_variables_or_files_and_are_never_shown() {
    let dialect = built_in("b402-web3").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "s3cret\n").unwrap();
    let variable = |name: &str| match name {
        "GAUNTLET_B402_API_KEY" => Some("api-key".to_owned()),
        "GAUNTLET_B402_SECRET_FILE" => Some(file.display().to_string()),
        _ => None,
    };
    let keys = Keys::of(&dialect, variable).unwrap();
    assert_eq!(keys.get("GAUNTLET_B402_SECRET"), Some("s3cret"));
    assert_eq!(format!("{keys:?}"), r#"{"GAUNTLET_B402_API_KEY", "GAUNTLET_B402_SECRET"}"#);
    assert_eq!(keys.redact("s3cret and api-key"), "[GAUNTLET_B402_SECRET] and [GAUNTLET_B402_API_KEY]");
    let missing = Keys::of(&dialect, |_| None).unwrap_err().to_string();
    assert!(missing.contains("set GAUNTLET_B402_API_KEY, or GAUNTLET_B402_API_KEY_FILE"), "{missing}");
}

#[test]
fn a_private_key_may_stand_in_pem_armour_and_nothing_else_is_one() {
    let key = rsa_key();
    let armoured = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
    assert_eq!(rsa_public_key(&armoured), rsa_public_key(&key));
    assert_eq!(rsa_public_key("#"), Err(SecretError::Base64));
    assert_eq!(rsa_public_key("AAAA"), Err(SecretError::Pkcs8));
}
