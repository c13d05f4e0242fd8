//! One chain of digests within a window of time: its digests, and the judgement about them.

use crate::digest::authenticate::authenticate;
use crate::digest::digest_key::ChainId;
use crate::digest::finding::Finding;
use crate::digest::held::{Held, Order};
use crate::digest::links::{Links, follow};
use crate::digest::public_keys::PublicKeys;
use crate::digest::report::{ChainReport, PreviousKey};
use crate::digest::scope::{Scope, Window};
use crate::digest::signature::VerifySignature;

/// The digests of a chain within a window, in any order.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) id: ChainId,
    pub(crate) window: Window,
    pub(crate) digests: Vec<Held>,
}

/// What is known of a chain.
#[derive(Debug)]
pub(crate) struct JudgedChain {
    pub(crate) report: ChainReport,
    pub(crate) findings: Vec<Finding>,
    /// The digests, sorted by time.
    pub(crate) digests: Vec<Held>,
    /// See [`Links::spans`].
    pub(crate) spans: Vec<(jiff::Timestamp, jiff::Timestamp)>,
}

impl Chain {
    /// Authenticates every digest, and follows the chain from the oldest to the newest.
    pub(crate) fn judge(
        self,
        scope: &Scope,
        keys: &PublicKeys,
        verifier: &dyn VerifySignature,
    ) -> JudgedChain {
        let Chain { id, window, mut digests } = self;
        digests.sort_unstable_by(|a, b| (a.key.end, &a.name).cmp(&(b.key.end, &b.name)));
        let order = Order::of(&digests, &scope.origin);
        let about_digests = authenticate(&mut digests, &order, &scope.origin, keys, verifier);
        let Links { breaks, spans, continues_from } = follow(&digests, &order, window, id.backfill, scope);

        let finding = |kind, at: Option<usize>| Finding {
            kind,
            chain: Some(id.clone()),
            digest: at.or(digests.len().checked_sub(1)).map(|at| digests[at].key.to_string()),
            span: None,
            missing: 0,
            missing_key: None,
            detail: None,
        };
        let mut findings: Vec<(usize, Finding)> = Vec::new();
        for found in breaks {
            let about = finding(found.kind, found.before);
            let (span, missing, missing_key) = (found.span, found.count, found.missing_key);
            findings
                .push((found.before.unwrap_or(usize::MAX), Finding { span, missing, missing_key, ..about }));
        }
        for (at, kind) in about_digests {
            let detail = digests[at].content.as_ref().err().map(ToString::to_string);
            findings.push((at, Finding { detail, ..finding(kind, Some(at)) }));
        }
        // stable: what is missing before a digest comes before what is wrong with it
        findings.sort_by_key(|(at, _)| *at);
        let proven = digests.iter().filter(|digest| digest.proof.is_some()).count();
        let report = ChainReport {
            digests: digests.len(),
            proven,
            first: digests.first().map(|digest| digest.key.end),
            last: digests.last().map(|digest| digest.key.end),
            continues_from: continues_from
                .map(|previous| PreviousKey { key: previous.key, sha256: previous.sha256 }),
            chain: id,
        };
        JudgedChain {
            report,
            findings: findings.into_iter().map(|(_, finding)| finding).collect(),
            digests,
            spans,
        }
    }
}
