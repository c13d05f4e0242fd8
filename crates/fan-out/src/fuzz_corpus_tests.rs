//! The corpus of the fuzz target holds, by the same property that is fuzzed.

#[path = "../fuzz/properties/messages.rs"]
mod messages;
#[path = "../../cloudtrail-model/fuzz/replay.rs"]
mod replay;

#[test]
fn the_corpus_of_messages_holds() {
    replay::replay(env!("CARGO_MANIFEST_DIR"), "messages", messages::check);
}
