"""Other ways to do what Trailmill does, each a program of its own, which scripts/bench peers runs as a whole process."""
