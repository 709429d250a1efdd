"""Redis: keys, scripts, lifetimes, encryption."""
