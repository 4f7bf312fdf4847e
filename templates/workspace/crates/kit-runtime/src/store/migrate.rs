//! Numbered SQL that builds the kit's own tables. Applied once, in order; a changed text is refused.

use super::StoreError;

/// One step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// From 1, without gaps.
    pub(crate) number: i32,
    /// For people.
    pub(crate) name: &'static str,
    /// The statements.
    pub(crate) sql: &'static str,
}

impl Migration {
    /// Tells one text from another; line endings do not count.
    pub(crate) fn checksum(&self) -> String {
        let bytes = self.sql.bytes().filter(|it| *it != b'\r');
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// The steps that are still to be applied, given numbers and checksums of those that were.
pub(crate) fn pending<'a>(
    steps: &'a [Migration],
    applied: &[(i32, String)],
) -> Result<&'a [Migration], StoreError> {
    for (index, (number, checksum)) in applied.iter().enumerate() {
        let Some(step) = steps.get(index).filter(|it| it.number == *number) else {
            return Err(StoreError::Migration(format!(
                "step {number} is applied, but this program does not know it"
            )));
        };
        if step.checksum() != *checksum {
            return Err(StoreError::Migration(format!(
                "step {number} (`{}`) was applied with another text",
                step.name
            )));
        }
    }
    Ok(steps.get(applied.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Migration; 2] = [
        Migration { number: 1, name: "one", sql: "select 1" },
        Migration { number: 2, name: "two", sql: "select 2" },
    ];

    #[test]
    fn only_what_is_missing_is_pending() {
        let first = (1, STEPS[0].checksum());
        assert_eq!(pending(&STEPS, &[]).unwrap().len(), 2);
        assert_eq!(pending(&STEPS, std::slice::from_ref(&first)).unwrap()[0].number, 2);
        assert_eq!(pending(&STEPS, &[first, (2, STEPS[1].checksum())]).unwrap().len(), 0);
    }

    #[test]
    fn a_changed_text_and_a_newer_database_are_refused() {
        let changed = pending(&STEPS, &[(1, "0".to_owned())]).unwrap_err().to_string();
        assert!(changed.contains("another text"), "{changed}");
        let applied = [(1, STEPS[0].checksum()), (2, STEPS[1].checksum()), (3, "x".to_owned())];
        let newer = pending(&STEPS, &applied).unwrap_err().to_string();
        assert!(newer.contains("does not know"), "{newer}");
    }
}
