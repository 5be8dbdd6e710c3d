//! A simulated Precision Planting Panorama: login, partner API, portal.
