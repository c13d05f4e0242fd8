//! The column chunk of one column: its values into pages, each compressed as soon as it is full.
//!
//! The parquet crate's own column writers take Arrow arrays. Ours takes values from where they are, and knows that rows
//! are sorted, so that a value is mostly the one before.

use parquet::basic::Encoding;
use parquet::bloom_filter::Sbbf;
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;

use crate::batch::{Batch, Cell};
use crate::compressor::Compressors;
use crate::dictionary::Dictionary;
use crate::finished_chunk::{ColumnChunk, FinishedPage, Pages};
use crate::layout::{
    BLOOM_FPP, ColumnLayout, DICTIONARY_BYTES, MOSTLY_NEW, PAGE_BYTES, PAGE_ROWS, Values, level_of_page,
};
use crate::page_values::PageValues;
use crate::rle::Runs;
use crate::statistics::MinMax;

/// A column chunk under construction.
pub(crate) struct ColumnChunkWriter {
    /// The index among the leaves of the schema.
    column: usize,
    /// The optional groups it is in.
    within: u32,
    descriptor: ColumnDescPtr,
    /// What its values are, which decides how they are encoded.
    kind: Values,
    compressors: Compressors,
    /// The distinct values, until there are too many.
    dictionary: Option<Dictionary>,
    bloom_filter: Option<Sbbf>,
    pages: Pages,
    // of the page under construction
    repetitions: Runs,
    definitions: Runs,
    rows: usize,
    nulls: usize,
    min_max: MinMax,
    values: PageValues,
    /// Values the dictionary had before the page, and bytes.
    known: (usize, usize),
}

impl ColumnChunkWriter {
    /// The chunk of a column in a row group of `rows` rows.
    ///
    /// # Errors
    ///
    /// Fails if the column is not as its layout says.
    pub(crate) fn new(
        (column, layout): (usize, ColumnLayout),
        descriptor: ColumnDescPtr,
        compressors: Compressors,
        rows: usize,
    ) -> Result<Self> {
        let kind = layout.values(&descriptor)?;
        let (dictionary, values) = match kind {
            Values::Repeating => (Some(Dictionary::default()), PageValues::Indices(Runs::default())),
            Values::Unique => (None, PageValues::Texts(Vec::new(), 0)),
            Values::Int64 => (None, PageValues::Whole(Vec::new())),
            Values::Boolean => (None, PageValues::Bits(Vec::new())),
        };
        let filter = || Sbbf::new_with_ndv_fpp(rows.max(1) as u64, BLOOM_FPP);
        Ok(ColumnChunkWriter {
            column,
            within: layout.within,
            descriptor,
            kind,
            compressors,
            dictionary,
            bloom_filter: layout.bloom_filter.then(filter).transpose()?,
            pages: Pages::default(),
            repetitions: Runs::default(),
            definitions: Runs::default(),
            rows: 0,
            nulls: 0,
            min_max: MinMax::default(),
            values,
            known: (0, 0),
        })
    }

    /// Adds the values of some rows.
    pub(crate) fn write(&mut self, batch: &Batch<'_>) -> Result<()> {
        if !batch.fits(self.column, self.descriptor.max_rep_level() > 0) {
            return Err(self.wrong("only values of a repeated column have levels, and all of those do"));
        }
        if self.is_long() && !batch.is_empty(self.column) {
            self.end_page()?;
        }
        if self.descriptor.max_rep_level() > 0 {
            self.write_repeated(batch)?;
        } else if batch.is_empty(self.column) {
            self.rows += batch.rows();
            if self.within == 0 {
                self.add_nulls(0, batch.rows());
            } else {
                batch.present().for_each(|present| self.add_missing(present));
            }
        } else {
            let defined = u32::from(self.descriptor.max_def_level().cast_unsigned());
            for cell in batch.cells(self.column) {
                self.rows += 1;
                match cell {
                    Cell::Value(value, again) => {
                        self.definitions.push(defined, 1);
                        if !(again && self.values.push_again()) {
                            self.add_value(value);
                            self.end_row()?;
                        }
                    }
                    Cell::Missing(present) => self.add_missing(present),
                }
            }
        }
        // rows without a value are no more to read for being many
        if self.is_long() && self.values.len() > 0 { self.end_page() } else { Ok(()) }
    }

