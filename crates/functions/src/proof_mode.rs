//! The modes of `TRAILMILL_PROOF`.

use std::str::FromStr;

use daily_aggregator::ProofMode;

/// What the daily function does with CloudTrail's digest files: `off`, `record` or `require`.
pub(crate) struct ProofSetting(pub(crate) Option<ProofMode>);

impl FromStr for ProofSetting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(ProofSetting(None)),
            "record" => Ok(ProofSetting(Some(ProofMode::Record))),
            "require" => Ok(ProofSetting(Some(ProofMode::Require))),
            other => Err(format!("{other:?} is none of off, record and require")),
        }
    }
}
