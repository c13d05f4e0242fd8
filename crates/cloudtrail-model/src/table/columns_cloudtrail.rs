//! The columns of `cloudtrail` and `cloudtrail_network_activity`.
//!
//! Sources: the DDL is that of "Create the table for CloudTrail logs in Athena using partition projection" (Athena User
//! Guide); members and their spelling are those of "CloudTrail record contents for management, data, and network
//! activity events" and "CloudTrail userIdentity element" (CloudTrail User Guide).

use crate::table::column::{
    Column, ColumnType, EXTRA_FIELDS_COLUMN, NULL_FIELDS_COLUMN, RAW_RECORD_COLUMN, athena, event_timestamp,
    newer,
};

use ColumnType::{Boolean, BooleanText, Json, Struct, StructList, Text, TextMap};

/// Management, data and network activity events.
pub(crate) const CLOUDTRAIL: &[Column] = &[
    athena("eventVersion", Text, "The version of the event format, such as 1.11."),
    athena("userIdentity", Struct(USER_IDENTITY), "Who made the request, and with which credentials."),
    athena(
        "eventTime",
        Text,
        "When the request was completed, as CloudTrail writes it: 2026-11-22T09:30:00Z.",
    ),
    athena("eventSource", Text, "The service the request was made to, such as s3.amazonaws.com."),
    athena("eventName", Text, "The requested action, such as PutObject."),
    athena("awsRegion", Text, "The AWS Region the request was made to."),
    athena(
        "sourceIPAddress",
        Text,
        "The IP address the request came from, or the DNS name of the AWS service that made it.",
    )
    .bloom_filter(),
    athena(
        "userAgent",
        Text,
        "The client that made the request, such as the console, an SDK or the AWS CLI.",
    ),
    athena("errorCode", Text, "The error of the service, if the request failed."),
    athena("errorMessage", Text, "The description of the error, if the request failed."),
    athena("requestParameters", Json, "The parameters sent with the request, as JSON."),
    athena(
        "responseElements",
        Json,
        "What the service returned, for actions that change something, as JSON.",
    ),
    athena(
        "additionalEventData",
        Json,
        "Data about the event outside the request and the response, as JSON.",
    ),
    athena("requestID", Text, "The id the service gave the request.").unique(),
    athena("eventID", Text, "The id CloudTrail gave the event, different for every event.")
        .unique()
        .bloom_filter(),
    athena("readOnly", BooleanText, "Whether the action only reads: the text true or false."),
    athena("resources", StructList(RESOURCE), "The resources the event accessed."),
    athena("eventType", Text, "What made the event, such as AwsApiCall, AwsServiceEvent or AwsVpceEvent."),
    athena("apiVersion", Text, "The version of the API, for the event type AwsApiCall."),
    athena("recipientAccountId", Text, "The account that received the event."),
    athena("serviceEventDetails", Json, "What triggered a service event and its result, as JSON."),
    athena("sharedEventID", Text, "The id shared by the events that one action gave to several accounts.")
        .unique(),
    athena("vpcEndpointId", Text, "The VPC endpoint the request passed through."),
    athena("vpcEndpointAccountId", Text, "The account that owns that VPC endpoint."),
    athena("eventCategory", Text, "Management, Data or NetworkActivity."),
    athena("addendum", Struct(ADDENDUM), "Why an event came late, or what it adds to an earlier event."),
    athena(
        "sessionCredentialFromConsole",
        Text,
        "The text true where the credentials came from a console session.",
    ),
    athena("edgeDeviceDetails", Json, "The edge device that was the target of the request, as JSON."),
    athena("tlsDetails", Struct(TLS_DETAILS), "The TLS connection of the request."),
    newer("managementEvent", Boolean, "Whether the event is a management event."),
    newer("eventContext", Json, "The tags and condition keys of an enriched event, as JSON."),
    newer(
        "insightDetails",
        Json,
        "What triggered an Insights event, as JSON; such events have a table of their own.",
    ),
    event_timestamp("eventTime as a timestamp in UTC, in microseconds; null for an undated record."),
    EXTRA_FIELDS_COLUMN,
    NULL_FIELDS_COLUMN,
    RAW_RECORD_COLUMN,
];

