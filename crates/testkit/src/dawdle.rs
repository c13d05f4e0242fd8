//! A store that takes its time.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use lake_store::Result;

use crate::hooked_store::{Call, Hook};

/// Makes every call take a while, of a length drawn from a seed: other tasks get in between.
#[derive(Debug)]
pub struct Dawdle {
    random: Mutex<fastrand::Rng>,
    longest: u32,
}

impl Dawdle {
    /// At most so many turns for other tasks before a call, and after it.
    pub fn new(seed: u64, longest: u32) -> Arc<Self> {
        Arc::new(Dawdle { random: Mutex::new(fastrand::Rng::with_seed(seed)), longest })
    }

    async fn some_time(&self) {
        let turns = self.random.lock().unwrap_or_else(PoisonError::into_inner).u32(..=self.longest);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl Hook for Dawdle {
    async fn before(&self, _call: Call, _key: &str) -> Result<()> {
        self.some_time().await;
        Ok(())
    }
    async fn after(&self, _call: Call, _key: &str) -> Result<()> {
        self.some_time().await;
        Ok(())
    }
}
