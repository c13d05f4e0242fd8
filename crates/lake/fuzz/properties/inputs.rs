//! Any bytes as a line of an inputs object, as a packed input, and as an inputs object: no panic, and what parses is given back
//! in both forms.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::input::Input;
use crate::inputs::Inputs;
use crate::lines_object::{GzipText, LinesObject, read_lines_object};
use crate::{ObjectRef, hex};

pub(crate) fn check(bytes: &[u8]) {
    if let Ok(input) = Input::from_line(bytes) {
        given_back(&input);
    }
    if let Some(input) = Input::unpack("key", bytes) {
        given_back(&input);
    }
    // as a body: hardly ever gzip
    let lines = bytes.iter().fold(0, |lines, byte| lines + u64::from(*byte == b'\n'));
    let stated = ObjectRef { sha256: hex(&Sha256::digest(bytes)), bytes: bytes.len() as u64, lines };
    let _ =
        read_lines_object(&stated, bytes, |line| Input::from_line(line).map(drop).map_err(|_| String::new()));
    // compression takes longer than all of the above
    if bytes.split(|byte| *byte == b'\n').any(|line| Input::from_line(line).is_ok()) {
        as_text(bytes);
    }
}

/// Both forms of an input give it back.
fn given_back(input: &Input) {
    let (mut line, mut packed) = (Vec::new(), Vec::new());
    input.append_line(&mut line).expect("an input is JSON");
    assert!(line.ends_with(b"\n") && !line[..line.len() - 1].contains(&b'\n'), "an input is one line");
    assert_eq!(&Input::from_line(&line).expect("it reads what it wrote"), input);
    input.pack(&mut packed);
    assert_eq!(Input::unpack(&input.key, &packed).as_ref(), Some(input));
}

/// The bytes as the text of an object: its lines come back, and the inputs among them.
fn as_text(text: &[u8]) {
    let mut object = GzipText::new();
    object.text().extend(text);
    let ends_open = text.last().is_some_and(|last| *last != b'\n');
    let lines = text.iter().filter(|byte| **byte == b'\n').count() + usize::from(ends_open);
    let LinesObject { stated, body } = LinesObject::new(object, lines as u64);
    let (mut again, mut inputs) = (Vec::new(), Vec::new());
    let read = read_lines_object(&stated, &body, |line| {
        again.extend_from_slice(line);
        inputs.extend(Input::from_line(line));
        Ok(())
    });
    assert_eq!((read, again.as_slice()), (Ok(()), text));
    in_memory(&inputs);
}

/// Of a key that comes several times, the last input is found.
fn in_memory(inputs: &[Input]) {
    let newest: BTreeMap<&str, &Input> = inputs.iter().map(|input| (input.key.as_str(), input)).collect();
    let memory: Inputs = inputs.iter().cloned().collect();
    for (key, input) in &newest {
        assert_eq!(memory.get(key).as_ref(), Some(*input));
    }
    let walked: Vec<Input> = memory.iter().collect();
    assert_eq!((walked.len(), memory.len()), (newest.len(), newest.len()));
    assert!(walked.iter().all(|input| newest.get(input.key.as_str()) == Some(&input)));
}
