//! Everything that is not wiring: domain, use cases, ports, adapters, HTTP.
