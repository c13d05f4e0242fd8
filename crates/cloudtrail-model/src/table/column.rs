//! A column of a monthly table: its name, its type, its field id, and what its Parquet has.
//!
//! Every column, every member of a struct, every element of a list, and every key and value of a map has a Parquet field id.
//! Table formats (Iceberg) know a column by its id, not by its name: an id never changes, and no other column ever gets it.
//! `columns.rs` says how a new column gets its id.

/// The derived column with the instant that decides the event day.
pub const EVENT_TIMESTAMP: &str = "eventTimestamp";
/// The derived column with everything of a record that no other column holds.
pub const EXTRA_FIELDS: &str = "extraFields";
/// The derived column with the paths of the members that were `null`.
pub const NULL_FIELDS: &str = "nullFields";
/// The derived column with the whole text of a record that the other columns cannot give back.
pub const RAW_RECORD: &str = "rawRecord";

/// What a column holds, and how a JSON value gets into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A JSON string, decoded.
    Text,
    /// JSON `true` or `false`, kept as the text `true` or `false`, since AWS's DDL has such members as strings.
    /// A JSON string is an unexpected type.
    BooleanText,
    /// JSON `true` or `false`.
    Boolean,
    /// Any JSON value: the record's own bytes.
    Json,
    /// A JSON object with these members.
    Struct(&'static [Column]),
    /// A JSON array of objects with these members.
    StructList {
        /// The field id of its elements.
        element: i32,
        /// The members of an element.
        members: &'static [Column],
    },
    /// A JSON object whose values are all strings.
    TextMap {
        /// The field id of its keys.
        key: i32,
        /// The field id of its values.
        value: i32,
    },
    /// Microseconds since 1970, UTC. Made by Trailmill, never read from a member.
    TimestampMicros,
    /// A list of texts. Made by Trailmill, never read from a member.
    TextList {
        /// The field id of its elements.
        element: i32,
    },
}

impl ColumnType {
    /// The members of a struct or of a list of structs; none for other types.
    pub fn members(self) -> &'static [Column] {
        match self {
            ColumnType::Struct(members) | ColumnType::StructList { members, .. } => members,
            ColumnType::Text
            | ColumnType::BooleanText
            | ColumnType::Boolean
            | ColumnType::Json
            | ColumnType::TextMap { .. }
            | ColumnType::TimestampMicros
            | ColumnType::TextList { .. } => &[],
        }
    }
}

/// Where a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// AWS's DDL for CloudTrail logs in Athena has it.
    Athena,
    /// A member that CloudTrail writes and that is not in that DDL.
    Newer,
    /// Made by Trailmill.
    Trailmill,
}

/// One column of a table, or one member of a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The Parquet field id, which no other node of its table has.
    pub field_id: i32,
    /// The name as CloudTrail writes the member: `sourceIPAddress`, `ARN`. Athena knows it in lower case.
    pub name: &'static str,
    /// What it holds.
    pub column_type: ColumnType,
    /// Where it comes from.
    pub origin: Origin,
    /// What it says, in one sentence.
    pub about: &'static str,
    /// Whether nearly every record has a value of its own here: a dictionary of such values is all cost.
    pub unique: bool,
    /// Whether its Parquet has bloom filters, since investigations look for one exact value.
    pub bloom_filter: bool,
}

impl Column {
    const fn new(
        field_id: i32,
        name: &'static str,
        column_type: ColumnType,
        origin: Origin,
        about: &'static str,
    ) -> Self {
        Column { field_id, name, column_type, origin, about, unique: false, bloom_filter: false }
    }

    /// The same column, with values that differ from record to record.
    pub(crate) const fn unique(self) -> Self {
        Column { unique: true, ..self }
    }

    /// The same column, with bloom filters.
    pub(crate) const fn bloom_filter(self) -> Self {
        Column { bloom_filter: true, ..self }
    }
}

/// A column of AWS's DDL.
pub(crate) const fn athena(
    field_id: i32,
    name: &'static str,
    column_type: ColumnType,
    about: &'static str,
) -> Column {
    Column::new(field_id, name, column_type, Origin::Athena, about)
}

/// A member that is not in AWS's DDL.
pub(crate) const fn newer(
    field_id: i32,
    name: &'static str,
    column_type: ColumnType,
    about: &'static str,
) -> Column {
    Column::new(field_id, name, column_type, Origin::Newer, about)
}

/// A column that Trailmill derives.
const fn derived(field_id: i32, name: &'static str, column_type: ColumnType, about: &'static str) -> Column {
    Column::new(field_id, name, column_type, Origin::Trailmill, about)
}

/// eventTimestamp, the first of the derived columns. Where the instant comes from differs from table to table.
pub(crate) const fn event_timestamp(field_id: i32, about: &'static str) -> Column {
    derived(field_id, EVENT_TIMESTAMP, ColumnType::TimestampMicros, about)
}

/// The derived column for whatever no other column holds.
pub(crate) const fn extra_fields(field_id: i32) -> Column {
    derived(
        field_id,
        EXTRA_FIELDS,
        ColumnType::Json,
        "A JSON object of whatever no other column holds: members this table does not know and members of an unexpected type, at any depth.",
    )
}

/// The derived column for members that were `null`.
pub(crate) const fn null_fields(field_id: i32, element: i32) -> Column {
    derived(
        field_id,
        NULL_FIELDS,
        ColumnType::TextList { element },
        "The dotted paths of the members that were explicitly null, so that they can be told from missing ones.",
    )
}

/// The derived column for records that the other columns cannot give back.
pub(crate) const fn raw_record(field_id: i32) -> Column {
    derived(
        field_id,
        RAW_RECORD,
        ColumnType::Text,
        "The whole text of the record, only where the other columns cannot give it back, as with a member that occurs twice.",
    )
}

/// A column that is no column of the files: its value is in their path. Its type is `int`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionColumn {
    /// Its field id, which no other node of its table has.
    pub field_id: i32,
    /// Its name.
    pub name: &'static str,
}

/// `year` and `month`, with these field ids.
pub(crate) const fn year_and_month(year: i32, month: i32) -> [PartitionColumn; 2] {
    [PartitionColumn { field_id: year, name: "year" }, PartitionColumn { field_id: month, name: "month" }]
}
