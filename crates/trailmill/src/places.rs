//! Where the source and the lake are: folders, checked before anything is written.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use daily_aggregator::Source;
use lake_store::{DiskStore, Retry, Store};

/// Opens the source and finds its layout. Nothing of CloudTrail in it is an error.
pub(crate) async fn open_source(folder: &Path) -> anyhow::Result<Source> {
    let whole = existing_folder(folder, "source")?;
    let (top, start) = above_awslogs(&whole)?;
    let store: Arc<dyn Store> = Arc::new(Retry::new(DiskStore::open(top)?));
    let source = Source::survey(store, &start)
        .await
        .with_context(|| format!("the source {} cannot be listed", folder.display()))?;
    if source.is_empty() {
        bail!(
            "no CloudTrail logs in {}: there should be AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/… in it, or log \
             files themselves (123456789012_CloudTrail_us-east-1_20261122T1005Z_….json.gz)",
            folder.display()
        );
    }
    Ok(source)
}

/// The lake to write to, if its folder is there. What is no folder is refused, before a run begins.
pub(crate) fn lake_if_there(folder: &Path) -> anyhow::Result<Option<Arc<dyn Store>>> {
    let shown = folder.display();
    match folder.metadata() {
        Ok(metadata) if metadata.is_dir() => create_lake(folder).map(Some),
        Ok(_) => bail!("the lake {shown} is a file: name a folder"),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => match folder.ancestors().find(|above| above.is_file()) {
            Some(file) => bail!("the lake {shown} cannot be made: {} is a file", file.display()),
            None => Err(error).with_context(|| format!("the lake {shown} cannot be opened")),
        },
    }
}

/// Opens a lake to write to; the folder is made where it is missing.
pub(crate) fn create_lake(folder: &Path) -> anyhow::Result<Arc<dyn Store>> {
    let store = DiskStore::create(folder)
        .with_context(|| format!("the lake {} cannot be written to", folder.display()))?;
    Ok(Arc::new(Retry::new(store)))
}

/// Opens a lake that is there.
pub(crate) fn open_lake(folder: &Path) -> anyhow::Result<Arc<dyn Store>> {
    existing_folder(folder, "lake")?;
    if !folder.join("_journal").is_dir() {
        bail!("{} is no lake: there is no _journal in it (trailmill daily makes one)", folder.display());
    }
    Ok(Arc::new(Retry::new(DiskStore::open(folder)?)))
}

/// Refuses a lake in the source, or a source in the lake: one would read what the other writes.
pub(crate) fn refuse_overlap(source: &Path, lake: &Path) -> anyhow::Result<()> {
    let source_path = existing_folder(source, "source")?;
    let lake_path = resolved(lake)?;
    let (source, lake) = (source.display(), lake.display());
    if source_path == lake_path {
        bail!("source and lake are the same folder, {source}: choose a lake outside the source");
    }
    if lake_path.starts_with(&source_path) {
        bail!("the lake {lake} is inside the source {source}: choose a lake outside it");
    }
    if source_path.starts_with(&lake_path) {
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
#[path = "places_tests.rs"]
mod tests;
