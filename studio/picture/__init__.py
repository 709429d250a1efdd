"""Films: pictures for a track, drawn or a person's own, written as MP4."""

from studio.picture.film_maker import make_film, poster

__all__ = ["make_film", "poster"]
