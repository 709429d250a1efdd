"""The client of the NemoVideo agent service, and of the studio, which speaks the same API."""
