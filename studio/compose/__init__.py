"""From a wish to a score."""
