//! What a shared cache may keep, for how long, and for whom (RFC 9111).

use super::wire::Answered;
use std::time::{Duration, Instant};

/// Header lines in order; names as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// Every value of a header.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The members of a header that is a list, over all of its lines.
    fn members(&self, name: &str) -> Vec<String> {
        let values: Vec<&str> = self.values(name).collect();
        split_list(&values.join(","))
    }

    /// Whether Cache-Control has a directive, with or without a value.
    fn directive(&self, name: &str) -> bool {
        self.directives().iter().any(|(key, _)| key == name)
    }

    /// The seconds that a directive gives: of several the first, of a broken one none at all.
    fn seconds(&self, name: &str) -> Option<Option<u64>> {
        let value = self.directives().into_iter().find(|(key, _)| key == name)?.1;
        Some(value.and_then(|value| value.trim_matches('"').parse().ok()))
    }

    fn directives(&self) -> Vec<(String, Option<String>)> {
        self.members("cache-control")
            .into_iter()
            .map(|member| match member.split_once('=') {
                Some((key, value)) => (key.trim().to_ascii_lowercase(), Some(value.trim().to_owned())),
                None => (member.trim().to_ascii_lowercase(), None),
            })
            .collect()
    }
}

/// The members of a comma-separated list; commas within quotes do not separate.
fn split_list(text: &str) -> Vec<String> {
    let mut members = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        match members.last_mut() {
            Some(last) if c != ',' || quoted => last.push(c),
            _ => members.push(String::new()),
        }
    }
    members.into_iter().map(|member| member.trim().to_owned()).filter(|member| !member.is_empty()).collect()
}

/// Whether a stored answer may be used for a request.
pub(super) fn may_be_answered(asked: &Fields) -> bool {
    let wants_anew = ["no-cache", "no-store"].iter().any(|name| asked.directive(name));
    !wants_anew && asked.seconds("max-age") != Some(Some(0)) && asked.values("pragma").next().is_none()
}

/// An answer that is kept.
#[derive(Debug)]
pub(super) struct Stored {
    answered: Answered,
    /// The request headers that Vary names, with what they said.
    varies: Vec<(String, Vec<String>)>,
    since: Instant,
    /// How old it was when it came.
    age: Duration,
    fresh_for: Duration,
}

impl Stored {
    /// The answer to a GET, when a shared cache may keep it and it is said for how long.
    pub(super) fn of(asked: &Fields, answered: &Answered, now: Instant) -> Option<Self> {
        let said = &answered.fields;
        // Parts and conditional answers are not this cache's business.
        let is_whole = answered.is_whole && answered.status >= 200 && !matches!(answered.status, 206 | 304);
        let forbids = ["no-store", "private", "no-cache"].iter().any(|name| said.directive(name));
        let shareable = ["public", "s-maxage", "must-revalidate"].iter().any(|name| said.directive(name));
        let credentials = asked.values("authorization").next().is_some() && !shareable;
        let varies = said.members("vary");
        if !is_whole
            || forbids
            || credentials
            || asked.directive("no-store")
            || varies.iter().any(|name| name == "*")
        {
            return None;
        }
        let age = said.values("age").next().and_then(|age| age.parse().ok()).unwrap_or(0);
        let stored = Self {
            varies: varies
                .into_iter()
                .map(|name| (values_of(asked, &name), name))
                .map(|(values, name)| (name, values))
                .collect(),
            answered: answered.clone(),
            since: now,
            age: Duration::from_secs(age),
            fresh_for: lifetime(said)?,
        };
        (stored.age < stored.fresh_for).then_some(stored)
    }

    /// Whether it is an answer to such a request.
    pub(super) fn selects(&self, asked: &Fields) -> bool {
        self.varies.iter().all(|(name, values)| values_of(asked, name) == *values)
    }

    /// The answer as it is given again, while it is fresh.
    pub(super) fn answer(&self, now: Instant) -> Option<Answered> {
        let age = self.age + now.saturating_duration_since(self.since);
        if age >= self.fresh_for {
            return None;
        }
        let mut answered = self.answered.clone();
        answered.fields.0.retain(|(name, _)| !name.eq_ignore_ascii_case("age"));
        answered.fields.0.push(("Age".into(), age.as_secs().to_string()));
        Some(answered)
    }
}

