//! `_journal/lake.json`: the format and the settings of a lake, created once and never changed.

use bytes::Bytes;
use cloudtrail_model::{Stage, Table};
use lake_store::{Created, Depth, ErrorKind, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::entry::OLDER_ADVICE;
use crate::journal::{Journal, JournalError, partitions};
use crate::{EntryError, FORMAT_VERSION};

/// The key of the lake file.
pub const LAKE_FILE: &str = "_journal/lake.json";

/// The settings of a lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeSettings {
    /// The version of the journal format: [`FORMAT_VERSION`].
    pub format: u32,
    /// How readers find the parts.
    pub readers: Readers,
}

/// How readers find the parts of a lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Readers {
    /// They list the prefix of a table: parts that are replaced are deleted at once.
    Listing,
    /// They use an Iceberg table. No version of Trailmill writes such a lake yet.
    Iceberg,
}

/// A lake that must not be written to.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The store failed.
    #[error("cannot read or write {LAKE_FILE}")]
    Store(#[from] StoreError),
    /// The lake file is not JSON of the expected form.
    #[error("{LAKE_FILE} is damaged; restore it from a backup or from object versions")]
    Damaged(#[source] serde_json::Error),
    /// There are journals, but no lake file.
    #[error(
        "the lake has journals such as {example}, but {LAKE_FILE} is missing: restore it from a backup or from object versions"
    )]
    Missing {
        /// The prefix of a journal.
        example: String,
    },
    /// The journals of the lake have another format.
    #[error("this lake has journal format {found}, this version of trailmill reads and writes {FORMAT_VERSION}: {}",
        if *found > FORMAT_VERSION { "upgrade trailmill" } else { OLDER_ADVICE })]
    Format {
        /// The format of the lake.
        found: u32,
    },
    /// This version cannot write for the readers of the lake.
    #[error("the readers of this lake use {}, for which this version of trailmill does not write: upgrade trailmill", .0.name())]
    Readers(Readers),
    /// The settings that were given explicitly differ from those of the lake.
    #[error("the readers of this lake are set to {}, and {} was asked for; they are fixed when a lake is made: use another lake", found.name(), wanted.name())]
    Differ {
        /// The setting of the lake.
        found: Readers,
        /// The setting that was asked for.
        wanted: Readers,
    },
    /// The store creates an object that exists.
    #[error(
        "the store ignores If-None-Match: it created {LAKE_FILE} although it exists, so two runs could overwrite each other; \
         use a store with conditional writes (docs/guide/s3.md names some)"
    )]
    IgnoresConditions,
}

impl Readers {
    /// The name in the lake file and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Readers::Listing => "listing",
            Readers::Iceberg => "iceberg",
        }
    }
}

/// Opens a lake for writing: reads its settings, and checks that the store refuses to create an object that exists. Call it once
/// in a process; each run reads the settings again. Without `readers` a new lake stays without settings, which its first run
/// creates; `None` then.
///
/// # Errors
/// Fails if the lake has another format, if `readers` is given and differs from the lake's, if journals have no lake file,
/// or if the store ignores `If-None-Match`.
pub async fn open_lake(
    store: &dyn Store,
    readers: Option<Readers>,
) -> Result<Option<LakeSettings>, LakeError> {
    let Some(settings) = read_settings(store).await? else {
        refuse_journals_without_settings(store).await?;
        return match readers {
            Some(_) => create_settings(store, readers).await.map(Some),
            None => Ok(None),
        };
    };
    check_conditions(store, settings).await?;
    settings.check(readers).map(Some)
}

/// The settings of a lake; `None` if there is no lake yet. Writes nothing.
///
/// # Errors
/// Fails if the lake file cannot be read, or if this version cannot write such a lake.
pub async fn read_settings(store: &dyn Store) -> Result<Option<LakeSettings>, LakeError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }

    let text = match store.get(LAKE_FILE, None).await {
        Ok(text) => text,
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Format { format: found } = serde_json::from_slice(&text).map_err(LakeError::Damaged)?;
    if found != FORMAT_VERSION {
        return Err(LakeError::Format { found });
    }
    serde_json::from_slice::<LakeSettings>(&text).map_err(LakeError::Damaged)?.check(None).map(Some)
}

