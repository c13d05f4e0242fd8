//! Listings: order, prefixes, pages.

use super::{Area, names, owned};
use crate::{Depth, Page};

/// More than one page of S3, of objects and of common prefixes alike.
const MANY: usize = 1_050;

/// A listing of an unused prefix is empty, not an error.
pub(super) async fn empty(area: &Area) {
    for depth in [Depth::All, Depth::Level] {
        for prefix in ["", "nothing", "nothing/", "nothing/at/all"] {
            let page = area.list(prefix, depth).await;
            assert_eq!(page, Page::default(), "a listing of {prefix:?} at {depth:?}, where nothing is");
        }
    }
}

/// Keys are listed in the byte order of their UTF-8, with sizes and etags.
pub(super) async fn order(area: &Area) {
    let sorted =
        owned(&["A", "a/b", "a/b-", "a/b.c", "a/c0", "a/d/e", "a0", "ab", "b!/x", "z", "é", "～", "😀"]);
    shuffle(area, &sorted).await;
    assert_eq!(area.names("", Depth::All).await, sorted, "the order of keys");
    let level = area.list("", Depth::Level).await;
    assert_eq!(names(&level), owned(&["A", "a0", "ab", "z", "é", "～", "😀"]), "objects of a level");
    assert_eq!(level.prefixes, owned(&["a/", "b!/"]), "common prefixes of a level");
    let listed = area.list("", Depth::All).await.objects;
    for object in listed {
        assert_eq!(object.bytes, object.key.len() as u64, "the size of {}", object.key);
        assert!(!object.etag.is_empty(), "the etag of {}", object.key);
    }
}

/// The order is that of the whole key, in which `-` and `.` sort before `/`, not that of a directory walk.
pub(super) async fn order_of_folders(area: &Area) {
    let sorted = owned(&["a!/x", "a-b", "a.b/c", "a/b", "a/b-", "a/b.c", "a/d/e", "a0"]);
    shuffle(area, &sorted).await;
    assert_eq!(area.names("", Depth::All).await, sorted, "the order of keys in folders");
    let level = area.list("", Depth::Level).await;
    assert_eq!(names(&level), owned(&["a-b", "a0"]), "objects of a level with folders");
    assert_eq!(level.prefixes, owned(&["a!/", "a.b/", "a/"]), "common prefixes of a level with folders");
}

/// Creates objects in an order other than that of their names.
async fn shuffle(area: &Area, names: &[String]) {
    let mut shuffled = names.to_vec();
    fastrand::Rng::with_seed(7).shuffle(&mut shuffled);
    area.create_all(&shuffled).await;
}

/// A prefix is a string, not a folder.
pub(super) async fn string_prefixes(area: &Area) {
    area.create_all(&owned(&["a/b", "a/bc/d", "a/bd", "a/c", "ab/x", "b"])).await;
    let all = |prefix| area.names(prefix, Depth::All);
    assert_eq!(all("a").await, owned(&["a/b", "a/bc/d", "a/bd", "a/c", "ab/x"]), "prefix a");
    assert_eq!(all("a/").await, owned(&["a/b", "a/bc/d", "a/bd", "a/c"]), "prefix a/");
    assert_eq!(all("a/b").await, owned(&["a/b", "a/bc/d", "a/bd"]), "prefix a/b");
    assert_eq!(all("a/bc").await, owned(&["a/bc/d"]), "prefix a/bc");
    assert_eq!(all("b").await, owned(&["b"]), "prefix b, which is a key");
    assert_eq!(all("b/").await, owned(&[]), "prefix b/, where b is an object");

    let level = area.list("a/b", Depth::Level).await;
    assert_eq!(names(&level), owned(&["a/b", "a/bd"]), "objects of the level of a/b");
    assert_eq!(level.prefixes, owned(&["a/bc/"]), "common prefixes of the level of a/b");
    let level = area.list("a", Depth::Level).await;
    assert_eq!(names(&level), owned(&[]), "objects of the level of a");
    assert_eq!(level.prefixes, owned(&["a/", "ab/"]), "common prefixes of the level of a");
}

/// A listing spans several pages, common prefixes included, and continues if listed objects are deleted.
pub(super) async fn many_pages(area: &Area) {
    let objects: Vec<String> = (0..MANY).map(|number| format!("m{number:05}")).collect();
    // interleaved with the objects, so that pages hold both
    let folded: Vec<String> = (0..MANY).map(|number| format!("m{number:05}-/x")).collect();
    let mut everything = [objects.clone(), folded.clone()].concat();
    everything.sort_unstable();
    area.create_all(&everything).await;

    assert_eq!(area.names("", Depth::All).await, everything, "every key, over pages");
    let level = area.list("", Depth::Level).await;
    let prefixes: Vec<String> = (0..MANY).map(|number| format!("m{number:05}-/")).collect();
    assert_eq!(names(&level), objects, "every object of a level, over pages");
    assert_eq!(level.prefixes, prefixes, "every common prefix of a level, over pages");

    for depth in [Depth::Level, Depth::All] {
        deleting_listed(area, depth).await;
    }
}

/// Deletes the objects of each page before it asks for the next.
async fn deleting_listed(area: &Area, depth: Depth) {
    let expected = area.list("", depth).await;
    let mut seen = Page::default();
    let mut token = None;
    loop {
        let page = area.store.list(&area.top, depth, token.as_deref()).await.unwrap();
        let next = page.next.clone();
        for object in &page.objects {
            area.store.delete(&object.key).await.unwrap();
        }
        let page = area.without_top(page);
        seen.objects.extend(page.objects);
        seen.prefixes.extend(page.prefixes);
        match next {
            Some(next) => token = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, expected, "a listing at {depth:?} whose listed objects are deleted");
    assert_eq!(area.names("", depth).await, owned(&[]), "objects left after all were deleted");
}
