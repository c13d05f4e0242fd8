//! The columns of `cloudtrail_insight` and `cloudtrail_aggregated`.
//!
//! AWS has no DDL for these. Where its DDL for CloudTrail logs has a column of the same name, that column's type and
//! order are kept, so that queries over several tables fit together.
//!
//! Sources: "CloudTrail record contents for Insights events for trails" and "CloudTrail record contents for aggregated
//! events" (CloudTrail User Guide).

use crate::table::column::{
    Column, ColumnType, PartitionColumn, athena, event_timestamp, extra_fields, newer, null_fields,
    raw_record, year_and_month,
};

use ColumnType::{Json, Struct, Text};

/// Insights events.
pub(crate) const INSIGHT: &[Column] = &[
    athena(1, "eventVersion", Text, "The version of the event format."),
    athena(2, "eventTime", Text, "When the unusual activity started or ended, as CloudTrail writes it."),
    athena(3, "awsRegion", Text, "The AWS Region of the unusual activity."),
    athena(4, "eventID", Text, "The id CloudTrail gave the event, different for every event.")
        .unique()
        .bloom_filter(),
    athena(5, "eventType", Text, "Always AwsCloudTrailInsight."),
    athena(6, "recipientAccountId", Text, "The account that received the event."),
    athena(7, "sharedEventID", Text, "The id shared by the start and the end of one unusual activity.")
        .unique(),
    athena(8, "eventCategory", Text, "Always Insight."),
    newer(
        9,
        "insightDetails",
        Json,
        "The state (Start or End), the API, the type of insight, its statistics and attributions, as JSON.",
    ),
    event_timestamp(10, "eventTime as a timestamp in UTC, in microseconds; null for an undated record."),
    extra_fields(11),
    null_fields(12, 16),
    raw_record(13),
];

/// The partition columns of that table.
pub(crate) const INSIGHT_PARTITIONS: [PartitionColumn; 2] = year_and_month(14, 15);

/// Aggregated events.
pub(crate) const AGGREGATED: &[Column] = &[
    athena(1, "eventVersion", Text, "The version of the aggregated event."),
    athena(2, "eventSource", Text, "The service whose events are summed up."),
    athena(3, "awsRegion", Text, "The AWS Region of the events that are summed up."),
    athena(
        4,
        "eventId",
        Text,
        "The id CloudTrail gave the aggregated event; here alone it is spelt eventId.",
    )
    .unique()
    .bloom_filter(),
    athena(5, "eventType", Text, "Always AwsAggregatedEvent."),
    athena(6, "eventCategory", Text, "Always Aggregated."),
    newer(7, "accountId", Text, "The account that received the event."),
    newer(8, "timeWindow", Struct(TIME_WINDOW), "The time the aggregated events fall in."),
    newer(9, "summary", Json, "The numbers of events, by a main dimension and by further ones, as JSON."),
    event_timestamp(
        10,
        "timeWindow.windowStart as a timestamp in UTC, in microseconds; null for an undated record.",
    ),
    extra_fields(11),
    null_fields(12, 19),
    raw_record(13),
];

/// The partition columns of that table.
pub(crate) const AGGREGATED_PARTITIONS: [PartitionColumn; 2] = year_and_month(14, 15);

/// `timeWindow`
const TIME_WINDOW: &[Column] = &[
    newer(16, "windowStart", Text, "The start of the window, inclusive, as CloudTrail writes it."),
    newer(17, "windowEnd", Text, "The end of the window, exclusive, as CloudTrail writes it."),
    newer(18, "windowSize", Text, "The length of the window in ISO 8601 form, such as PT5M."),
];
