"""What `scripts/bench NAME` measures, a module each, and what they share."""
