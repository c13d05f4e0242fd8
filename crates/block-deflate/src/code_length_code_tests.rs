use super::{Header, Run, run_lengths};
use crate::bit_writer::BitWriter;

/// Decodes runs as RFC 1951 §3.2.7 specifies.
fn expanded(runs: &[Run]) -> Vec<u8> {
    let mut lengths: Vec<u8> = Vec::new();
    for &Run { symbol, extra } in runs {
        let (length, count) = match symbol {
            16 => (*lengths.last().unwrap(), 3 + extra),
            17 => (0, 3 + extra),
            18 => (0, 11 + extra),
            length => (length, 1),
        };
        let most = match symbol {
            16 => 3,
            17 => 7,
            18 => 127,
            _ => 0,
        };
        assert!(extra <= most, "{symbol} {extra}");
        lengths.extend(std::iter::repeat_n(length, usize::from(count)));
    }
    lengths
}

#[test]
fn runs_of_every_length_come_back() {
    for count in 0..=300 {
        for length in [0, 1, 15] {
            let mut lengths = vec![3];
            lengths.extend(std::iter::repeat_n(length, count));
            lengths.push(4);
            assert_eq!(expanded(&run_lengths(&lengths)), lengths);
        }
    }
}

#[test]
fn runs_take_the_fewest_symbols() {
    let symbols =
        |lengths: &[u8]| run_lengths(lengths).iter().map(|run| (run.symbol, run.extra)).collect::<Vec<_>>();
    assert_eq!(symbols(&[0; 2]), [(0, 0), (0, 0)]);
    assert_eq!(symbols(&[0; 3]), [(17, 0)]);
    assert_eq!(symbols(&[0; 10]), [(17, 7)]);
    assert_eq!(symbols(&[0; 11]), [(18, 0)]);
    assert_eq!(symbols(&[0; 138]), [(18, 127)]);
    assert_eq!(symbols(&[0; 139]), [(18, 127), (0, 0)]);
    assert_eq!(symbols(&[5; 3]), [(5, 0), (5, 0), (5, 0)]);
    assert_eq!(symbols(&[5; 4]), [(5, 0), (16, 0)]);
    assert_eq!(symbols(&[5; 7]), [(5, 0), (16, 3)]);
    assert_eq!(symbols(&[5; 8]), [(5, 0), (16, 3), (5, 0)]);
}

#[test]
fn a_header_is_as_long_as_it_says() {
    let mut literals = [0; 286];
    literals[97..105].fill(4);
    literals[256] = 1;
    let cases: [[u8; 30]; 3] = [[0; 30], [5; 30], std::array::from_fn(|symbol| u8::from(symbol < 2))];
    for distances in cases {
        let header = Header::new(&literals, &distances);
        let mut out = Vec::new();
        let mut bits = BitWriter::new(&mut out);
        bits.reserve(header.bits);
        header.write(&mut bits);
        bits.finish();
        assert_eq!(out.len() as u64, header.bits.div_ceil(8));
        assert_eq!(
            u64::from(out[0] & 31) + 257,
            257,
            "the last literal or length in use is the end of a block"
        );
    }
}
