//! What the process that is measured has used, as Linux tells it.

/// A line of the process' status (Linux), in megabytes; 0 where there is none.
pub(crate) fn megabytes(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|known| known.strip_prefix(line)?.strip_prefix(':'));
    let kibibytes: f64 =
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    kibibytes * 1_024.0 / 1e6
}

/// What the process has had of the processor (Linux: hundredths of seconds, fields 14 and 15 of its
/// `stat`).
pub(crate) fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
