//! Opens the source and the lake, checked before anything is written.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use daily_aggregator::Source;
use lake_aws::{BucketOptions, S3Location, Session};
use lake_store::{Depth, DiskStore, Retry, Store};
use tokio::sync::OnceCell;

use crate::args::{LakeArguments, SourceBucketArguments, WrittenLakeArguments};
use crate::places::Place;

/// Opens the source and finds its layout. Nothing of CloudTrail in it is an error.
pub(crate) async fn open_source(place: &Place, asked: &SourceBucketArguments) -> anyhow::Result<Source> {
    let (store, start) = source_store(place, asked).await?;
    let source = Source::survey(store, &start)
        .await
        .with_context(|| format!("the source {place} cannot be listed"))?;
    if source.is_empty() {
        let not_searched = match source.not_searched() {
            folders if folders.is_empty() => String::new(),
            folders => format!("; not searched: {folders}"),
        };
        bail!(
            "no CloudTrail logs in {place}: there should be AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/… in it, or log \
             files themselves (123456789012_CloudTrail_us-east-1_20261122T1005Z_….json.gz){not_searched}"
        );
    }
    Ok(source)
}

/// The store that the source is in, and the prefix of it that counts.
pub(crate) async fn source_store(
    place: &Place,
    asked: &SourceBucketArguments,
) -> anyhow::Result<(Arc<dyn Store>, String)> {
    let options = BucketOptions {
        requester_pays: asked.requester_pays,
        expected_owner: asked.source_owner.clone(),
        kms_key: None,
    };
    if options != BucketOptions::default() && matches!(place, Place::Folder(_)) {
        bail!("--requester-pays and --source-owner are for a source in S3, and {place} is a folder");
    }
    match place {
        Place::Folder(folder) => {
            let (top, start) = above_awslogs(&existing_folder(folder, "source")?)?;
            Ok((Arc::new(Retry::new(DiskStore::open(top)?)), start))
        }
        Place::Bucket(location) => {
            let (top, start) = location.above("AWSLogs");
            Ok((bucket(top, options, place).await?, start))
        }
    }
}

/// The lake to write to, if its folder is there; a bucket always is. What is no folder is refused, before a run begins.
pub(crate) async fn lake_if_there(
    arguments: &WrittenLakeArguments,
) -> anyhow::Result<Option<Arc<dyn Store>>> {
    let Place::Folder(folder) = &arguments.place.lake else {
        return create_lake(arguments).await.map(Some);
    };
    refuse_for_folder(&arguments.place.lake, &written_options(arguments))?;
    let shown = folder.display();
    match folder.metadata() {
        Ok(metadata) if metadata.is_dir() => create_lake(arguments).await.map(Some),
        Ok(_) => bail!("the lake {shown} is a file: name a folder"),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => match folder.ancestors().find(|above| above.is_file()) {
            Some(file) => bail!("the lake {shown} cannot be made: {} is a file", file.display()),
            None => Err(error).with_context(|| format!("the lake {shown} cannot be opened")),
        },
    }
}

/// Opens a lake to write to; its folder is made where it is missing.
pub(crate) async fn create_lake(arguments: &WrittenLakeArguments) -> anyhow::Result<Arc<dyn Store>> {
    let place = &arguments.place.lake;
    let store: Arc<dyn Store> = match place {
        Place::Folder(folder) => {
            let store = DiskStore::create(folder)
                .with_context(|| format!("the lake {} cannot be written to", folder.display()))?;
            Arc::new(Retry::new(store))
        }
        Place::Bucket(location) => bucket(location.clone(), written_options(arguments), place).await?,
    };
    checked_to_write(store, place).await
}

/// A lake that this version may write to.
async fn checked_to_write(store: Arc<dyn Store>, place: &Place) -> anyhow::Result<Arc<dyn Store>> {
    let opened = lake::open_lake(&*store, None).await;
    opened.with_context(|| format!("the lake {place} cannot be written to"))?;
    Ok(store)
}

/// Opens a lake that is there, to write to.
pub(crate) async fn open_written_lake(arguments: &WrittenLakeArguments) -> anyhow::Result<Arc<dyn Store>> {
    let place = &arguments.place.lake;
    checked_to_write(open(place, written_options(arguments)).await?, place).await
}

/// Opens a lake that is there, to read.
pub(crate) async fn open_lake(arguments: &LakeArguments) -> anyhow::Result<Arc<dyn Store>> {
    open(&arguments.lake, options(arguments)).await
}

