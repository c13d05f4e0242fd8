use super::*;
use walkdir::WalkDir;

#[test]
fn the_folder_holds_what_the_summary_says() {
    let root = tempfile::tempdir().unwrap();
    let config = OrganizationConfig {
        accounts: 2,
        regions: 1,
        files: 30,
        records: 200,
        broken_files: 2,
        late_files: 3,
        ..OrganizationConfig::default()
    };
    let day = "2026-11-22".parse().unwrap();
    let sizes = || -> Vec<u64> {
        let files =
            WalkDir::new(root.path()).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file());
        files.map(|entry| entry.metadata().unwrap().len()).collect()
    };
    let summary = write_day(&config, day, root.path()).unwrap();
    assert_eq!((summary.files, summary.records, summary.broken, summary.other_kinds), (30, 200, 2, 32));
    assert!(summary.duplicates > 30 && summary.other_records >= 8 && summary.raw_bytes > summary.bytes);
    assert_eq!((sizes().len(), sizes().iter().sum::<u64>()), (64, summary.bytes));

    let late = write_late_arrivals(&config, day, root.path()).unwrap();
    assert_eq!((late.files, sizes().len()), (3, 67));
    assert_eq!(sizes().iter().sum::<u64>(), summary.bytes + late.bytes);
}
