//! The program itself, as a newcomer starts it: its flags, its ready file, its walk-through, its
//! end.

mod cargo_lambda;
mod flags;
mod running;
mod turned_clock;
mod walk_through;
mod written_files;
