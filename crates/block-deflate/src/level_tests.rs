use super::Level;

#[test]
fn a_number_out_of_range_is_the_nearest_level() {
    assert_eq!(Level::nearest(0), Level::nearest(1));
    assert_eq!(Level::nearest(10), Level::nearest(9));
    assert_eq!(Level::nearest(u32::MAX), Level::nearest(9));
    assert!((1..9).all(|number| Level::nearest(number) < Level::nearest(number + 1)));
    assert_eq!(Level::default(), Level::nearest(6));
}
