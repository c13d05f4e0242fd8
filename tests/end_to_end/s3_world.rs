//! An S3 in this process, and the command configured to use it.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use testkit::s3::S3Server;

use crate::command::{Ran, trailmill};
use crate::lake_on_disk::files_below;
use crate::made_source::put;

/// A server with the buckets `logs` and `lake`.
pub(crate) fn server() -> S3Server {
    S3Server::start(&["logs", "lake"]).unwrap()
}

/// Puts every file below a folder into a bucket, below a prefix.
pub(crate) fn upload(server: &S3Server, bucket: &str, prefix: &str, folder: &Path) {
    for (key, (_, body)) in files_below(folder) {
        server.put(bucket, &format!("{prefix}{key}"), body);
    }
}

/// The content of a bucket below a prefix, as a folder.
pub(crate) fn download(server: &S3Server, bucket: &str, prefix: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (key, body) in server.objects(bucket) {
        let Some(name) = key.strip_prefix(prefix) else { continue };
        put(folder.path(), name, &body);
    }
    folder
}

/// The command without the AWS configuration of this machine.
pub(crate) fn without_aws(arguments: &str) -> Command {
    let mut command = trailmill();
    command.args(arguments.split_whitespace());
    forget_aws(&mut command);
    command
}

/// Removes the AWS configuration of this machine from a command.
pub(crate) fn forget_aws(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_ascii_uppercase();
        if text.starts_with("AWS_") || text.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
}

/// The command with this server as its AWS.
pub(crate) fn with_s3(server: &S3Server, arguments: &str) -> Command {
    let mut command = without_aws(arguments);
    command.env("AWS_ENDPOINT_URL", server.endpoint());
    command.env("AWS_ACCESS_KEY_ID", S3Server::ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", S3Server::SECRET_KEY);
    command
}

/// Runs the command over this server.
pub(crate) fn ran(server: &S3Server, arguments: &str) -> Ran {
    with_s3(server, arguments).output().unwrap().into()
}

/// Runs the command over this server, and fails unless it ends with status 0 and nothing on standard error.
pub(crate) fn ran_well(server: &S3Server, arguments: &str) -> Ran {
    let ran = ran(server, arguments);
    assert!(ran.status == Some(0) && ran.stderr.is_empty(), "{arguments}: {ran:?}");
    ran
}
