//! Money in the record: decimal text, as everywhere in x402, and never a number that a reader would round.

use gauntlet_wire::U256;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

pub(crate) fn serialize<S: Serializer>(units: &U256, serializer: S) -> Result<S::Ok, S::Error> {
    units.to_string().serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
    let text = String::deserialize(deserializer)?;
    U256::from_str_radix(&text, 10).map_err(D::Error::custom)
}
