"""Projects: a person's files, pieces of music and timeline with its undo history, kept on disk."""
