"""A person's project: its files, its pieces of music, its timeline and what came before; kept on disk."""
