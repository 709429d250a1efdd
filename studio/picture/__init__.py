"""From a track to a film."""

from studio.picture.film_maker import make_film, poster

__all__ = ["make_film", "poster"]