    fn is_long(&self) -> bool {
        self.rows >= PAGE_ROWS
    }

    fn wrong(&self, what: &str) -> ParquetError {
        ParquetError::General(format!("column {}: {what}", self.descriptor.path().string()))
    }

    fn write_repeated(&mut self, batch: &Batch<'_>) -> Result<()> {
        let defined = self.descriptor.max_def_level().cast_unsigned();
        let deepest = self.descriptor.max_rep_level().cast_unsigned();
        for (present, values) in batch.repeated(self.column) {
            self.rows += 1;
            let mut any = false;
            for (repetition, definition, value) in values {
                if u16::from(definition) > defined
                    || u16::from(repetition) > deepest
                    || any == (repetition == 0)
                {
                    return Err(
                        self.wrong("no such levels, or the first of a row is not at repetition level 0")
                    );
                }
                any = true;
                self.repetitions.push(u32::from(repetition), 1);
                if u16::from(definition) == defined {
                    self.definitions.push(u32::from(definition), 1);
                    self.add_value(value);
                } else {
                    self.add_nulls(u32::from(definition), 1);
                }
            }
            if !any {
                self.repetitions.push(0, 1);
                self.add_missing(present);
            }
            self.end_row()?;
        }
        Ok(())
    }

    /// Adds a row without a value, that has some optional groups.
    fn add_missing(&mut self, present: u32) {
        self.add_nulls((present & self.within).count_ones(), 1);
    }

    fn add_nulls(&mut self, definition: u32, count: usize) {
        self.definitions.push(definition, u32::try_from(count).unwrap_or(u32::MAX));
        self.nulls += count;
    }

    fn add_value(&mut self, value: &[u8]) {
        let page = self.pages.data.len() + 1;
        let (index, is_first) = match (&mut self.dictionary, &self.values) {
            (Some(dictionary), PageValues::Indices(_)) => dictionary.index(value, page),
            (_, _) => (0, true),
        };
        if is_first {
            match self.kind {
                Values::Int64 => self.min_max.add(&ordered(value)),
                Values::Repeating | Values::Unique | Values::Boolean => self.min_max.add(value),
            }
        }
        if let Some(filter) = self.bloom_filter.as_mut().filter(|_| !self.values.is_indices()) {
            filter.insert(value);
        }
        self.values.push(index, value);
    }

    /// A row is complete: so may be its page, and the dictionary.
    fn end_row(&mut self) -> Result<()> {
        let distinct =
            |dictionary: &Option<Dictionary>| dictionary.as_ref().map_or(0, |all| all.page().len());
        if self.values.bytes().max(distinct(&self.dictionary) - self.known.1) >= PAGE_BYTES {
            self.end_page()?;
        }
        if distinct(&self.dictionary) > DICTIONARY_BYTES {
            if self.rows > 0 {
                self.end_page()?;
            }
            self.end_dictionary()?;
            self.known = (0, 0);
            self.values = PageValues::Texts(Vec::new(), 0);
        }
        Ok(())
    }

    fn end_page(&mut self) -> Result<()> {
        let compressors = self.compressors.clone();
        let (compressed, (entries, encoding)) = compressors.compress(|page| {
            append_levels(&mut self.repetitions, self.descriptor.max_rep_level(), page);
            let entries = append_levels(&mut self.definitions, self.descriptor.max_def_level(), page);
            let encoding = self.encode_values(page);
            ((entries, encoding), level_of_page(self.kind, encoding, compressors.level))
        })?;
        self.pages.data.push(FinishedPage {
            compressed,
            encoding,
            entries,
            rows: std::mem::take(&mut self.rows),
            nulls: std::mem::take(&mut self.nulls),
            min_max: std::mem::take(&mut self.min_max),
        });
        Ok(())
    }

