"""Discord as a chat."""
