use std::collections::BTreeSet;

use super::*;

#[test]
fn every_id_is_used_once() {
    let mut recorded = Recorded::default();
    let mut codes =
        recorded.make(Environment::Stage, 500, &Made { fields: 4, streams: 5, files: None });
    codes.extend(recorded.make(
        Environment::Stage,
        1,
        &Made { fields: 100, streams: 100, files: None },
    ));
    let samples = Environment::Stage.pool().operations();
    codes.extend(samples.map(|operation| operation.organization_code.to_owned()));
    let mut ids = BTreeSet::new();
    for code in codes {
        let add = (&Description::default(), None);
        recorded.add_streams(Environment::Stage, &code, None, 3, add).expect("a field");
        let operation = recorded.operation(Environment::Stage, &code).expect("an operation");
        for field in operation.fields() {
            assert!(ids.insert(field.id), "{code}");
            assert!(operation.recording(field.streams[0].0).is_some());
            for (stream, _) in field.streams {
                assert!(ids.insert(stream), "{code}");
            }
        }
    }
}