    fn encode_values(&mut self, page: &mut Vec<u8>) -> Encoding {
        if self.values.len() == 0 {
            // without a value there may be no dictionary to refer to
            return Encoding::PLAIN;
        }
        let (Some(dictionary), PageValues::Indices(indices)) = (&mut self.dictionary, &mut self.values)
        else {
            let encoding = self.values.encode(0, page);
            if self.dictionary.is_some() {
                self.values = PageValues::Indices(Runs::default());
            }
            return encoding;
        };
        let (known, known_bytes) = self.known;
        let (new, new_bytes) = (dictionary.len() - known, dictionary.page().len() - known_bytes);
        let is_mostly_new = new * MOSTLY_NEW.1 > indices.len() * MOSTLY_NEW.0;
        let bytes: usize = indices.runs().map(|(value, times)| dictionary.value(value).len() * times).sum();
        // of few long values and many short ones the long ones decide
        if is_mostly_new && bytes <= new_bytes.saturating_mul(2) {
            // values that do not come again are smaller where they are than in a dictionary with an index each
            let mut apart = PageValues::Texts(Vec::new(), 0);
            indices.iter().for_each(|index| apart.push(0, dictionary.value(index)));
            if let Some(filter) = &mut self.bloom_filter {
                indices.iter().for_each(|index| filter.insert(dictionary.value(index)));
            }
            dictionary.truncate(known);
            let encoding = apart.encode(0, page);
            // such pages come in a row: the next one is not even tried
            self.values = apart;
            return encoding;
        }
        self.known = (dictionary.len(), dictionary.page().len());
        self.values.encode(self.known.0, page)
    }

    fn end_dictionary(&mut self) -> Result<()> {
        let Some(dictionary) = self.dictionary.take().filter(|dictionary| dictionary.len() > 0) else {
            return Ok(());
        };
        if let Some(filter) = &mut self.bloom_filter {
            dictionary.values().for_each(|value| filter.insert(value));
        }
        let level = level_of_page(self.kind, Encoding::PLAIN, self.compressors.level);
        let (compressed, ()) = self.compressors.compress(|page| {
            page.extend_from_slice(dictionary.page());
            ((), level)
        })?;
        self.pages.dictionary = Some(FinishedPage {
            compressed,
            encoding: Encoding::PLAIN,
            entries: dictionary.len(),
            rows: 0,
            nulls: 0,
            min_max: MinMax::default(),
        });
        Ok(())
    }

    /// The chunk as it will be in the file.
    pub(crate) fn finish(mut self) -> Result<ColumnChunk> {
        if self.rows > 0 {
            self.end_page()?;
        }
        self.end_dictionary()?;
        if let Some(filter) = &mut self.bloom_filter {
            filter.fold_to_target_fpp(BLOOM_FPP);
        }
        self.pages.into_chunk(self.descriptor, self.kind, self.bloom_filter)
    }
}

/// A signed number as bytes that sort as it does.
fn ordered(value: &[u8]) -> [u8; 8] {
    let number = value.try_into().map_or(0, i64::from_le_bytes);
    (number ^ i64::MIN).to_be_bytes()
}

/// Appends levels behind their length, if a column has such levels at all. Returns how many there are.
fn append_levels(levels: &mut Runs, highest: i16, page: &mut Vec<u8>) -> usize {
    let count = levels.len();
    if highest > 0 {
        let start = page.len();
        page.extend_from_slice(&[0; 4]);
        levels.encode(i16::BITS - highest.leading_zeros(), page);
        let length = u32::try_from(page.len() - start - 4).unwrap_or(u32::MAX);
        page[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }
    levels.clear();
    count
}

#[cfg(test)]
#[path = "column_chunk_tests.rs"]
mod tests;