async fn open(lake: &Place, options: BucketOptions) -> anyhow::Result<Arc<dyn Store>> {
    refuse_for_folder(lake, &options)?;
    let (store, is_lake): (Arc<dyn Store>, _) = match lake {
        Place::Folder(folder) => {
            existing_folder(folder, "lake")?;
            (Arc::new(Retry::new(DiskStore::open(folder)?)), folder.join("_journal").is_dir())
        }
        Place::Bucket(location) => {
            let store = bucket(location.clone(), options, lake).await?;
            let listed = store.list("_journal/", Depth::Level, None).await;
            let journal = listed.with_context(|| format!("the lake {lake} cannot be opened"))?;
            (store, !journal.prefixes.is_empty())
        }
    };
    if !is_lake {
        bail!("{lake} is no lake: there is no _journal in it (trailmill daily makes one)");
    }
    match lake::check_format(&*store).await {
        // what is there can be read without it
        Ok(()) | Err(lake::LakeError::Missing { .. }) => Ok(store),
        Err(error) => Err(error).with_context(|| format!("the lake {lake} cannot be read")),
    }
}

/// A key or an owner that a folder cannot have must not seem to count.
fn refuse_for_folder(lake: &Place, options: &BucketOptions) -> anyhow::Result<()> {
    if *options != BucketOptions::default() && matches!(lake, Place::Folder(_)) {
        bail!("--lake-owner and --kms-key are for a lake in S3, and {lake} is a folder");
    }
    Ok(())
}

fn options(arguments: &LakeArguments) -> BucketOptions {
    BucketOptions { expected_owner: arguments.lake_owner.clone(), ..BucketOptions::default() }
}

fn written_options(arguments: &WrittenLakeArguments) -> BucketOptions {
    BucketOptions { kms_key: arguments.kms_key.clone(), ..options(&arguments.place) }
}

/// What the environment says of AWS. One session serves all, so that they share connections and credentials.
pub(crate) async fn session() -> &'static Session {
    static SESSION: OnceCell<Session> = OnceCell::const_new();
    SESSION.get_or_init(Session::from_environment).await
}

/// A bucket as every command reaches it.
async fn bucket(
    location: S3Location,
    options: BucketOptions,
    place: &Place,
) -> anyhow::Result<Arc<dyn Store>> {
    session().await.store(location, options).await.with_context(|| format!("{place} cannot be opened"))
}

/// Refuses a lake in the source, or a source in the lake: one would read what the other writes.
pub(crate) fn refuse_overlap(source: &Place, lake: &Place) -> anyhow::Result<()> {
    let (same, lake_in_source, source_in_lake) = match (source, lake) {
        (Place::Folder(source), Place::Folder(lake)) => {
            let (source, lake) = (existing_folder(source, "source")?, resolved(lake)?);
            (source == lake, lake.starts_with(&source), source.starts_with(&lake))
        }
        (Place::Bucket(source), Place::Bucket(lake)) if source.bucket == lake.bucket => {
            let (source, lake) = (&source.prefix, &lake.prefix);
            (source == lake, lake.starts_with(source), source.starts_with(lake))
        }
        (Place::Folder(source), Place::Bucket(_)) => return existing_folder(source, "source").map(drop),
        (Place::Bucket(_), _) => return Ok(()),
    };
    if same {
        bail!("source and lake are the same place, {source}: choose a lake outside the source");
    }
    if lake_in_source {
        bail!("the lake {lake} is inside the source {source}: choose a lake outside it");
    }
    if source_in_lake {
        bail!("the source {source} is inside the lake {lake}: choose a lake that does not hold it");
    }
    Ok(())
}

fn existing_folder(folder: &Path, role: &str) -> anyhow::Result<PathBuf> {
    let shown = folder.display();
    let whole = folder.canonicalize().with_context(|| format!("the {role} {shown} cannot be opened"))?;
    if !whole.is_dir() {
        bail!("the {role} {shown} is a file: name a folder");
    }
    Ok(whole)
}
/// An absolute path without links or dots, of a folder that need not be there yet.
fn resolved(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut path = PathBuf::new();
    for component in std::path::absolute(folder)?.components() {
        match component {
            Component::ParentDir => _ = path.pop(),
            component => path.push(component),
        }
        path = path.canonicalize().unwrap_or(path);
    }
    Ok(path)
}

/// Splits a path at its last `AWSLogs`: what is above it is the top of the store, so that keys are the same wherever in
/// the layout the user points.
fn above_awslogs(whole: &Path) -> anyhow::Result<(PathBuf, String)> {
    let components: Vec<Component<'_>> = whole.components().collect();
    let Some(at) = components.iter().rposition(|component| component.as_os_str() == "AWSLogs") else {
        return Ok((whole.to_owned(), String::new()));
    };
    let mut start = String::new();
    for component in &components[at..] {
        let name = component.as_os_str().to_str();
        start.push_str(name.with_context(|| format!("the path {} is not UTF-8", whole.display()))?);
        start.push('/');
    }
    Ok((components[..at].iter().collect(), start))
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
