//! The columns of `cloudtrail_insight` and `cloudtrail_aggregated`.
//!
//! AWS has no DDL for these. Where its DDL for CloudTrail logs has a column of the same name, that column's type and
//! order are kept, so that queries over several tables fit together.
//!
//! Sources: "CloudTrail record contents for Insights events for trails" and "CloudTrail record contents for aggregated
//! events" (CloudTrail User Guide).

use crate::table::column::{
    Column, ColumnType, EXTRA_FIELDS_COLUMN, NULL_FIELDS_COLUMN, RAW_RECORD_COLUMN, athena, event_timestamp,
    newer,
};

use ColumnType::{Json, Struct, Text};

/// Insights events.
pub(crate) const INSIGHT: &[Column] = &[
    athena("eventVersion", Text, "The version of the event format."),
    athena("eventTime", Text, "When the unusual activity started or ended, as CloudTrail writes it."),
    athena("awsRegion", Text, "The AWS Region of the unusual activity."),
    athena("eventID", Text, "The id CloudTrail gave the event, different for every event.")
        .unique()
        .bloom_filter(),
    athena("eventType", Text, "Always AwsCloudTrailInsight."),
    athena("recipientAccountId", Text, "The account that received the event."),
    athena("sharedEventID", Text, "The id shared by the start and the end of one unusual activity.").unique(),
    athena("eventCategory", Text, "Always Insight."),
    newer(
        "insightDetails",
        Json,
        "The state (Start or End), the API, the type of insight, its statistics and attributions, as JSON.",
    ),
    event_timestamp("eventTime as a timestamp in UTC, in microseconds; null for an undated record."),
    EXTRA_FIELDS_COLUMN,
    NULL_FIELDS_COLUMN,
    RAW_RECORD_COLUMN,
];

/// Aggregated events.
pub(crate) const AGGREGATED: &[Column] = &[
    athena("eventVersion", Text, "The version of the aggregated event."),
    athena("eventSource", Text, "The service whose events are summed up."),
    athena("awsRegion", Text, "The AWS Region of the events that are summed up."),
    athena("eventId", Text, "The id CloudTrail gave the aggregated event; here alone it is spelt eventId.")
        .unique()
        .bloom_filter(),
    athena("eventType", Text, "Always AwsAggregatedEvent."),
    athena("eventCategory", Text, "Always Aggregated."),
    newer("accountId", Text, "The account that received the event."),
    newer("timeWindow", Struct(TIME_WINDOW), "The time the aggregated events fall in."),
    newer("summary", Json, "The numbers of events, by a main dimension and by further ones, as JSON."),
    event_timestamp(
        "timeWindow.windowStart as a timestamp in UTC, in microseconds; null for an undated record.",
    ),
    EXTRA_FIELDS_COLUMN,
    NULL_FIELDS_COLUMN,
    RAW_RECORD_COLUMN,
];

/// `timeWindow`
const TIME_WINDOW: &[Column] = &[
    newer("windowStart", Text, "The start of the window, inclusive, as CloudTrail writes it."),
    newer("windowEnd", Text, "The end of the window, exclusive, as CloudTrail writes it."),
    newer("windowSize", Text, "The length of the window in ISO 8601 form, such as PT5M."),
];
