"""One readable story per thing a person can want."""
