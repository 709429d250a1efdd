"""The embedded backend: it speaks the API of the service and composes, plays, mixes and films by itself."""
