"""From stems to a mastered track."""
