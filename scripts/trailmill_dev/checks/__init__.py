"""What `scripts/check NAME` proves, a module each."""
