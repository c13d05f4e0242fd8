//! What an organisation is like, and how much a day of it brings.

/// An organisation and a day's worth of its deliveries. Every day of it has the same counts and its own content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationConfig {
    /// Decides everything that is not a count.
    pub seed: u64,
    /// `o-…`, or `None` for the keys of a trail of one account's own.
    pub organization: Option<String>,
    /// Member accounts. At least one is made.
    pub accounts: u32,
    /// Regions in use: at least one, at most 12.
    pub regions: u32,
    /// CloudTrail log files a day, good ones; never more than `records`.
    pub files: u32,
    /// Records in them, duplicates included.
    pub records: u32,
    /// How the records spread over the files.
    pub sizes: FileSizes,
    /// Of 1,000 records, those that are a second delivery: the bytes of a record of an earlier file of the day.
    pub duplicates_per_mille: u32,
    /// Records a day with the eventID of an earlier one and other bytes.
    pub conflicts: u32,
    /// Of 1,000 files, those whose events are one day older than their delivery, or, one in ten of them, up to nine days.
    pub stragglers_per_mille: u32,
    /// Of 1,000 records delivered on the first three days of a month, those of the last hour of the month before.
    pub month_edge_per_mille: u32,
    /// Of 1,000 records, those with values that careless readers alter or stumble over.
    pub awkward_per_mille: u32,
    /// Records a day without an eventID.
    pub records_without_id: u32,
    /// Of `files`, those with white space between their tokens.
    pub pretty_files: u32,
    /// `CloudTrail-Insight` files a day, on top of `files` as all that follow.
    pub insight_files: u32,
    /// `CloudTrail-NetworkActivity` files a day.
    pub network_activity_files: u32,
    /// `CloudTrail-Aggregated` files a day.
    pub aggregated_files: u32,
    /// Digests a day. The hashes in them are made up.
    pub digest_files: u32,
    /// Good files of the kinds of [`crate::OddKind`] a day, in turn.
    pub odd_files: u32,
    /// Files of the kinds of [`crate::BrokenKind`] a day, in turn.
    pub broken_files: u32,
    /// Files of a day that arrive after its first run: what [`crate::late_arrivals`] makes.
    pub late_files: u32,
}

/// How records spread over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSizes {
    /// Most files hold one or two records, a few some hundred: a quiet organisation in many regions.
    LongTail,
    /// Every file within a factor of two or so: busy accounts.
    Even,
}

impl OrganizationConfig {
    /// An ordinary day of a middling organisation: 3,911 log files with 17,648 records, about 44 % of the files smaller
    /// than 1,000 bytes, as in Chariot Solutions'
    /// [Aggregating Files in your Data Lake](https://chariotsolutions.com/blog/post/aggregating-files-in-your-data-lake-part-1/). A few objects of the other kinds come on top; nothing is broken.
    pub fn article_day() -> Self {
        OrganizationConfig {
            seed: 1,
            organization: Some("o-7c2m9xk4qp".to_owned()),
            accounts: 12,
            regions: 6,
            files: 3_911,
            records: 17_648,
            sizes: FileSizes::LongTail,
            duplicates_per_mille: 210,
            conflicts: 2,
            stragglers_per_mille: 3,
            month_edge_per_mille: 20,
            awkward_per_mille: 10,
            records_without_id: 2,
            pretty_files: 1,
            insight_files: 2,
            network_activity_files: 3,
            aggregated_files: 3,
            digest_files: 24,
            odd_files: 0,
            broken_files: 0,
            late_files: 5,
        }
    }

    /// A day of any size in files of 100 to 250 records: a million records are 5,882 files and about 1.6 GB of JSON.
    pub fn large_day(records: u32) -> Self {
        OrganizationConfig {
            accounts: 20,
            regions: 4,
            files: (records / 170).max(1),
            records,
            sizes: FileSizes::Even,
            ..Self::article_day()
        }
    }
}

impl Default for OrganizationConfig {
    fn default() -> Self {
        Self::article_day()
    }
}
