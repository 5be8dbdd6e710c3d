//! What a converter made of a file, in the file's row.

use crate::dynamodb::item::{Reading, Writing, number};
use application::ports::store_error::StoreError;
use domain::catalogue::conversion::{Conversion, ConverterMessage, Output};

/// Which of the file's copies was converted.
const OF_ATTEMPT: &str = "convertedAttempt";

/// What the converter said.
const MESSAGE: &str = "converterMessage";

/// The attributes of an output: how many bytes it has, or why there is none.
struct Names {
    size: &'static str,
    failure: &'static str,
}

const STANDARD_GEOJSON: Names =
    Names { size: "standardGeojsonSize", failure: "standardGeojsonFailure" };

const SUMMARY: Names = Names { size: "summarySize", failure: "summaryFailure" };

pub(super) fn written(row: Writing, conversion: &Conversion) -> Writing {
    let Conversion { of_attempt, standard_geojson, summary, message } = conversion;
    let row = row.with(OF_ATTEMPT, number(of_attempt)).optional(MESSAGE, message.as_ref());
    [(STANDARD_GEOJSON, standard_geojson), (SUMMARY, summary)].into_iter().fold(
        row,
        |row, (names, output)| match output {
            Output::Made { size } => row.with(names.size, number(size)),
            Output::NotMade(why) => row.text(names.failure, why.as_str()),
        },
    )
}

pub(super) fn read(row: Reading<'_>) -> Result<Option<Conversion>, StoreError> {
    if !row.item.contains_key(OF_ATTEMPT) {
        return Ok(None);
    }
    let output = |names: Names| -> Result<Output, StoreError> {
        Ok(match row.optional_parsed(names.failure)? {
            Some(why) => Output::NotMade(why),
            None => Output::Made { size: row.number(names.size)? },
        })
    };
    Ok(Some(Conversion {
        of_attempt: row.number(OF_ATTEMPT)?,
        standard_geojson: output(STANDARD_GEOJSON)?,
        summary: output(SUMMARY)?,
        message: row.optional_text(MESSAGE).and_then(ConverterMessage::of),
    }))
}
