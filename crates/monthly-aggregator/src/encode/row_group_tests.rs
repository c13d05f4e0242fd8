use bytes::Bytes;
use lake_store::Store;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::{ReadOptionsBuilder, SerializedFileReader};

use crate::testing::world::{World, october};

async fn part() -> Bytes {
    let world = World::of_a_whole_october().await;
    let parts = world.commit(october()).await.parts;
    world.lake.get(&parts[0].key, None).await.unwrap()
}

fn metadata(part: &Bytes) -> ParquetMetaData {
    let mut reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Required);
    reader.try_parse(part).unwrap();
    reader.finish().unwrap()
}

#[tokio::test]
async fn row_groups_hold_three_days_at_most_and_say_so() {
    let metadata = metadata(&part().await);
    assert_eq!(metadata.num_row_groups(), 11, "31 days");
    assert_eq!(metadata.file_metadata().num_rows(), 310);
    assert!(metadata.file_metadata().created_by().unwrap().starts_with("trailmill"));
    for group in metadata.row_groups() {
        assert!(group.num_rows() <= 30);
        assert_eq!(group.sorting_columns(), None, "no order is promised");
    }
}

#[tokio::test]
async fn every_column_has_zstd_statistics_and_a_page_index() {
    let metadata = metadata(&part().await);
    assert!(metadata.page_index().is_some());
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let name = chunk.column_path();
        assert!(matches!(chunk.compression(), Compression::ZSTD(_)), "{name}");
        assert!(chunk.statistics().is_some(), "{name}");
        assert!(chunk.column_index_offset().is_some() && chunk.offset_index_offset().is_some(), "{name}");
    }
}

#[tokio::test]
async fn ids_have_no_dictionary_and_what_is_looked_up_has_a_bloom_filter() {
    let part = part().await;
    let properties = ReaderProperties::builder().set_read_bloom_filter(true).build();
    let options = ReadOptionsBuilder::new().with_reader_properties(properties).build();
    let reader = SerializedFileReader::new_with_options(part, options).unwrap();
    let group = reader.get_row_group(0).unwrap();
    let mut filtered = Vec::new();
    for (at, chunk) in group.metadata().columns().iter().enumerate() {
        let name = chunk.column_path().string();
        let has_dictionary = chunk.encodings().any(|encoding| encoding == Encoding::RLE_DICTIONARY);
        match name.as_str() {
            "eventID" | "requestID" | "sharedEventID" => assert!(!has_dictionary, "{name}"),
            "eventName" => assert!(has_dictionary),
            _ => {}
        }
        if group.get_column_bloom_filter(at).is_some() {
            filtered.push(name);
        }
    }
    filtered.sort();
    assert_eq!(filtered, ["eventID", "sourceIPAddress", "userIdentity.accessKeyId"]);
    let at = group.metadata().columns().iter().position(|c| c.column_path().string() == "eventID").unwrap();
    let filter = group.get_column_bloom_filter(at).unwrap();
    assert!(filter.check(&"00000000-0000-4000-8000-000000000064"), "record 100 is of the first day");
    assert!(!filter.check(&"00000000-0000-4000-8000-0000ffffffff"));
}
