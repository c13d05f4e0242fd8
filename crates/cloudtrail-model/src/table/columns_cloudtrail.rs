//! The columns of `cloudtrail` and `cloudtrail_network_activity`.
//!
//! Sources: the DDL is that of "Create the table for CloudTrail logs in Athena using partition projection" (Athena User
//! Guide); members and their spelling are those of "CloudTrail record contents for management, data, and network
//! activity events" and "CloudTrail userIdentity element" (CloudTrail User Guide).

use crate::table::column::{
    Column, ColumnType, PartitionColumn, athena, event_timestamp, extra_fields, newer, null_fields,
    raw_record, year_and_month,
};

use ColumnType::{Boolean, BooleanText, Json, Struct, StructList, Text, TextMap};

/// Management, data and network activity events.
pub(crate) const CLOUDTRAIL: &[Column] = &[
    athena(1, "eventVersion", Text, "The version of the event format, such as 1.11."),
    athena(2, "userIdentity", Struct(USER_IDENTITY), "Who made the request, and with which credentials."),
    athena(
        3,
        "eventTime",
        Text,
        "When the request was completed, as CloudTrail writes it: 2026-11-22T09:30:00Z.",
    ),
    athena(4, "eventSource", Text, "The service the request was made to, such as s3.amazonaws.com."),
    athena(5, "eventName", Text, "The requested action, such as PutObject."),
    athena(6, "awsRegion", Text, "The AWS Region the request was made to."),
    athena(
        7,
        "sourceIPAddress",
        Text,
        "The IP address the request came from, or the DNS name of the AWS service that made it.",
    )
    .bloom_filter(),
    athena(
        8,
        "userAgent",
        Text,
        "The client that made the request, such as the console, an SDK or the AWS CLI.",
    ),
    athena(9, "errorCode", Text, "The error of the service, if the request failed."),
    athena(10, "errorMessage", Text, "The description of the error, if the request failed."),
    athena(11, "requestParameters", Json, "The parameters sent with the request, as JSON."),
    athena(
        12,
        "responseElements",
        Json,
        "What the service returned, for actions that change something, as JSON.",
    ),
    athena(
        13,
        "additionalEventData",
        Json,
        "Data about the event outside the request and the response, as JSON.",
    ),
    athena(14, "requestID", Text, "The id the service gave the request.").unique(),
    athena(15, "eventID", Text, "The id CloudTrail gave the event, different for every event.")
        .unique()
        .bloom_filter(),
    athena(16, "readOnly", BooleanText, "Whether the action only reads: the text true or false."),
    athena(
        17,
        "resources",
        StructList { element: 52, members: RESOURCE },
        "The resources the event accessed.",
    ),
    athena(
        18,
        "eventType",
        Text,
        "What made the event, such as AwsApiCall, AwsServiceEvent or AwsVpceEvent.",
    ),
    athena(19, "apiVersion", Text, "The version of the API, for the event type AwsApiCall."),
    athena(20, "recipientAccountId", Text, "The account that received the event."),
    athena(21, "serviceEventDetails", Json, "What triggered a service event and its result, as JSON."),
    athena(
        22,
        "sharedEventID",
        Text,
        "The id shared by the events that one action gave to several accounts.",
    )
    .unique(),
    athena(23, "vpcEndpointId", Text, "The VPC endpoint the request passed through."),
    athena(24, "vpcEndpointAccountId", Text, "The account that owns that VPC endpoint."),
    athena(25, "eventCategory", Text, "Management, Data or NetworkActivity."),
    athena(26, "addendum", Struct(ADDENDUM), "Why an event came late, or what it adds to an earlier event."),
    athena(
        27,
        "sessionCredentialFromConsole",
        Text,
        "The text true where the credentials came from a console session.",
    ),
    athena(28, "edgeDeviceDetails", Json, "The edge device that was the target of the request, as JSON."),
    athena(29, "tlsDetails", Struct(TLS_DETAILS), "The TLS connection of the request."),
    newer(30, "managementEvent", Boolean, "Whether the event is a management event."),
    newer(31, "eventContext", Json, "The tags and condition keys of an enriched event, as JSON."),
    newer(
        32,
        "insightDetails",
        Json,
        "What triggered an Insights event, as JSON; such events have a table of their own.",
    ),
    event_timestamp(33, "eventTime as a timestamp in UTC, in microseconds; null for an undated record."),
    extra_fields(34),
    null_fields(35, 61),
    raw_record(36),
];

/// The partition columns of these tables.
pub(crate) const CLOUDTRAIL_PARTITIONS: [PartitionColumn; 2] = year_and_month(37, 38);

