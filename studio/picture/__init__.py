"""From a track to a film."""
