//! Page cursors: the ordering values of a row as opaque, URL-safe text.

use super::{ColumnType, Datum, StoreError};
use serde_json::Value;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(crate) fn encode(values: &[Datum]) -> String {
    let json = Value::Array(values.iter().map(Datum::to_json).collect());
    let mut text = String::new();
    for chunk in json.to_string().as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let sextet = (bits >> (18 - 6 * place)) & 0x3f;
            text.extend(ALPHABET.get(sextet as usize).map(|it| char::from(*it)));
        }
    }
    text
}

pub(crate) fn decode(text: &str, kinds: &[ColumnType]) -> Result<Vec<Datum>, StoreError> {
    let bytes = bytes_of(text).ok_or(StoreError::Cursor)?;
    let values: Vec<Value> = serde_json::from_slice(&bytes).map_err(|_| StoreError::Cursor)?;
    if values.len() != kinds.len() {
        return Err(StoreError::Cursor);
    }
    let typed = kinds.iter().zip(&values).map(|(kind, value)| Datum::from_json(*kind, value));
    typed.collect::<Result<_, _>>().map_err(|_| StoreError::Cursor)
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for byte in chunk {
            let sextet = ALPHABET.iter().position(|it| it == byte)?;
            bits = (bits << 6) | u32::try_from(sextet).ok()?;
        }
        bits <<= 6 * (4 - chunk.len());
        let [_, a, b, c] = bits.to_be_bytes();
        bytes.extend([a, b, c].into_iter().take(chunk.len().saturating_sub(1)));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_to_the_caller_and_back() {
        let kinds = [ColumnType::Text, ColumnType::Int, ColumnType::Decimal(2), ColumnType::Text];
        for text in ["", "a", "ab", "abc", "ü\"\\\n~?>"] {
            let values = vec![
                Datum::Text(text.to_owned()),
                Datum::Int(-7),
                Datum::from_json(kinds[2], &Value::from("9.50")).unwrap(),
                Datum::Null,
            ];
            let cursor = encode(&values);
            assert!(
                cursor.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')
            );
            assert_eq!(decode(&cursor, &kinds).unwrap(), values);
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "=", "ä", "AAAA", "W10"] {
            assert!(matches!(decode(text, &[ColumnType::Int]), Err(StoreError::Cursor)), "{text}");
        }
    }
}
