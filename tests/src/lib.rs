//! End-to-end tests: real HTTP in, real DynamoDB protocol out.
