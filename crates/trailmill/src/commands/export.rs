//! `trailmill export`: the Parquet of a month back to NDJSON.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::Context;
use monthly_aggregator::{ExportError, export};

use crate::Ending;
use crate::args::ExportArguments;
use crate::places;
use crate::terminal::console::Console;
use crate::terminal::numbers::counted;

/// Bytes of lines gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// Runs the command.
pub(crate) async fn run(arguments: ExportArguments, console: &Console) -> anyhow::Result<Ending> {
    let lake = places::open_lake(&arguments.lake).await?;
    let (table, month) = (arguments.table, arguments.month);
    let Some(file) = &arguments.output else {
        let mut output = BufWriter::with_capacity(BUFFER_BYTES, std::io::stdout());
        return match export(lake, table, month, &mut output).await {
            // a reader that has gone away (`| head`) is no failure
            Err(ExportError::Write(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                Ok(Ending::Done)
            }
            result => result.map(|_| Ending::Done).map_err(Into::into),
        };
    };
    let output = create_new(file)?;
    let mut output = BufWriter::with_capacity(BUFFER_BYTES, output);
    let records = match export(lake, table, month, &mut output).await {
        Ok(records) => records,
        Err(error) => {
            // half an export is of no use, and the next export would refuse to replace it
            let _stays = std::fs::remove_file(file);
            return Err(error.into());
        }
    };
    output.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all())?;
    console.object(&serde_json::json!({ "file": file, "records": records }));
    console.line(&format!("{} of {table}_monthly {month} in {}", counted(records, "record"), file.display()));
    Ok(Ending::Done)
}

/// A file that was not there before: an export never writes over anything.
fn create_new(file: &Path) -> anyhow::Result<File> {
    File::create_new(file).with_context(|| {
        format!("{} cannot be made; --output names a file that is not there yet", file.display())
    })
}
