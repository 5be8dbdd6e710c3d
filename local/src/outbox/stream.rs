//! The table's stream, read on from where it was read to.

use std::io;

use dynoxide::Database;
use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;

pub(super) struct Stream {
    database: Database,
    /// Where each shard is to be read on, and whose it is.
    iterators: Option<Vec<(String, String)>>,
}

impl Stream {
    pub(super) fn of(database: Database) -> Self {
        Self { database, iterators: None }
    }

    /// The records, each with the name of its table.
    pub(super) fn new_records(&mut self) -> io::Result<Vec<(String, Record)>> {
        let iterators = match self.iterators.take() {
            Some(iterators) => iterators,
            // From the beginning: after a restart the queues are empty, and the functions leave
            // alone what is done.
            None => self.beginning()?,
        };
        let mut records = Vec::new();
        let mut next = Vec::with_capacity(iterators.len());
        for (table, mut iterator) in iterators {
            loop {
                let request = GetRecordsRequest { shard_iterator: iterator.clone(), limit: None };
                let answer = self.database.get_records(request).map_err(unreadable)?;
                let is_end = answer.records.is_empty();
                records.extend(answer.records.into_iter().map(|it| (table.clone(), it)));
                let Some(on) = answer.next_shard_iterator else { break };
                iterator = on;
                if is_end {
                    next.push((table, iterator));
                    break;
                }
            }
        }
        self.iterators = Some(next);
        Ok(records)
    }

    fn beginning(&self) -> io::Result<Vec<(String, String)>> {
        let streams =
            self.database.list_streams(ListStreamsRequest::default()).map_err(unreadable)?.streams;
        let mut iterators = Vec::new();
        for stream in streams {
            let request = DescribeStreamRequest {
                stream_arn: stream.stream_arn.clone(),
                ..Default::default()
            };
            for shard in self
                .database
                .describe_stream(request)
                .map_err(unreadable)?
                .stream_description
                .shards
            {
                let request = GetShardIteratorRequest {
                    stream_arn: stream.stream_arn.clone(),
                    shard_id: shard.shard_id,
                    shard_iterator_type: "TRIM_HORIZON".to_owned(),
                    sequence_number: None,
                };
                let iterator = self.database.get_shard_iterator(request).map_err(unreadable)?;
                let iterator = iterator.shard_iterator;
                iterators.extend(iterator.map(|iterator| (stream.table_name.clone(), iterator)));
            }
        }
        Ok(iterators)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an argument of map_err")]
fn unreadable(error: dynoxide::DynoxideError) -> io::Error {
    io::Error::other(format!("the table's stream cannot be read: {error}"))
}
