use super::*;

const SMALL: Bounds = Bounds { text_bytes: 64, entries: 2, members: 3 };

#[test]
fn a_text_is_cut_between_characters_and_says_so() {
    assert_eq!(SMALL.text(&"x".repeat(64)), "x".repeat(64));
    assert_eq!(SMALL.text(&"x".repeat(65)), format!("{}… (cut, 65 bytes in all)", "x".repeat(38)));
    for shift in 0..4 {
        let text = format!("{}{}", "x".repeat(shift), "\u{1F986}".repeat(30));
        let cut = SMALL.text(&text);
        assert!((60..=64).contains(&cut.len()), "{cut}");
        assert!(cut.ends_with(&format!("\u{1F986}… (cut, {} bytes in all)", text.len())), "{cut}");
    }
}

#[test]
fn of_a_long_list_there_are_the_first_and_the_number_of_all() {
    let facts = json!({"list": [1, 2, 3], "lists": [[1, 2], [[], [], [], []]], "short": [1, 2]});
    let expected = json!({
        "list": [1, 2, {"left_out": 1, "count": 3}],
        "lists": [[1, 2], [[], [], {"left_out": 2, "count": 4}]],
        "short": [1, 2],
    });
    assert_eq!(Value::from(SMALL.object(facts.as_object().unwrap())), expected);
}

#[test]
fn of_a_large_object_there_are_the_first_and_the_number_of_all() {
    let facts =
        json!({"a": {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, "b": null, "x".repeat(100): true, "y": 1.5});
    let kept = SMALL.object(facts.as_object().unwrap());
    assert_eq!(kept["a"], json!({"a": 1, "b": 2, "c": 3, "…": {"left_out": 2, "count": 5}}));
    assert_eq!(kept["…"], json!({"left_out": 1, "count": 4}));
    let names: Vec<&str> = kept.keys().map(String::as_str).collect();
    assert_eq!(names[..2], ["a", "b"]);
    assert!(names[2].starts_with("xxx") && names[2].len() == 64, "{names:?}");
}

#[test]
fn values_nested_too_deeply_are_cut() {
    let mut fact = json!("deepest");
    for _ in 0..MOST_NESTED {
        fact = json!([fact]);
    }
    let kept =
        |fact: &Value| SMALL.object(&Map::from_iter([("fact".to_owned(), fact.clone())]))["fact"].clone();
    assert_eq!(kept(&fact), fact);
    assert!(!kept(&json!([fact])).to_string().contains("deepest"));
    assert!(kept(&json!([fact])).to_string().contains("nested too deeply"));
}

#[test]
fn bounds_become_narrower_until_nothing_is_large() {
    let all: Vec<Bounds> = std::iter::successors(Some(Bounds::WIDEST), Bounds::narrower).collect();
    assert_eq!(all.last(), Some(&Bounds { text_bytes: LEAST_TEXT_BYTES, entries: 1, members: 1 }));
    assert!(all.len() < 10, "{all:?}");
}
