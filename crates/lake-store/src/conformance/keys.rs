//! Unusual keys, which a backend must not escape, normalize or lose.

use super::Area;
use crate::{Created, Depth, ErrorKind, Page};

/// Names with a special meaning to some layer between the caller and the store.
const ODD: [&str; 21] = [
    " leading and trailing ",
    "!-_.*'()",
    "#hash?query=1&b=2",
    "%2e%2e%2f",
    "%",
    "+plus+",
    "..dots..",
    ".hidden",
    "a b/c  d/e",
    "a,b;c:d@e$f",
    "back`tick\"quote'",
    "case",
    "[a]{b}^|~<>",
    "part-000001-0000.ndjson.gz",
    "tab\there",
    "year=2026/month=11/day=22/part",
    "ünïcödé",
    "u\u{308}",
    "日本語/ログ",
    "😀",
    "\u{2028}line",
];

/// Every operation accepts them, and a listing returns them unchanged.
pub(super) async fn odd(area: &Area) {
    survive(area, &ODD).await;
}

/// A backslash is not a separator, and is kept.
pub(super) async fn backslash(area: &Area) {
    survive(area, &["back\\slash", "back\\staged", "back/slash"]).await;
}

async fn survive(area: &Area, names: &[&str]) {
    // the file systems of Windows cannot hold some of them
    let names: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !cfg!(windows) || !name.contains(['\\', ':', '*', '?', '"', '<', '>', '|', '\t']))
        .collect();
    for (number, name) in names.iter().enumerate() {
        if number % 2 == 0 {
            area.create(name, name.to_string()).await;
        } else {
            let mut upload = area.stage(name, &[name.as_bytes()]).await;
            upload.seal().await.unwrap();
            upload.publish().await.unwrap();
        }
    }
    let mut sorted: Vec<String> = names.iter().map(|name| name.to_string()).collect();
    sorted.sort_unstable();
    assert_eq!(area.names("", Depth::All).await, sorted, "odd keys, listed");
    for name in &names {
        let meta = area.meta(name).await;
        let read = area.store.get(&area.key(name), Some(&meta.etag)).await.unwrap();
        assert_eq!(read, name.as_bytes(), "the content of {name:?}");
        let created = area.store.create_new(&area.key(name), "other".into()).await.unwrap();
        assert_eq!(created, Created::Exists, "creating {name:?} again");
        let found = area.names(name, Depth::Level).await;
        assert!(found.contains(&name.to_string()), "{name:?} at its own level: {found:?}");
    }
    for name in &names {
        area.store.delete(&area.key(name)).await.unwrap();
        let error = area.store.get(&area.key(name), None).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "reading {name:?} after it was deleted");
    }
    assert_eq!(area.list("", Depth::All).await, Page::default(), "odd keys, after all were deleted");
}
