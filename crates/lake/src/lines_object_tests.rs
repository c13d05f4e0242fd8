use super::*;

fn object(lines: usize) -> LinesObject {
    let mut text = GzipText::new();
    for n in 0..lines {
        text.text().extend_from_slice(format!("{n} {}\n", "x".repeat(1000)).as_bytes());
    }
    LinesObject::new(text, lines as u64)
}

#[test]
fn lines_come_back_one_by_one() {
    for lines in [0, 1, 5000] {
        let object = object(lines);
        let mut seen = 0;
        let each = |line: &[u8]| {
            assert!(line.starts_with(format!("{seen} ").as_bytes()) && line.ends_with(b"x\n"));
            seen += 1;
            Ok(())
        };
        assert_eq!(read_lines_object(&object.stated, &object.body, each), Ok(()));
        assert_eq!(
            (seen, object.stated.lines, object.stated.bytes),
            (lines, lines as u64, object.body.len() as u64)
        );
    }
}

#[test]
fn an_object_that_differs_is_refused() {
    let (right, other) = (object(3), object(4));
    let read = |stated: &ObjectRef, body: &[u8]| read_lines_object(stated, body, |_| Ok(())).unwrap_err();
    assert!(read(&right.stated, &other.body).contains("its sha256 is"));
    assert!(read(&right.stated, &right.body[..20]).contains("its sha256 is"));
    let stated = ObjectRef { lines: 4, ..right.stated.clone() };
    assert_eq!(read(&stated, &right.body), "it has 3 lines, the commit says 4");
    let cut = &right.body[..right.body.len() - 9];
    let stated = ObjectRef { sha256: hex(&Sha256::digest(cut)), ..right.stated.clone() };
    assert!(read(&stated, cut).contains("truncated or damaged gzip"));
    let failed = read_lines_object(&right.stated, &right.body, |line| match line[0] {
        b'1' => Err("odd".into()),
        _ => Ok(()),
    });
    assert_eq!(failed, Err("line 2: odd".into()));
}
