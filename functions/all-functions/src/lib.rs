//! The list of all functions. What each is stands next to its code (`FUNCTION`).

use lambda::function::Function;

/// Every function. One that is not in here is in no log, no gateway and no template, and the tests
/// say so.
pub const FUNCTIONS: [&Function; 26] = [
    &api_document::FUNCTION,
    &app_keys::FUNCTION,
    &authenticate::FUNCTION,
    &authorizer::FUNCTION,
    &console::FUNCTION,
    &credentials::FUNCTION,
    &fields::FUNCTION,
    &magic_link_page::FUNCTION,
    &magic_links::FUNCTION,
    &operations::FUNCTION,
    &resources::FUNCTION,
    &sharing_confirmation::FUNCTION,
    &start_integration::FUNCTION,
    &users::FUNCTION,
    &webhooks::FUNCTION,
    &check_connections::FUNCTION,
    &expire_sessions::FUNCTION,
    &finish_confirmations::FUNCTION,
    &request_syncs::FUNCTION,
    &sync_operation::FUNCTION,
    &store_file::FUNCTION,
    &convert_file::FUNCTION,
    &forget_data::FUNCTION,
    &deliver_alerts::FUNCTION,
    &deliver_data_alerts::FUNCTION,
    &leaf_alerts::FUNCTION,
];
