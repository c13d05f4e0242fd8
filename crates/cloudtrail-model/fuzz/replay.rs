//! The committed corpus of a fuzz target, through its property again: a short replay that needs no nightly compiler.

use std::fs;
use std::path::Path;

/// Hands every file of `fuzz/corpus/TARGET`, below a crate's folder, to the target's property.
pub(crate) fn replay(crate_folder: &str, target: &str, property: fn(&[u8])) {
    let folder = Path::new(crate_folder).join("fuzz/corpus").join(target);
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        // seen only where the test fails: the last one named is the one that fails
        println!("{}", path.display());
        property(&fs::read(path).unwrap());
        files += 1;
    }
    assert!(files > 0, "{} holds nothing to replay", folder.display());
}
