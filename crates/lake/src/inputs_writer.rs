//! Writes the inputs of a commit as they are read: the inputs object, the facts, and the sums.

use std::collections::BTreeMap;

use cloudtrail_model::{LogFileName, SourceKey, account_of};

use crate::facts::Facts;
use crate::inputs::sort_key;
use crate::lines_object::{GzipText, LinesObject, read_lines_object};
use crate::{Input, InputCounts, Inputs, Totals};

/// The inputs of one commit in progress. Memory is that of the compressed object.
#[derive(Debug)]
pub struct InputsWriter<'a> {
    before: Option<&'a Inputs>,
    text: GzipText,
    last: Vec<u8>,
    facts: BTreeMap<(String, String), Facts>,
    /// The folder of the last input, and the facts of its account and region that are not in `facts` yet.
    folder: String,
    of_folder: Facts,
    written: WrittenInputs,
}

/// The inputs of one commit, complete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WrittenInputs {
    pub(crate) inputs: Option<LinesObject>,
    pub(crate) facts: Option<LinesObject>,
    pub(crate) totals: Totals,
    pub(crate) reread: InputCounts,
    pub(crate) above: Vec<String>,
    /// The key of the first input that does not come after the one before.
    pub(crate) unordered: Option<String>,
}

impl<'a> InputsWriter<'a> {
    /// A writer for a commit on top of `before`; of one that replaces all inputs, `None`.
    pub fn new(before: Option<&'a Inputs>) -> Self {
        InputsWriter {
            before,
            text: GzipText::new(),
            last: Vec::new(),
            facts: BTreeMap::new(),
            folder: String::new(),
            of_folder: Facts::default(),
            written: WrittenInputs::default(),
        }
    }

    /// The inputs of a commit on top of nothing, in their order.
    pub fn write_all<'i>(inputs: impl IntoIterator<Item = &'i Input>) -> WrittenInputs {
        let mut writer = InputsWriter::new(None);
        inputs.into_iter().for_each(|input| writer.push(input));
        writer.finish()
    }

    /// The index of what precedes keys in the source, for [`Input::above`].
    pub fn above(&mut self, prefix: &str) -> u32 {
        let all = &mut self.written.above;
        let index = all.iter().position(|known| known == prefix).unwrap_or_else(|| {
            all.push(prefix.to_owned());
            all.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Appends an input. Inputs must come in the order of account and key, or the commit fails.
    pub fn push(&mut self, input: &Input) {
        let place = sort_key(&input.key);
        if self.written.totals.files_in > 0 && place <= self.last {
            self.written.unordered.get_or_insert_with(|| input.key.clone());
        }
        self.last = place;
        let written = &mut self.written;
        written.totals.add_input(input);
        if let Some(earlier) = self.before.and_then(|before| before.get(&input.key)) {
            written.reread.add(&earlier);
        }
        let line = input.append_line(self.text.text());
        debug_assert!(line.is_ok(), "an input is JSON, and memory does not fail");
        self.add_facts(input);
    }

    /// Counts an input at its account and region. Those are parsed only where the folder changes: a day has thousands of files.
    fn add_facts(&mut self, input: &Input) {
        let folder = input.key.rfind('/').and_then(|end| input.key.get(..end)).unwrap_or_default();
        if folder.is_empty() || folder != self.folder {
            self.end_folder();
            folder.clone_into(&mut self.folder);
            account_of(&input.key).clone_into(&mut self.of_folder.account);
            self.of_folder.region = match SourceKey::parse(&input.key) {
                Ok(key) => key.region,
                Err(_) => LogFileName::parse(&input.key).map(|name| name.region).unwrap_or_default(),
            };
        }
        self.of_folder.add(&InputCounts::of(input), input.records);
    }

    fn end_folder(&mut self) {
        let of_folder = std::mem::take(&mut self.of_folder);
        if of_folder.files == 0 || of_folder.account.is_empty() {
            return;
        }
        let place = (of_folder.account.clone(), of_folder.region.clone());
        self.facts.entry(place).or_default().add_counts(&of_folder);
    }

    /// The written inputs.
    pub fn finish(mut self) -> WrittenInputs {
        self.end_folder();
        let InputsWriter { text, facts, mut written, .. } = self;
        let files = written.totals.files_in;
        written.inputs = (files > 0).then(|| LinesObject::new(text, files));
        let lines = facts.len() as u64;
        let mut text = GzipText::new();
        for ((account, region), facts) in facts {
            let line = serde_json::to_writer(&mut *text.text(), &Facts { account, region, ..facts });
            debug_assert!(line.is_ok(), "counts are JSON, and memory does not fail");
            text.text().push(b'\n');
        }
        written.facts = (lines > 0).then(|| LinesObject::new(text, lines));
        written
    }
}

impl WrittenInputs {
    /// The sums over the inputs.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Number of inputs.
    pub fn len(&self) -> u64 {
        self.totals.files_in
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs, read back. [`Input::above`] is the index in [`WrittenInputs::above`].
    pub fn inputs(&self) -> Inputs {
        let mut inputs = Inputs::default();
        let Some(object) = &self.inputs else { return inputs };
        let read = read_lines_object(&object.stated, &object.body, |line| {
            let input = Input::from_line(line).map_err(|error| error.to_string())?;
            // inputs that are not in order fail the commit
            let _is_in_order = inputs.push(&input);
            Ok(())
        });
        debug_assert_eq!(read, Ok(()), "the writer has just written it");
        inputs
    }

    /// What precedes the keys of the inputs in the source.
    pub fn above(&self) -> &[String] {
        &self.above
    }
}

impl InputCounts {
    /// The counts of one input.
    pub(crate) fn of(input: &Input) -> Self {
        let (quarantined, unreadable) = (input.is_quarantined().into(), input.is_unreadable().into());
        InputCounts { files: 1, quarantined, unreadable, bytes: input.bytes }
    }

    fn add(&mut self, input: &Input) {
        let InputCounts { files, quarantined, unreadable, bytes } = InputCounts::of(input);
        self.files += files;
        self.quarantined += quarantined;
        self.unreadable += unreadable;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

#[cfg(test)]
#[path = "inputs_writer_tests.rs"]
mod tests;
