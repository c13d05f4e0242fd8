use super::*;
use crate::plan::month_plan::plan;
use crate::plan::slice::SliceDays;
use crate::plan::window::windows;
use crate::read::piece::PIECE_BYTES;
use crate::testing::world::{World, day, event_id, october, record};
use cloudtrail_model::Table;

/// The reads of October as one slice.
async fn reads_of(lake: &Arc<dyn Store>) -> Vec<PartRead> {
    let plan = plan(lake, &crate::DaysThere::default(), Table::CloudTrail, october()).await.unwrap();
    let slice = SliceDays { first: day("2026-10-01"), last: day("2026-10-31") };
    windows(&plan, &slice, &crate::Options::default()).into_iter().flat_map(|window| window.reads).collect()
}

#[tokio::test]
async fn a_part_comes_in_pieces_that_hold_every_line_in_order() {
    let world = World::new();
    // one line longer than a piece, and several that fill more than one together
    let filler = "x".repeat(PIECE_BYTES / 3);
    let mut lines: Vec<String> = (0..10).map(|n| format!(r#"{{"eventID":"{n}","x":"{filler}"}}"#)).collect();
    let mut ids: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    ids.insert(4, "long".to_owned());
    lines.insert(4, format!(r#"{{"eventID":"long","x":"{}"}}"#, "y".repeat(2 * PIECE_BYTES)));
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &lines).await;
    world.commit_day(Table::CloudTrail, day("2026-10-11"), &[record(1, "2026-10-11T00:00:00Z")]).await;
    lines.push(record(1, "2026-10-11T00:00:00Z"));

    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let reads = reads_of(&lake).await;
    let mut stream = read(lake, reads, Table::CloudTrail, 3, SparePieces::default());
    let (mut found, mut pieces, mut ends) = (Vec::new(), 0, 0);
    while let Some(from_part) = stream.next().await {
        match from_part.unwrap() {
            FromPart::Records(Records::Fingerprints(_)) => panic!("there are no off-day records"),
            FromPart::Records(Records::Rows(piece)) => {
                pieces += 1;
                assert!(piece.text().len() <= PIECE_BYTES || piece.lines.len() == 1);
                found
                    .extend(piece.lines.iter().map(|line| (event_id(&piece, line), line.raw_bytes as usize)));
            }
            FromPart::End => ends += 1,
        }
    }
    ids.push("00000000-0000-4000-8000-000000000001".to_owned());
    assert!(found.iter().eq(&ids.into_iter().zip(lines.iter().map(String::len)).collect::<Vec<_>>()));
    assert!(pieces >= 6 && ends == 2, "{pieces} pieces, {ends} ends");
}
