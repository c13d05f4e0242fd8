use super::*;

#[test]
fn every_place_has_a_column_in_some_table() {
    for field in Field::ALL {
        for place in field.all_places() {
            assert!(Table::ALL.iter().any(|table| place.is_of(*table)), "{field:?} {place:?}");
        }
    }
}

#[test]
fn a_table_has_the_places_that_it_has_columns_for() {
    assert_eq!(Field::EventId.places(Table::CloudTrail), [Place::Member(&["eventID"])]);
    assert_eq!(Field::EventId.places(Table::Aggregated), [Place::Member(&["eventId"])]);
    assert_eq!(Field::Account.places(Table::Aggregated), [Place::Member(&["accountId"])]);
    assert_eq!(Field::AccessKey.places(Table::Insight), []);
    assert_eq!(Field::Resource.places(Table::NetworkActivity).len(), 3);
    assert!(Table::ALL.iter().all(|table| Field::Text.places(*table) == [Place::Record]));
}

#[test]
fn only_a_column_of_texts_decides_by_its_statistics() {
    let of = |place: Place| place.single_column(Table::CloudTrail);
    assert_eq!(of(Place::Member(&["userIdentity", "arn"])).as_deref(), Some("userIdentity.arn"));
    assert_eq!(of(Place::Elements("resources", "ARN")), None);
    assert_eq!(of(Place::Strings("requestParameters")), None);
    assert_eq!(of(Place::Record), None);
}