fn values_of(asked: &Fields, name: &str) -> Vec<String> {
    asked.values(name).map(|value| value.trim().to_owned()).collect()
}

/// How long an answer is fresh in a shared cache. Nothing is guessed: what says nothing is not kept.
fn lifetime(said: &Fields) -> Option<Duration> {
    let seconds = match (said.seconds("s-maxage"), said.seconds("max-age")) {
        (Some(seconds), _) | (None, Some(seconds)) => seconds?,
        (None, None) => {
            let expires = date(said.values("expires").next()?)?;
            let sent = date(said.values("date").next()?)?;
            u64::try_from(expires - sent).ok()?
        }
    };
    Some(Duration::from_secs(seconds)).filter(|time| !time.is_zero())
}

/// An HTTP date in its preferred form (RFC 9110 §5.6.7), as Unix seconds.
fn date(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[(&str, &str)]) -> Fields {
        Fields(lines.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }

    fn answer(lines: &[(&str, &str)]) -> Answered {
        Answered {
            status: 200,
            reason: "OK".into(),
            fields: fields(lines),
            body: b"x".to_vec(),
            is_whole: true,
        }
    }

    fn kept(lines: &[(&str, &str)]) -> bool {
        Stored::of(&Fields::default(), &answer(lines), Instant::now()).is_some()
    }

    #[test]
    fn only_what_says_how_long_is_kept() {
        assert!(!kept(&[]));
        assert!(!kept(&[("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Cache-Control", "public")]));
        assert!(kept(&[("Cache-Control", "public, max-age=60")]));
        assert!(kept(&[("cache-control", "S-MaxAge=\"60\"")]));
        assert!(kept(&[
            ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("Expires", "Sun, 06 Nov 1994 08:49:38 GMT")
        ]));
        assert!(!kept(&[("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Expires", "0")]));
    }

    #[test]
    fn what_is_for_one_reader_is_not_kept() {
        for no in
            ["no-store", "private", "no-cache", "private=\"Set-Cookie, X\"", "s-maxage=0", "max-age=soon"]
        {
            assert!(!kept(&[("Cache-Control", no), ("Cache-Control", "max-age=60")]), "{no}");
        }
        assert!(!kept(&[("Cache-Control", "max-age=60"), ("Vary", "Accept, *")]));
        assert!(!kept(&[("Cache-Control", "max-age=60"), ("Age", "60")]));
        let asked = fields(&[("Authorization", "x")]);
        let of = |control| Stored::of(&asked, &answer(&[("Cache-Control", control)]), Instant::now());
        assert!(of("max-age=60").is_none());
        assert!(of("public, max-age=60").is_some());
        let whole = Answered { is_whole: false, ..answer(&[("Cache-Control", "max-age=60")]) };
        assert!(Stored::of(&Fields::default(), &whole, Instant::now()).is_none());
    }

    #[test]
    fn the_shared_lifetime_counts() {
        let now = Instant::now();
        let lines = [("Cache-Control", "max-age=600, s-maxage=10"), ("Age", "3")];
        let stored = Stored::of(&Fields::default(), &answer(&lines), now).unwrap();
        let again = stored.answer(now + Duration::from_secs(6)).unwrap();
        assert_eq!(again.fields.values("age").collect::<Vec<_>>(), ["9"]);
        assert!(stored.answer(now + Duration::from_secs(7)).is_none());
    }

    #[test]
    fn variants_are_told_apart() {
        let paid = fields(&[("payment-signature", "a")]);
        let lines = [("Cache-Control", "max-age=60"), ("Vary", "PAYMENT-SIGNATURE, X-PAYMENT")];
        let stored = Stored::of(&paid, &answer(&lines), Instant::now()).unwrap();
        assert!(stored.selects(&paid));
        assert!(!stored.selects(&Fields::default()));
        assert!(!stored.selects(&fields(&[("PAYMENT-SIGNATURE", "b")])));
        assert!(stored.selects(&fields(&[("PAYMENT-SIGNATURE", "a"), ("Accept", "text/html")])));
    }

    #[test]
    fn who_wants_it_anew_gets_it_anew() {
        assert!(may_be_answered(&fields(&[("Cache-Control", "max-age=5")])));
        for no in ["no-cache", "no-store", "max-age=0"] {
            assert!(!may_be_answered(&fields(&[("Cache-Control", no)])), "{no}");
        }
    }
}
