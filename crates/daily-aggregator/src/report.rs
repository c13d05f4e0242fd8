//! The report of a run at one day of one table.

use lake::{Input, Inputs, Outcome, Partition, Proof, Verdict, Why};
use serde::Serialize;

/// The report of a run at one day of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayReport {
    /// The partition.
    pub partition: Partition,
    /// The outcome.
    pub outcome: Outcome,
    /// Number of log files delivered on the day.
    pub listed: u64,
    /// Number of other objects in the folders of the day.
    pub others: u64,
    /// The key of one of them.
    pub other_example: Option<String>,
    /// Log files that this run quarantined, in the order of (account, identity).
    pub quarantined: Vec<LeftOutFile>,
    /// Log files that earlier runs quarantined and no later one has read, in the order of the journal's inputs.
    pub quarantined_earlier: Vec<LeftOutFile>,
    /// Log files of the day that the source does not give out.
    pub unreadable: UnreadableFiles,
    /// What digest files prove about the day; `None` if they were not looked at.
    pub proof: Option<Proof>,
    /// Keys in the partition that Trailmill did not write: see [`lake::Differences::foreign`].
    pub foreign: Vec<String>,
}

/// Names that an [`UnreadableFiles`] has at most: all log files of a day may be unreadable.
const MAX_EXAMPLES: usize = 100;

/// Log files that the source does not give out: archived, encrypted with a key that cannot be used, or access denied. Each run
/// tries them again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UnreadableFiles {
    /// Their number.
    pub count: u64,
    /// The first of them, at most 100.
    pub examples: Vec<LeftOutFile>,
}

impl UnreadableFiles {
    /// The unreadable files among some inputs, by their keys.
    pub fn among(inputs: &Inputs, is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut files = UnreadableFiles::default();
        inputs.iter().filter(|input| is_wanted(&input.key)).for_each(|input| files.add_input(&input));
        files
    }

    /// Adds the input if it is unreadable.
    pub(crate) fn add_input(&mut self, input: &Input) {
        if let Verdict::Unreadable(why) = &input.verdict {
            self.count += 1;
            if self.examples.len() < MAX_EXAMPLES {
                self.examples.push(LeftOutFile::new(&input.key, why));
            }
        }
    }

    /// Adds others.
    pub fn add(&mut self, others: UnreadableFiles) {
        self.count += others.count;
        let room = MAX_EXAMPLES - self.examples.len().min(MAX_EXAMPLES);
        self.examples.extend(others.examples.into_iter().take(room));
    }
}

/// A log file whose records are not in the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOutFile {
    /// The identity: see [`LogFileId::identity`](cloudtrail_model::LogFileId::identity).
    pub key: String,
    /// A stable code, such as `truncated_gzip` or `archived`.
    pub reason: String,
    /// A description for people.
    pub detail: String,
}

impl LeftOutFile {
    fn new(key: &str, why: &Why) -> Self {
        let Why { reason, detail } = why.clone();
        LeftOutFile { key: key.to_owned(), reason, detail }
    }

    /// The file, with the reason, if the input is left out.
    pub(crate) fn of(input: &Input) -> Option<Self> {
        match &input.verdict {
            Verdict::Ok => None,
            Verdict::Quarantined(why) | Verdict::Unreadable(why) => Some(LeftOutFile::new(&input.key, why)),
        }
    }

    /// The quarantined files among some inputs.
    pub fn quarantined_among(inputs: &Inputs) -> Vec<Self> {
        inputs.iter().filter(Input::is_quarantined).filter_map(|input| LeftOutFile::of(&input)).collect()
    }
}
