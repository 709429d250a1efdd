"""Jobs: one at a time for each session, journaled step by step, never paid twice."""
