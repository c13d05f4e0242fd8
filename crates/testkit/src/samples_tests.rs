use super::*;

#[test]
fn a_folder_that_is_there_is_found() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(found(folder.path().to_owned(), true), Some(folder.path().to_owned()));
    assert_eq!(found(folder.path().join("missing"), false), None);
}

#[test]
#[should_panic(expected = "CI must have them")]
fn ci_does_without_nothing() {
    found(PathBuf::from("/missing"), true);
}
