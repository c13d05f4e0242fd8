use super::*;
use crate::plan::plan;
use crate::test_world::{World, day, october, record};
use cloudtrail_model::Table;

#[tokio::test]
async fn a_part_comes_in_pieces_that_hold_every_line_in_order() {
    let world = World::new();
    // one line longer than a piece, and several that fill more than one together
    let filler = "x".repeat(PIECE_BYTES / 3);
    let mut lines: Vec<String> = (0..10).map(|n| format!(r#"{{"eventID":"{n}","x":"{filler}"}}"#)).collect();
    lines.insert(4, format!(r#"{{"eventID":"long","x":"{}"}}"#, "y".repeat(2 * PIECE_BYTES)));
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &lines).await;
    world.commit_day(Table::CloudTrail, day("2026-10-11"), &[record(1, "2026-10-11T00:00:00Z")]).await;
    lines.push(record(1, "2026-10-11T00:00:00Z"));

    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let parts = plan(&lake, Table::CloudTrail, october()).await.unwrap().parts;
    let mut stream = read(lake, parts, october(), 3);
    let (mut found, mut pieces, mut ends) = (Vec::new(), 0, 0);
    while let Some(from_part) = stream.next().await {
        match from_part.unwrap() {
            FromPart::Piece(piece) => {
                pieces += 1;
                assert!(piece.text.len() <= PIECE_BYTES || piece.lines.len() == 1);
                found.extend(
                    piece.lines.iter().map(|line| String::from_utf8(piece.text(line).to_vec()).unwrap()),
                );
            }
            FromPart::End => ends += 1,
        }
    }
    assert_eq!(found, lines);
    assert!(pieces >= 6 && ends == 2, "{pieces} pieces, {ends} ends");
}

#[tokio::test]
async fn a_line_knows_what_it_is_sorted_by_and_when_it_was() {
    let world = World::new();
    let line = r#"{"userIdentity":{"arn":"who"},"eventTime":"2026-10-10T01:02:03Z","eventSource":"from","eventName":"what"}"#;
    world.commit_day(Table::CloudTrail, day("2026-10-10"), &[line.to_owned(), "{}".to_owned()]).await;
    let lake: Arc<dyn Store> = Arc::new(world.lake.clone());
    let parts = plan(&lake, Table::CloudTrail, october()).await.unwrap().parts;
    let mut stream = read(lake, parts, october(), 1);
    let Some(Ok(FromPart::Piece(piece))) = stream.next().await else { panic!("no piece") };
    let [first, second] = &piece.lines[..] else { panic!("two lines") };
    assert_eq!(piece.sort_key(first), [&b"from"[..], b"what", b"who", b"2026-10-10T01:02:03Z"]);
    assert_eq!(piece.event_time(first), Some("2026-10-10T01:02:03Z"));
    assert_eq!(piece.sort_key(second), [&b""[..], b"", b"", b""]);
    assert!(first.fingerprint.is_none());
}