/// Checks that this version reads the journals of a lake. Writes nothing.
///
/// # Errors
/// Fails if the lake has another format, if its lake file is damaged, or if journals have none.
pub async fn check_format(store: &dyn Store) -> Result<(), LakeError> {
    match read_settings(store).await? {
        Some(_) => Ok(()),
        None => refuse_journals_without_settings(store).await,
    }
}

/// Whether the lake has no settings yet, and no journal either. Asks for both at the same time.
///
/// # Errors
/// As [`open_lake`].
pub(crate) async fn is_new_lake(store: &dyn Store) -> Result<bool, LakeError> {
    let journals = async { store.list("_journal/", Depth::Level, None).await.map_err(LakeError::from) };
    let (settings, journals) = futures::try_join!(read_settings(store), journals)?;
    if settings.is_none() && !journals.prefixes.is_empty() {
        refuse_journals_without_settings(store).await?;
    }
    Ok(settings.is_none())
}

/// Creates the settings of a new lake, or adopts those that another run has created meanwhile.
///
/// # Errors
/// As [`open_lake`].
pub(crate) async fn create_settings(
    store: &dyn Store,
    readers: Option<Readers>,
) -> Result<LakeSettings, LakeError> {
    let own = LakeSettings { format: FORMAT_VERSION, readers: readers.unwrap_or(Readers::Listing) };
    own.check(readers)?;
    match store.create_new(LAKE_FILE, own.to_json()).await? {
        Created::Yes => {
            check_conditions(store, own).await?;
            Ok(own)
        }
        Created::Exists => match read_settings(store).await? {
            Some(settings) => settings.check(readers),
            None => Err(LakeError::IgnoresConditions),
        },
    }
}

/// Creates the lake file again, with the same content, which must fail.
async fn check_conditions(store: &dyn Store, settings: LakeSettings) -> Result<(), LakeError> {
    match store.create_new(LAKE_FILE, settings.to_json()).await? {
        Created::Exists => Ok(()),
        Created::Yes => Err(LakeError::IgnoresConditions),
    }
}

/// Fails if the lake has a journal. It was made by a version without lake file, or has lost the file.
async fn refuse_journals_without_settings(store: &dyn Store) -> Result<(), LakeError> {
    let journals = store.list("_journal/", Depth::Level, None).await?;
    if journals.prefixes.is_empty() || read_settings(store).await?.is_some() {
        // empty, or another run has made the lake since the settings were read
        return Ok(());
    }
    for (table, stage) in
        Table::ALL.into_iter().flat_map(|table| [Stage::Daily, Stage::Monthly].map(|stage| (table, stage)))
    {
        let Some(partition) = partitions(store, table, stage).await?.into_iter().next() else { continue };
        return Err(match Journal::first_entry(store, partition).await {
            Err(JournalError::Entry {
                source: EntryError::Older { found } | EntryError::Newer { found },
                ..
            }) => LakeError::Format { found },
            _ => LakeError::Missing { example: partition.journal_prefix() },
        });
    }
    Ok(())
}

impl LakeSettings {
    fn to_json(self) -> Bytes {
        let readers = self.readers.name();
        format!("{{\"format\":{},\"readers\":\"{readers}\"}}\n", self.format).into()
    }

    fn check(self, wanted: Option<Readers>) -> Result<Self, LakeError> {
        let found = self.readers;
        match wanted {
            Some(wanted) if wanted != found => Err(LakeError::Differ { found, wanted }),
            _ if found == Readers::Listing => Ok(self),
            _ => Err(LakeError::Readers(found)),
        }
    }
}

#[cfg(test)]
#[path = "lake_file_tests.rs"]
mod tests;
