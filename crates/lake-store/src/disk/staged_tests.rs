use super::*;

fn started() -> (tempfile::TempDir, DiskUpload) {
    let folder = tempfile::tempdir().unwrap();
    let upload = DiskUpload::start(Arc::new(folder.path().to_owned()), "a/object").unwrap();
    (folder, upload)
}

/// A handle that cannot be written to, in place of the upload's own.
fn break_file(upload: &mut DiskUpload) -> Option<Arc<File>> {
    let broken = Arc::new(File::open(&upload.temporary).unwrap());
    upload.file.replace(broken)
}

#[tokio::test]
async fn a_write_that_failed_has_no_effect_and_can_be_repeated() {
    let (folder, mut upload) = started();
    let chunks: Vec<Bytes> = (0..4_u8).map(|byte| Bytes::from(vec![byte; GATHER / 2 + 1])).collect();
    upload.write(chunks[0].clone()).await.unwrap();
    let working = break_file(&mut upload);
    for _ in 0..3 {
        upload.write(chunks[3].clone()).await.unwrap_err();
    }
    upload.file = working;
    for chunk in &chunks[1..] {
        upload.write(chunk.clone()).await.unwrap();
    }
    upload.write(Bytes::from("tail")).await.unwrap();
    let working = break_file(&mut upload);
    upload.seal().await.unwrap_err();
    upload.file = working;
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
    let mut expected = chunks.concat();
    expected.extend_from_slice(b"tail");
    assert!(fs::read(folder.path().join("a/object")).unwrap() == expected, "the content after failed writes");
}

#[tokio::test]
async fn bytes_of_a_failed_write_are_not_published() {
    let (folder, mut upload) = started();
    upload.write(Bytes::from(vec![1; GATHER])).await.unwrap();
    // a write that was cut short has moved the end of the file and the position in it
    let file = upload.file.clone().unwrap();
    append(&file, GATHER as u64, &[Bytes::from_static(b"half of a long chunk")]).unwrap();
    upload.write(Bytes::from("whole")).await.unwrap();
    upload.seal().await.unwrap();
    upload.publish().await.unwrap();
    let content = fs::read(folder.path().join("a/object")).unwrap();
    assert!(content[..GATHER].iter().all(|&byte| byte == 1));
    assert_eq!(&content[GATHER..], b"whole");
}

#[tokio::test]
async fn a_dropped_upload_takes_its_file_and_folders_along() {
    let (folder, upload) = started();
    assert!(upload.temporary.exists());
    drop(upload);
    let left: Vec<_> =
        WalkDir::new(folder.path().join(STAGING)).into_iter().map(|entry| entry.unwrap()).collect();
    assert_eq!(left.len(), 1, "the staging area alone: {left:?}");
}