/// `userIdentity`
const USER_IDENTITY: &[Column] = &[
    athena("type", Text, "The type of the identity, such as Root, IAMUser, AssumedRole or AWSService."),
    athena(
        "principalId",
        Text,
        "The unique id of the caller, with the session name for temporary credentials.",
    ),
    athena("arn", Text, "The ARN of the caller."),
    athena("accountId", Text, "The account that owns the caller."),
    athena("invokedBy", Text, "The AWS service that made the request."),
    athena("accessKeyId", Text, "The access key that signed the request.").bloom_filter(),
    athena("userName", Text, "The friendly name of the caller."),
    athena("onBehalfOf", Struct(ON_BEHALF_OF), "The IAM Identity Center user the request was made for."),
    athena("sessionContext", Struct(SESSION_CONTEXT), "The session, for temporary credentials."),
    newer(
        "inScopeOf",
        Struct(IN_SCOPE_OF),
        "The service or resource in whose scope the credentials were issued.",
    ),
    newer("credentialId", Text, "The id of the credential, for requests with a bearer token."),
    newer(
        "invokedByDelegate",
        Struct(INVOKED_BY_DELEGATE),
        "The product provider that acted with delegated access.",
    ),
    newer("identityProvider", Text, "The external identity provider of a SAMLUser or WebIdentityUser."),
];

/// `userIdentity.onBehalfOf`
const ON_BEHALF_OF: &[Column] = &[
    athena("userId", Text, "The id of the user in IAM Identity Center."),
    athena("identityStoreArn", Text, "The ARN of the identity store that holds the user."),
];

/// `userIdentity.sessionContext`
const SESSION_CONTEXT: &[Column] = &[
    athena(
        "attributes",
        Struct(SESSION_ATTRIBUTES),
        "When the credentials were issued, and whether with MFA.",
    ),
    athena("sessionIssuer", Struct(SESSION_ISSUER), "What issued the temporary credentials."),
    athena(
        "ec2RoleDelivery",
        Text,
        "1.0 or 2.0: the instance metadata version that gave out the credentials.",
    ),
    athena("webIdFederationData", Struct(WEB_ID_FEDERATION_DATA), "The provider of web identity federation."),
    newer("sourceIdentity", Text, "The identity of the original user, as set when the role was assumed."),
    newer("assumedRoot", Text, "The text true where the session was obtained with AssumeRoot."),
];

/// `userIdentity.sessionContext.attributes`
const SESSION_ATTRIBUTES: &[Column] = &[
    athena("mfaAuthenticated", Text, "The text true where the user had authenticated with MFA."),
    athena("creationDate", Text, "When the temporary credentials were issued."),
];

/// `userIdentity.sessionContext.sessionIssuer`
const SESSION_ISSUER: &[Column] = &[
    athena("type", Text, "The source of the credentials: Root, IAMUser or Role."),
    athena("principalId", Text, "The internal id of the issuer."),
    athena("arn", Text, "The ARN of the issuer."),
    athena("accountId", Text, "The account that owns the issuer."),
    athena("userName", Text, "The friendly name of the issuer."),
];

/// `userIdentity.sessionContext.webIdFederationData`
const WEB_ID_FEDERATION_DATA: &[Column] = &[
    athena("federatedProvider", Text, "The principal name of the identity provider."),
    athena("attributes", TextMap, "The application id and the user id as the provider reports them."),
];

/// `userIdentity.inScopeOf`
const IN_SCOPE_OF: &[Column] = &[
    newer("sourceArn", Text, "The ARN of the resource that invoked the service."),
    newer("sourceAccount", Text, "The account of that resource."),
    newer(
        "issuerType",
        Text,
        "The type of resource that issued the credentials, such as AWS::Lambda::Function.",
    ),
    newer("credentialsIssuedTo", Text, "The resource the credentials were issued to."),
];

/// `userIdentity.invokedByDelegate`
const INVOKED_BY_DELEGATE: &[Column] = &[newer("accountId", Text, "The account of the product provider.")];

/// An element of `resources`
const RESOURCE: &[Column] = &[
    athena("ARN", Text, "The ARN of the resource."),
    athena("accountId", Text, "The account that owns the resource."),
    athena("type", Text, "The type of the resource, such as AWS::S3::Object."),
    newer(
        "ARNPrefix",
        Text,
        "What the ARNs of the resources begin with, for requests such as listing a bucket.",
    ),
];

/// `addendum`
const ADDENDUM: &[Column] = &[
    athena("reason", Text, "DELIVERY_DELAY, UPDATED_DATA or SERVICE_OUTAGE."),
    athena("updatedFields", Text, "The fields this event updates, for the reason UPDATED_DATA."),
    athena("originalRequestID", Text, "The request id of the event this one updates."),
    athena("originalEventID", Text, "The event id of the event this one updates."),
];

/// `tlsDetails`
const TLS_DETAILS: &[Column] = &[
    athena("tlsVersion", Text, "The TLS version of the request."),
    athena("cipherSuite", Text, "The cipher suite of the request."),
    athena("clientProvidedHostHeader", Text, "The host name the client called."),
    newer("keyExchange", Text, "The key exchange of the TLS handshake, such as X25519MLKEM768."),
];
