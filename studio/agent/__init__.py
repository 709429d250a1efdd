"""The agent: plans what a message asks of a project, and carries the plan out on the timeline."""
