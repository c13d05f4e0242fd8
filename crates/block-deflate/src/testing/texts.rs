//! Texts for the tests, and their inflation by zlib-rs and libdeflate.

use std::fmt::Write as _;
use std::io::Read as _;

use crate::{Compressor, Level};

/// A small generator, the same on every machine (Marsaglia's xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// Sorted lines: the same shape and few names, with unpredictable IDs.
pub(crate) fn json_lines(seed: u64, bytes: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut text = String::new();
    let actions = ["DescribeInstances", "GetObject", "AssumeRole", "PutMetricData", "ListKeys", "Decrypt"];
    let mut line = 0;
    while text.len() < bytes {
        let action = actions[line / 200 % actions.len()];
        let user = random.below(12);
        let second = random.below(60);
        let region = ["eu-central-1", "us-east-1", "ap-southeast-2"][random.below(3)];
        let (a, b, c, d) = (random.next(), random.next(), random.next(), random.next());
        write!(
            text,
            r#"{{"version":"1.08","identity":{{"type":"AssumedRole","arn":"arn:aws:sts::210987654321:assumed-role/service-{user}/session-{:x}","account":"210987654321","context":{{"issuer":"service-{user}","mfa":"false"}}}},"time":"2024-03-07T11:{:02}:{second:02}Z","source":"example.amazonaws.com","name":"{action}","region":"{region}","agent":"aws-sdk-java/1.12.{} Linux/5.10 OpenJDK_64-Bit_Server_VM","parameters":{{"key":"{}/part-{:08x}.parquet"}},"response":null,"requestID":"{:08x}-{:04x}-4{:03x}","eventID":"{b:012x}{c:012x}","readOnly":true,"category":"Management"}}"#,
            a >> 40,
            random.below(60),
            400 + user,
            action.to_lowercase(),
            d & 0xFFFF_FFFF,
            a & 0xFFFF_FFFF,
            b & 0xFFFF,
            c & 0xFFF,
        )
        .unwrap();
        text.push('\n');
        line += 1;
    }
    let mut text = text.into_bytes();
    text.truncate(bytes);
    text
}

pub(crate) fn deflated(text: &[u8], level: u32) -> Vec<u8> {
    let mut out = Vec::new();
    Compressor::new(Level::nearest(level)).compress(text, &mut out);
    out
}

/// Inflates concatenated blocks. A match that reaches before the first is an error.
pub(crate) fn inflated(blocks: &[u8]) -> Vec<u8> {
    let mut stream = blocks.to_vec();
    stream.extend_from_slice(&[3, 0]);
    let mut text = Vec::new();
    flate2::read::DeflateDecoder::new(stream.as_slice()).read_to_end(&mut text).unwrap();
    // one byte more than the text
    let mut again = vec![0; text.len() + 1];
    let length = libdeflater::Decompressor::new().deflate_decompress(&stream, &mut again).unwrap();
    assert!(again[..length] == text, "zlib-rs and libdeflate differ");
    text
}

#[track_caller]
pub(crate) fn assert_round_trip(text: &[u8], level: u32) {
    let deflated = deflated(text, level);
    assert!(deflated.ends_with(&[0, 0, 0xFF, 0xFF]), "no sync flush");
    assert!(inflated(&deflated) == text, "another text of {} bytes comes back at level {level}", text.len());
}
