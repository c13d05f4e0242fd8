use super::*;

fn settings() -> Settings<impl Fn(&str) -> Option<String>> {
    Settings::new(|name| match name {
        "DAYS" => Some("3".to_owned()),
        "EMPTY" => Some(String::new()),
        "WORD" => Some("three".to_owned()),
        _ => None,
    })
}

#[test]
fn settings_are_read() {
    assert_eq!(settings().required::<u16>("DAYS", "days"), Ok(3));
    assert_eq!(settings().optional::<u16>("DAYS", "days"), Ok(Some(3)));
    assert_eq!(settings().optional::<u16>("OTHER", "days"), Ok(None));
    assert_eq!(settings().text("WORD").as_deref(), Some("three"));
}

#[test]
fn an_empty_setting_is_not_set() {
    assert_eq!(settings().optional::<u16>("EMPTY", "days"), Ok(None));
    assert_eq!(settings().text("EMPTY"), None);
}

#[test]
fn an_invalid_setting_is_reported_by_name() {
    let missing = settings().required::<u16>("EMPTY", "the number of days").unwrap_err();
    assert_eq!(missing.to_string(), "EMPTY is not set: the number of days");
    let unreadable = settings().optional::<u16>("WORD", "the number of days").unwrap_err();
    assert_eq!(
        unreadable.to_string(),
        r#"WORD is "three": the number of days (invalid digit found in string)"#
    );
}
