//! Builds stores and queues from the environment.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use daily_aggregator::{ProofMode, ProofSettings};
use job_queue::{Handler, Queue};
use lake_aws::{BucketOptions, S3Location, Session};
use lake_store::{Store, with_causes};
use lambda_host::{Settings, refuse_to_start, serve};
use proof::{Bucket, PublicKeysFrom};
use stage_jobs::MeantToBeSilent;

use crate::proof_mode::ProofSetting;

/// The settings and the AWS session of a function.
pub struct Setup {
    settings: Settings<fn(&str) -> Option<String>>,
    session: Session,
}

const A_PLACE: &str = "write it as s3://bucket/prefix";
const A_QUEUE: &str = "the URL of a queue";

/// Runs a function until Lambda ends it. `TRAILMILL_QUEUE` is the optional queue of its own messages. `build` reads the
/// environment before the first message.
pub fn run<H: Handler + 'static>(build: impl AsyncFnOnce(&Setup) -> anyhow::Result<H>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse_to_start(&error.to_string()),
    };
    runtime.block_on(async {
        let settings = Settings::new(environment as fn(&str) -> Option<String>);
        let setup = Setup { settings, session: Session::from_environment().await };
        let built = async { anyhow::Ok((build(&setup).await?, setup.optional_queue("TRAILMILL_QUEUE")?)) };
        let (handler, queue) = match built.await {
            Ok(built) => built,
            Err(error) => return refuse_to_start(&with_causes(&*error)),
        };
        let stack = setup.settings.text("TRAILMILL_STACK").unwrap_or_else(|| "trailmill".to_owned());
        match serve(Arc::new(handler), queue, stack).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => refuse_to_start(&with_causes(&*error)),
        }
    })
}

#[expect(clippy::disallowed_methods, reason = "a function is configured by its environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Setup {
    /// The number in `name`, or `default` if it is not set.
    ///
    /// # Errors
    /// Fails if the value is not a number.
    pub fn number(&self, name: &'static str, default: u16) -> anyhow::Result<u16> {
        Ok(self.settings.optional(name, "write a number")?.unwrap_or(default))
    }

    /// The store of `TRAILMILL_SOURCE`, and the prefix of log files in it.
    ///
    /// # Errors
    /// Fails if the variable is not set or invalid, or if there are no credentials.
    pub async fn source(&self) -> anyhow::Result<(Arc<dyn Store>, String)> {
        let place: S3Location = self.settings.required("TRAILMILL_SOURCE", A_PLACE)?;
        let payer = self.settings.optional("TRAILMILL_REQUESTER_PAYS", "write true or false")?;
        let options = BucketOptions {
            requester_pays: payer.unwrap_or(false),
            expected_owner: self.settings.text("TRAILMILL_SOURCE_OWNER"),
            kms_key: None,
        };
        let (top, start) = place.above("AWSLogs");
        let store = self.session.store(top, options).await;
        Ok((store.with_context(|| format!("the source {place} cannot be opened"))?, start))
    }

    /// The store of `TRAILMILL_LAKE`.
    ///
    /// # Errors
    /// Fails if the variable is not set or invalid, if there are no credentials, or if the lake must not be written to.
    pub async fn lake(&self) -> anyhow::Result<Arc<dyn Store>> {
        let place: S3Location = self.settings.required("TRAILMILL_LAKE", A_PLACE)?;
        let options = BucketOptions {
            requester_pays: false,
            expected_owner: self.settings.text("TRAILMILL_LAKE_OWNER"),
            kms_key: self.settings.text("TRAILMILL_KMS_KEY"),
        };
        let opened = async {
            let store = self.session.store(place.clone(), options).await?;
            lake::open_lake(&*store, None).await?;
            anyhow::Ok(store)
        };
        opened.await.with_context(|| format!("the lake {place} cannot be opened"))
    }

    /// What to do with the digest files of `TRAILMILL_SOURCE`, by `TRAILMILL_PROOF`: by default `record`. `None` to leave them alone, as
    /// where S3 is not that of AWS.
    ///
    /// # Errors
    /// Fails if a variable is invalid.
    pub fn proof(&self) -> anyhow::Result<Option<ProofSettings>> {
        let wanted: Option<ProofSetting> =
            self.settings.optional("TRAILMILL_PROOF", "write off, record or require")?;
        let mode = wanted.map_or(Some(ProofMode::Record), |ProofSetting(mode)| mode);
        let place: S3Location = self.settings.required("TRAILMILL_SOURCE", A_PLACE)?;
        let (top, _) = place.above("AWSLogs");
        let bucket = Some(Bucket { name: top.bucket, prefix: top.prefix });
        let settings = mode.zip(self.session.public_keys()).map(|(mode, aws)| {
            let (bucket, keys) = (bucket, PublicKeysFrom::Aws(Arc::new(aws)));
            ProofSettings { mode, bucket, keys }
        });
        Ok(settings)
    }

    /// The accounts in `TRAILMILL_SILENT_ACCOUNTS`.
    ///
    /// # Errors
    /// Fails if the value is not a list of accounts.
    pub fn meant_to_be_silent(&self) -> anyhow::Result<MeantToBeSilent> {
        let wanted = "write accounts, as 111122223333,444455556666/eu-west-1";
        Ok(self.settings.optional("TRAILMILL_SILENT_ACCOUNTS", wanted)?.unwrap_or_default())
    }

    /// The queue whose URL is in `name`.
    ///
    /// # Errors
    /// Fails if the variable is not set, or not the URL of a queue.
    pub fn queue(&self, name: &'static str) -> anyhow::Result<Arc<dyn Queue>> {
        let url: String = self.settings.required(name, A_QUEUE)?;
        Ok(Arc::new(self.session.queue(&url).with_context(|| format!("{name} cannot be used"))?))
    }

    /// The queue whose URL is in `name`, if it is set.
    ///
    /// # Errors
    /// Fails if the value is not the URL of a queue.
    pub fn optional_queue(&self, name: &'static str) -> anyhow::Result<Option<Arc<dyn Queue>>> {
        self.settings.text(name).map(|_| self.queue(name)).transpose()
    }
}
