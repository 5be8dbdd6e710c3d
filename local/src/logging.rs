//! Whose log lines are written where all functions share a process.

use all_functions::FUNCTIONS;
use lambda::function::Function;
use shared::logging::Crates;

/// What logs here beside the functions and the layers below them.
const BESIDE_THE_FUNCTIONS: [&str; 4] =
    [env!("CARGO_CRATE_NAME"), "simulated_panorama", "simulated_s3", "simulated_secrets_manager"];

/// The crates that log: every function's, what they run in, and what stands in for AWS and
/// Panorama.
pub fn crates() -> Crates {
    let of_functions = FUNCTIONS.into_iter().flat_map(Function::own_crates);
    Crates::with_those_below(of_functions.chain(BESIDE_THE_FUNCTIONS.map(ToOwned::to_owned)))
}
