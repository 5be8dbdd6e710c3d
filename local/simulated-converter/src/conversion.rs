//! What is made of a file. The simulated Panorama's bytes mean nothing, so here is what they mean:
//! every eight of them are a point, the first four its longitude within a field, the others its
//! latitude. A rest of fewer than eight is nothing.

use bytes::Bytes;
use serde_json::{Value, json};

/// The field's south-west corner, and how far it goes from there, in degrees.
const CORNER: [f64; 2] = [-89.40, 40.70];
const EXTENT: f64 = 0.01;

/// The most points that are shown.
const MOST_POINTS: usize = 1_000;

fn points(raw: &[u8]) -> impl Iterator<Item = [f64; 2]> {
    raw.as_chunks::<8>().0.iter().map(|[a, b, c, d, e, f, g, h]| {
        let part = |bytes| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX) * EXTENT;
        [CORNER[0] + part([*a, *b, *c, *d]), CORNER[1] + part([*e, *f, *g, *h])]
    })
}

/// The points, as a collection of features.
pub(crate) fn standard_geojson(raw: &[u8]) -> Bytes {
    let feature = |point: [f64; 2]| {
        let geometry = json!({ "type": "Point", "coordinates": point });
        json!({ "type": "Feature", "geometry": geometry, "properties": {} })
    };
    let features: Vec<Value> = points(raw).take(MOST_POINTS).map(feature).collect();
    json!({ "type": "FeatureCollection", "features": features }).to_string().into()
}

/// How many there are, and within which box.
pub(crate) fn summary(raw: &[u8]) -> Bytes {
    let bounds = points(raw).fold(None, |bounds: Option<[f64; 4]>, [x, y]| {
        let [west, south, east, north] = bounds.unwrap_or([x, y, x, y]);
        Some([west.min(x), south.min(y), east.max(x), north.max(y)])
    });
    let geometry = bounds.map(|[west, south, east, north]| {
        let ring = [[west, south], [east, south], [east, north], [west, north], [west, south]];
        json!({ "type": "Polygon", "coordinates": [ring] })
    });
    let properties = json!({ "totalPoints": points(raw).count(), "sizeInBytes": raw.len() });
    json!({ "type": "Feature", "geometry": geometry, "properties": properties }).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(bytes: Bytes) -> Value {
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn every_eight_bytes_are_a_point_and_a_rest_is_nothing() {
        let raw = [[0; 8].as_slice(), &[255; 8], &[7; 5]].concat();
        let features = json(standard_geojson(&raw));
        assert_eq!(features["features"].as_array().map(Vec::len), Some(2));
        assert_eq!(features["features"][0]["geometry"]["coordinates"], json!(CORNER));
        let summary = json(summary(&raw));
        assert_eq!(summary["properties"], json!({ "totalPoints": 2, "sizeInBytes": 21 }));
        assert_eq!(summary["geometry"]["coordinates"][0][0], json!(CORNER));
        assert_eq!(json(super::summary(b""))["geometry"], Value::Null);
    }
}
