"""The oracle: what must come out of log files, worked out slowly in plain Python.

It follows docs/guide/schema.md and docs/guide/guarantees.md and shares no code with Trailmill. Benches, the readers and the
end-to-end scenarios all compare with it.
"""
