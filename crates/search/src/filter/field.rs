//! The fields that a search can filter by: where their texts are in a record, and how these are compared.

use cloudtrail_model::{ColumnType, Table, columns};

use crate::filter::rule::Rule;

/// What a condition is about. `docs/guide/search.md` has the same list for users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The id of the event.
    EventId,
    /// The access key that signed the request.
    AccessKey,
    /// Where the request came from.
    Ip,
    /// The action, such as `PutObject`.
    Event,
    /// The service, such as `s3` or `s3.amazonaws.com`.
    SourceService,
    /// The error code.
    Error,
    /// The Region.
    Region,
    /// The account of the caller, or the account that received the event.
    Account,
    /// The caller: a user, a role, a session, or the service that made the request.
    Principal,
    /// A resource of the event, or a string among the parameters of the request.
    Resource,
    /// Any text anywhere in the record.
    Text,
}

/// A place in a record that texts are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A member: the names on the way to it.
    Member(&'static [&'static str]),
    /// A member of every element of a list.
    Elements(&'static str, &'static str),
    /// Every string below a member that its column keeps as JSON.
    Strings(&'static str),
    /// Every name and every value of the record.
    Record,
}

impl Field {
    /// Every field, those first that are cheap to decide and leave few records.
    pub const ALL: [Field; 11] = [
        Field::EventId,
        Field::AccessKey,
        Field::Ip,
        Field::Event,
        Field::SourceService,
        Field::Error,
        Field::Region,
        Field::Account,
        Field::Principal,
        Field::Resource,
        Field::Text,
    ];

    /// How a wanted text is compared with those of a record.
    pub(crate) fn rule(self) -> Rule {
        match self {
            Field::EventId | Field::AccessKey | Field::Ip | Field::Account => Rule::Same,
            Field::Event | Field::Region => Rule::AnyCase,
            Field::SourceService => Rule::Service,
            Field::Error => Rule::Error,
            Field::Principal | Field::Resource => Rule::Ending,
            Field::Text => Rule::Within,
        }
    }

    /// Where the texts of a record are. One of them is enough.
    fn all_places(self) -> &'static [Place] {
        use Place::{Elements, Member, Strings};
        match self {
            Field::EventId => &[Member(&["eventID"]), Member(&["eventId"])],
            Field::AccessKey => &[Member(&["userIdentity", "accessKeyId"])],
            Field::Ip => &[Member(&["sourceIPAddress"])],
            Field::Event => &[Member(&["eventName"])],
            Field::SourceService => &[Member(&["eventSource"])],
            Field::Error => &[Member(&["errorCode"])],
            Field::Region => &[Member(&["awsRegion"])],
            Field::Account => &[
                Member(&["recipientAccountId"]),
                Member(&["userIdentity", "accountId"]),
                Member(&["accountId"]),
            ],
            Field::Principal => &[
                Member(&["userIdentity", "arn"]),
                Member(&["userIdentity", "principalId"]),
                Member(&["userIdentity", "userName"]),
                Member(&["userIdentity", "invokedBy"]),
                Member(&["userIdentity", "sessionContext", "sessionIssuer", "arn"]),
                Member(&["userIdentity", "sessionContext", "sessionIssuer", "principalId"]),
                Member(&["userIdentity", "sessionContext", "sessionIssuer", "userName"]),
            ],
            Field::Resource => &[
                Elements("resources", "ARN"),
                Elements("resources", "ARNPrefix"),
                Strings("requestParameters"),
            ],
            Field::Text => &[Place::Record],
        }
    }

    /// The places that records of a table have: those with a column. None if the table has no such field.
    pub(crate) fn places(self, table: Table) -> Vec<Place> {
        self.all_places().iter().copied().filter(|place| place.is_of(table)).collect()
    }
}

impl Place {
    /// Whether a table has a column for it.
    fn is_of(self, table: Table) -> bool {
        let mut level = columns(table);
        let path: &[&str] = match &self {
            Place::Member(path) => path,
            Place::Elements(list, _) => &[list],
            Place::Strings(member) => &[member],
            Place::Record => &[],
        };
        for name in path {
            let Some(column) = level.iter().find(|column| column.name == *name) else { return false };
            level = column.column_type.members();
        }
        match self {
            Place::Elements(_, member) => level.iter().any(|column| column.name == member),
            Place::Member(_) | Place::Strings(_) | Place::Record => true,
        }
    }

    /// The path of its Parquet column, or of the group that its columns are in. Empty: all columns.
    pub(crate) fn column_path(self) -> String {
        match self {
            Place::Member(path) => path.join("."),
            Place::Elements(list, member) => format!("{list}.list.element.{member}"),
            Place::Strings(member) => member.to_owned(),
            Place::Record => String::new(),
        }
    }

    /// The path of its Parquet column, if the column has exactly the texts that are compared, one a row at most.
    pub(crate) fn single_column(self, table: Table) -> Option<String> {
        let Place::Member(path) = self else { return None };
        let mut level = columns(table);
        let mut found = None;
        for name in path {
            let column = level.iter().find(|column| column.name == *name)?;
            level = column.column_type.members();
            found = Some(column.column_type);
        }
        (found == Some(ColumnType::Text)).then(|| self.column_path())
    }
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
