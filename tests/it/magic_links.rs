//! Magic links: what a tap starts, for whom, and how often.

mod farmer;
mod taps;
