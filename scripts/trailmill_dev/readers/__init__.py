"""Readers of a lake that share no code with Trailmill: scripts/check readers."""
