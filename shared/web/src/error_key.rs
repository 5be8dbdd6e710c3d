//! Every `errorKey`: one per cause, each with its status and title.

use http::StatusCode;

macro_rules! error_keys {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $status:ident, $title:literal;)*) => {
        /// Why a request was refused, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorKey {
            $($(#[$doc])* $name,)*
        }

        impl ErrorKey {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The contract's spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The status that it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The cause in a few words, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

error_keys! {
    /// No bearer token, or one that is forged or has expired.
    Unauthorized = "unauthorized", UNAUTHORIZED, "A valid bearer token is required";
    /// Sign-in with a wrong username or password.
    BadCredentials = "badCredentials", UNAUTHORIZED, "Wrong username or password";
    /// Too many sign-ins in a row with one username from one client have failed.
    TooManySignIns = "tooManySignIns", TOO_MANY_REQUESTS, "Too many sign-ins have failed";
    /// No such path.
    RouteNotFound = "routeNotFound", NOT_FOUND, "There is nothing at this path";
    /// The path has no such method.
    MethodNotAllowed = "methodNotAllowed", METHOD_NOT_ALLOWED,
        "This path does not support this method";

    /// The body is not a JSON object.
    MalformedJson = "malformedJson", BAD_REQUEST, "The body is not a JSON object";
    /// The body is over 64 KiB.
    BodyTooLarge = "bodyTooLarge", PAYLOAD_TOO_LARGE, "The body is too large";
    /// A required field or parameter is not there.
    MissingField = "missingField", BAD_REQUEST, "A required field is missing";
    /// A field is empty or blank.
    EmptyField = "emptyField", BAD_REQUEST, "A field is empty";
    /// A field has another JSON type.
    MistypedField = "mistypedField", BAD_REQUEST, "A field has the wrong type";
    /// A field has too many characters.
    FieldTooLong = "fieldTooLong", BAD_REQUEST, "A field is too long";
    /// A field or parameter has the wrong form.
    MalformedField = "malformedField", BAD_REQUEST, "A field has the wrong form";
    /// `clientEnvironment` is none of Panorama's.
    UnknownEnvironment = "unknownEnvironment", BAD_REQUEST, "There is no such environment";
    /// The provider is not `Panorama`.
    UnknownProvider = "unknownProvider", NOT_FOUND, "There is no such provider";

    /// No Leaf user has this id.
    LeafUserNotFound = "leafUserNotFound", NOT_FOUND, "There is no such Leaf user";
    /// No deletion of the Leaf user's data was asked for lately.
    DataDeletionNotFound = "dataDeletionNotFound", NOT_FOUND,
        "There is no deletion of the Leaf user's data";
    /// The Leaf user has no grower with this id.
    GrowerNotFound = "growerNotFound", NOT_FOUND, "There is no such grower";
    /// The Leaf user has no farm with this id.
    FarmNotFound = "farmNotFound", NOT_FOUND, "There is no such farm";
    /// The Leaf user has no field with this id.
    FieldNotFound = "fieldNotFound", NOT_FOUND, "There is no such field";
    /// No file has this id.
    FileNotFound = "fileNotFound", NOT_FOUND, "There is no such file";
    /// The file's bytes are not here.
    FileNotStored = "fileNotStored", NOT_FOUND, "The file's bytes are not stored";
    /// Nobody has converted the file.
    FileNotConverted = "fileNotConverted", NOT_FOUND, "The file has not been converted";
    /// The file is too large for an answer, and is being copied to where it can be read.
    FileBeingFetched = "fileBeingFetched", SERVICE_UNAVAILABLE, "The file is being fetched";
    /// Nobody has made a summary of the file.
    SummaryNotFound = "summaryNotFound", NOT_FOUND, "There is no summary of the file";
    /// No field operation has this id.
    OperationNotFound = "operationNotFound", NOT_FOUND, "There is no such field operation";
    /// No app key has this name in this environment.
    AppKeyNotFound = "appKeyNotFound", NOT_FOUND, "There is no such app key";
    /// The one-click request names an app key that does not exist.
    UnknownAppKey = "unknownAppKey", BAD_REQUEST, "The app key is not registered";
    /// An app key of this name exists in this environment.
    AppKeyExists = "appKeyExists", CONFLICT, "The app key exists already";
    /// More than one app key matches what was sent.
    AppKeyAmbiguous = "appKeyAmbiguous", BAD_REQUEST, "More than one app key matches";
    /// Another app key has this sharing URL id.
    SharingUrlIdInUse = "sharingUrlIdInUse", CONFLICT,
        "The sharing URL id belongs to another app key";
    /// The request's sharing URL id is not the app key's.
    SharingUrlIdMismatch = "sharingUrlIdMismatch", BAD_REQUEST,
        "The sharing URL id is not the app key's";
    /// The request's client id is not the app key's.
    ClientIdMismatch = "clientIdMismatch", BAD_REQUEST, "The client id is not the app key's";

    /// Panorama: wrong password, or no such username in a pool that does not say which.
    PanoramaBadPassword = "panoramaBadPassword", BAD_REQUEST,
        "Panorama refuses the username or password";
    /// Panorama: no such username.
    PanoramaUnknownUser = "panoramaUnknownUser", BAD_REQUEST, "Panorama does not know the username";
    /// Panorama: no such client id in this environment.
    PanoramaUnknownClient = "panoramaUnknownClient", BAD_REQUEST,
        "Panorama does not know the client id in this environment";
    /// Panorama asks for something that only a person can answer.
    PanoramaChallenge = "panoramaChallenge", BAD_REQUEST, "Panorama asks for another step at login";
    /// The client id may not log in with a password.
    PanoramaFlowNotEnabled = "panoramaFlowNotEnabled", BAD_REQUEST,
        "Password login is not enabled for the client id";
    /// The partner's password must be reset.
    PanoramaPasswordResetRequired = "panoramaPasswordResetRequired", BAD_REQUEST,
        "The password must be reset at Panorama first";
    /// The stored partner credentials are refused: nothing is wrong with the request or the farmer.
    PartnerLoginRefused = "partnerLoginRefused", BAD_GATEWAY,
        "Panorama refuses the app key's login";
    /// Panorama answered, but with something unusable.
    PanoramaBadAnswer = "panoramaBadAnswer", BAD_GATEWAY, "Panorama gave an unusable answer";
    /// Panorama did not answer, or said that it cannot now.
    PanoramaUnavailable = "panoramaUnavailable", SERVICE_UNAVAILABLE, "Panorama is not available";
    /// Leaf refuses the account in the secret: nothing is wrong with the request or the
    /// farmer.
    LeafLoginRefused = "leafLoginRefused", BAD_GATEWAY, "Leaf refuses the partner's login";
    /// Leaf declined what was asked of it, with an `errorKey` of its own.
    LeafDeclined = "leafDeclined", BAD_GATEWAY, "Leaf declined the request";
    /// Leaf refused what was sent through us: the sender must correct it.
    LeafRefused = "leafRefused", BAD_REQUEST, "Leaf refuses what was sent";
    /// Leaf answered, but with something unusable.
    LeafBadAnswer = "leafBadAnswer", BAD_GATEWAY, "Leaf gave an unusable answer";
    /// Leaf did not answer, or said that it cannot now.
    LeafUnavailable = "leafUnavailable", SERVICE_UNAVAILABLE, "Leaf is not available";
    /// An alert is not signed, or not by Leaf.
    AlertNotSigned = "alertNotSigned", UNAUTHORIZED, "The alert is not signed";
    /// The service is not in proxy mode, so there are no alerts of Leaf to register for.
    NoLeafAccount = "noLeafAccount", CONFLICT, "The service is not in proxy mode";

    /// The client id has app keys in other environments only.
    EnvironmentMismatch = "environmentMismatch", BAD_REQUEST,
        "The client id belongs to another environment";
    /// The refresh token is expired or revoked.
    RefreshTokenRefused = "refreshTokenRefused", BAD_REQUEST, "Panorama refuses the refresh token";
    /// The organization code is not in the partner's listing.
    OrganizationNotShared = "organizationCodeNotShared", BAD_REQUEST,
        "The operation is not shared with this partner";
    /// The operation belongs to another Leaf user.
    OperationOwned = "operationAlreadyConnected", CONFLICT,
        "The operation is connected to another Leaf user";
    /// The operation was disconnected until its farmer switches sharing off.
    OperationWithdrawn = "operationWithdrawn", CONFLICT,
        "The operation was disconnected until its farmer switches sharing off";
    /// Panorama says that the operation is not shared with the partner.
    OperationNotShared = "operationNotShared", CONFLICT, "The operation is not shared";
    /// The Leaf user has no credential, or one that is not ACTIVE.
    ConnectionNotActive = "connectionNotActive", CONFLICT, "The connection is not ACTIVE";
    /// No credential, and nothing was started.
    IntegrationNotStarted = "integrationNotStarted", NOT_FOUND, "No integration was started";
    /// No credential: the farmer did not come in time.
    SessionExpired = "sessionExpired", NOT_FOUND, "The session has expired";
    /// No credential: the farmer's operation is another Leaf user's.
    SessionOperationOwned = "sessionOperationAlreadyConnected", NOT_FOUND,
        "The farmer's operation is connected to another Leaf user";
    /// No credential: too many operations were tried.
    SessionTooManyOperations = "sessionTooManyOperations", NOT_FOUND,
        "Too many operations were tried in one session";

    /// No magic link of this kind has this id.
    MagicLinkNotFound = "magicLinkNotFound", NOT_FOUND, "There is no such magic link";
    /// The kind of magic link is none that there is here.
    UnknownMagicLinkKind = "unknownMagicLinkKind", NOT_FOUND, "There is no such kind of magic link";
    /// No API key has this id.
    ApiKeyNotFound = "apiKeyNotFound", NOT_FOUND, "There is no such API key";
    /// An API key is missing or unknown, or it has expired or was revoked.
    InvalidApiKey = "invalidApiKey", UNAUTHORIZED, "A valid API key is required";
    /// The page that sends an API key is not of its origins.
    OriginNotAllowed = "originNotAllowed", FORBIDDEN, "The API key is not for this page";
    /// An API key does not say with which of several app keys its links start.
    ApiKeyWithoutAppKey = "apiKeyWithoutAppKey", CONFLICT, "The API key fits no single app key";
    /// A magic link is to be made for an operation that only its farmer may name.
    OrganizationCodeInLink = "organizationCodeInLink", BAD_REQUEST,
        "A magic link has no organization code";
    /// The address is none that farmers may be sent to.
    ReturnUrlNotAllowed = "returnUrlNotAllowed", BAD_REQUEST, "The return URL is not allowed";
    /// The Leaf user has no credential that a link could reconnect.
    NothingToReconnect = "nothingToReconnect", CONFLICT, "There is nothing to reconnect";

    /// Another webhook is registered for one of the events (Leaf's key).
    EventRegisteredTwice = "eventRegisteredTwice", BAD_REQUEST,
        "An event is registered for another webhook";
    /// No webhook has this id.
    WebhookNotFound = "webhookNotFound", NOT_FOUND, "There is no such webhook";
    /// The webhook has had no calls since it answered 410.
    WebhookDisabled = "webhookDisabled", CONFLICT, "The webhook is disabled";
    /// No alert that the webhook is registered for has this id.
    AlertNotFound = "alertNotFound", NOT_FOUND, "There is no such alert";

    /// Somebody else changed the same thing at the same time.
    ConcurrentChange = "concurrentChange", CONFLICT, "Somebody else made a change at the same time";
    /// Our table or secret store could not be reached half-way.
    ChangeUnfinished = "changeUnfinished", SERVICE_UNAVAILABLE, "Only part of the change was made";
    /// Our table or secret store cannot be reached.
    StorageUnavailable = "storageUnavailable", SERVICE_UNAVAILABLE,
        "The service cannot reach its storage";
}
