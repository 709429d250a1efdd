"""The agent: what a message asks of a project, and what it does to the timeline."""
