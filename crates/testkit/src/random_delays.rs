//! Random delays around every call.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use lake_store::Result;

use crate::hooked_store::{Call, Hook};

/// Yields to other tasks a random number of times before and after every call, by a seed.
#[derive(Debug)]
pub struct RandomDelays {
    random: Mutex<fastrand::Rng>,
    longest: u32,
}

impl RandomDelays {
    /// At most `longest` yields before a call, and as many after it.
    pub fn new(seed: u64, longest: u32) -> Arc<Self> {
        Arc::new(RandomDelays { random: Mutex::new(fastrand::Rng::with_seed(seed)), longest })
    }

    async fn delay(&self) {
        let yields = self.random.lock().unwrap_or_else(PoisonError::into_inner).u32(..=self.longest);
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl Hook for RandomDelays {
    async fn before(&self, _call: Call, _key: &str) -> Result<()> {
        self.delay().await;
        Ok(())
    }
    async fn after(&self, _call: Call, _key: &str) -> Result<()> {
        self.delay().await;
        Ok(())
    }
}