/// `userIdentity`
const USER_IDENTITY: &[Column] = &[
    athena(39, "type", Text, "The type of the identity, such as Root, IAMUser, AssumedRole or AWSService."),
    athena(
        40,
        "principalId",
        Text,
        "The unique id of the caller, with the session name for temporary credentials.",
    ),
    athena(41, "arn", Text, "The ARN of the caller."),
    athena(42, "accountId", Text, "The account that owns the caller."),
    athena(43, "invokedBy", Text, "The AWS service that made the request."),
    athena(44, "accessKeyId", Text, "The access key that signed the request.").bloom_filter(),
    athena(45, "userName", Text, "The friendly name of the caller."),
    athena(46, "onBehalfOf", Struct(ON_BEHALF_OF), "The IAM Identity Center user the request was made for."),
    athena(47, "sessionContext", Struct(SESSION_CONTEXT), "The session, for temporary credentials."),
    newer(
        48,
        "inScopeOf",
        Struct(IN_SCOPE_OF),
        "The service or resource in whose scope the credentials were issued.",
    ),
    newer(49, "credentialId", Text, "The id of the credential, for requests with a bearer token."),
    newer(
        50,
        "invokedByDelegate",
        Struct(INVOKED_BY_DELEGATE),
        "The product provider that acted with delegated access.",
    ),
    newer(51, "identityProvider", Text, "The external identity provider of a SAMLUser or WebIdentityUser."),
];

/// `userIdentity.onBehalfOf`
const ON_BEHALF_OF: &[Column] = &[
    athena(62, "userId", Text, "The id of the user in IAM Identity Center."),
    athena(63, "identityStoreArn", Text, "The ARN of the identity store that holds the user."),
];

/// `userIdentity.sessionContext`
const SESSION_CONTEXT: &[Column] = &[
    athena(
        64,
        "attributes",
        Struct(SESSION_ATTRIBUTES),
        "When the credentials were issued, and whether with MFA.",
    ),
    athena(65, "sessionIssuer", Struct(SESSION_ISSUER), "What issued the temporary credentials."),
    athena(
        66,
        "ec2RoleDelivery",
        Text,
        "1.0 or 2.0: the instance metadata version that gave out the credentials.",
    ),
    athena(
        67,
        "webIdFederationData",
        Struct(WEB_ID_FEDERATION_DATA),
        "The provider of web identity federation.",
    ),
    newer(68, "sourceIdentity", Text, "The identity of the original user, as set when the role was assumed."),
    newer(69, "assumedRoot", Text, "The text true where the session was obtained with AssumeRoot."),
];

/// `userIdentity.sessionContext.attributes`
const SESSION_ATTRIBUTES: &[Column] = &[
    athena(79, "mfaAuthenticated", Text, "The text true where the user had authenticated with MFA."),
    athena(80, "creationDate", Text, "When the temporary credentials were issued."),
];

/// `userIdentity.sessionContext.sessionIssuer`
const SESSION_ISSUER: &[Column] = &[
    athena(81, "type", Text, "The source of the credentials: Root, IAMUser or Role."),
    athena(82, "principalId", Text, "The internal id of the issuer."),
    athena(83, "arn", Text, "The ARN of the issuer."),
    athena(84, "accountId", Text, "The account that owns the issuer."),
    athena(85, "userName", Text, "The friendly name of the issuer."),
];

/// `userIdentity.sessionContext.webIdFederationData`
const WEB_ID_FEDERATION_DATA: &[Column] = &[
    athena(86, "federatedProvider", Text, "The principal name of the identity provider."),
    athena(
        87,
        "attributes",
        TextMap { key: 88, value: 89 },
        "The application id and the user id as the provider reports them.",
    ),
];

/// `userIdentity.inScopeOf`
const IN_SCOPE_OF: &[Column] = &[
    newer(70, "sourceArn", Text, "The ARN of the resource that invoked the service."),
    newer(71, "sourceAccount", Text, "The account of that resource."),
    newer(
        72,
        "issuerType",
        Text,
        "The type of resource that issued the credentials, such as AWS::Lambda::Function.",
    ),
    newer(73, "credentialsIssuedTo", Text, "The resource the credentials were issued to."),
];

/// `userIdentity.invokedByDelegate`
const INVOKED_BY_DELEGATE: &[Column] =
    &[newer(74, "accountId", Text, "The account of the product provider.")];

/// An element of `resources`
const RESOURCE: &[Column] = &[
    athena(75, "ARN", Text, "The ARN of the resource."),
    athena(76, "accountId", Text, "The account that owns the resource."),
    athena(77, "type", Text, "The type of the resource, such as AWS::S3::Object."),
    newer(
        78,
        "ARNPrefix",
        Text,
        "What the ARNs of the resources begin with, for requests such as listing a bucket.",
    ),
];

/// `addendum`
const ADDENDUM: &[Column] = &[
    athena(53, "reason", Text, "DELIVERY_DELAY, UPDATED_DATA or SERVICE_OUTAGE."),
    athena(54, "updatedFields", Text, "The fields this event updates, for the reason UPDATED_DATA."),
    athena(55, "originalRequestID", Text, "The request id of the event this one updates."),
    athena(56, "originalEventID", Text, "The event id of the event this one updates."),
];

/// `tlsDetails`
const TLS_DETAILS: &[Column] = &[
    athena(57, "tlsVersion", Text, "The TLS version of the request."),
    athena(58, "cipherSuite", Text, "The cipher suite of the request."),
    athena(59, "clientProvidedHostHeader", Text, "The host name the client called."),
    newer(60, "keyExchange", Text, "The key exchange of the TLS handshake, such as X25519MLKEM768."),
];
