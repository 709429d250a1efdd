"""What the agent says about a project: what was made, what an edit changed, what is there now."""

from __future__ import annotations

from studio.compose import STYLES
from studio.model import Brief, Role
from studio.projects.model import Piece, Project, ProjectFile
from studio.texts import nearest, say


class Teller:
    """Speaks `language`, the project's where none is given; the project is the one after the change."""

    def __init__(self, project: Project, language: str | None = None) -> None:
        self._project = project
        self._language = language or project.language

    def talk(self, key: str) -> str:
        """Answer in words."""
        styles = self._text("unit.join").join(self.style(name) for name in STYLES)
        return self._text(key, styles=styles)

    def style(self, name: str) -> str:
        """Return a style's name for people."""
        style = STYLES[name]
        return style.chinese if nearest(self._language) == "zh" else style.english

    def name(self, piece: Piece) -> str:
        """Return the name of a piece on the timeline; an edit that changes the music changes it too."""
        name = self._text("timeline.music", style=self.style(piece.brief.style), bpm=_bpm(piece), key=piece.key)
        if piece.brief.without:
            name += self._text("unit.join") + self._text("timeline.without", roles=self._roles(piece.brief.without))
        return name

    def track(self, piece: Piece, *, notes: tuple[str, ...], link: bool, taken_off: ProjectFile | None) -> str:
        """Tell what was made, and honestly what was not: vocals, a link's music, the likeness of a sound."""
        now, project = self._project.now, self._project
        lines = [self._text("track.ready", seed=piece.brief.seed, **self._facts(piece))]
        if video := project.find_file(now.video):
            own = video.has_sound and now.own_volume > 0
            lines.append(self._text("track.under_video" if own else "track.with_video", name=video.name))
            if video.seconds > piece.seconds + 1:
                lines.append(self._text("track.covers_part", length=self._length(piece.seconds)))
        elif cover := project.find_file(now.cover):
            lines.append(self._text("track.with_cover", name=cover.name))
        lines += [self._text("track.under_audio", name=file.name) for file in project.own_sounds]
        if now.title:
            lines.append(self._text("track.titled", title=now.title))
        lines += [self._text(f"note.{note}") for note in notes]
        if link:
            lines.append(self._text("track.link"))
        if taken_off:
            lines.append(self._text("track.like_audio", name=taken_off.name))
        return self._text("unit.sentence").join(lines)

    def raw(self, piece: Piece) -> str:
        """Tell that the first of two stages is done."""
        return self._text("track.raw", **self._facts(piece))

    def no_soundfont(self) -> str:
        """Tell that no SoundFont was found."""
        return self._text("unit.sentence") + self._text("track.no_soundfont")

    def edited(self, before: Project, limits: tuple[str, ...] = ()) -> str:
        """Tell what an edit changed, before → after, and what of it can't go further (keys)."""
        changed = self._text("edit.changed", changes=self._text("unit.join").join(self._changes(before)))
        return self._text("unit.sentence").join([changed, *(self._text(limit) for limit in limits)])

    def undone(self, *, possible: bool) -> str:
        """Tell what is there after a change was taken back; `possible` False: there was none."""
        if not possible:
            return self._text("edit.nothing_to_undo")
        now, project = self._project.now, self._project
        file = project.find_file(now.video) or project.find_file(now.cover)
        what = [*([file.name] if file else []), *([project.piece.name] if project.piece else [])]
        what += [self._text("edit.title", title=now.title)] if now.title else []
        if not what:
            return self._text("edit.undone_empty")
        return self._text("edit.undone", what=self._text("unit.join").join(what))

    def _changes(self, before: Project) -> list[str]:
        changes = []
        old, new = before.piece, self._project.piece
        if old and new and old.id != new.id:
            changes += self._music_changes(old, new)
        was, now = before.now, self._project.now
        for file_id in sorted({now.video, now.cover, *now.audio} - {was.video, was.cover, *was.audio}, key=str):
            if file := self._project.find_file(file_id):
                changes.append(self._text("edit.file", name=file.name))
        if was.title != now.title:
            changes.append(self._text("edit.title", title=now.title) if now.title else self._text("edit.no_title"))
        if was.volume != now.volume:
            changes.append(self._text("edit.volume", before=round(was.volume * 100), after=round(now.volume * 100)))
        if was.own_volume != now.own_volume:
            changes.append(self._text("edit.own_sound"))
        if was.shape != now.shape:
            changes.append(self._text("edit.shape", shape=now.shape.value))
        return changes

    def _music_changes(self, old: Piece, new: Piece) -> list[str]:
        pairs = [
            ("edit.style", self.style(old.brief.style), self.style(new.brief.style)),
            ("edit.tempo", _bpm(old), _bpm(new)),
            ("edit.key", old.key, new.key),
            ("edit.length", self._length(old.seconds), self._length(new.seconds)),
        ]
        changes = [self._text(key, before=was, after=now) for key, was, now in pairs if was != now]
        if gone := new.brief.without - old.brief.without:
            changes.append(self._text("edit.without", roles=self._roles(gone)))
        if back := old.brief.without - new.brief.without:
            changes.append(self._text("edit.with", roles=self._roles(back)))
        if _cast(old.brief) != _cast(new.brief):
            changes.append(self._text("edit.instruments"))
        if (old.brief.valence, old.brief.energy) != (new.brief.valence, new.brief.energy):
            changes.append(self._text("edit.mood"))
        return changes

    def _facts(self, piece: Piece) -> dict[str, str]:
        return {
            "title": piece.title,
            "style": self.style(piece.brief.style),
            "bpm": _bpm(piece),
            "key": piece.key,
            "length": self._length(piece.seconds),
        }

    def _length(self, seconds: float) -> str:
        return self._text("unit.seconds", seconds=f"{seconds:.1f}".removesuffix(".0"))

    def _roles(self, roles: frozenset[Role]) -> str:
        names = [self._text(f"role.{role.value}") for role in Role if role in roles]
        return self._text("unit.join").join(names)

    def _text(self, key: str, /, **values: str | float) -> str:
        return say(self._language, key, **values)


def _bpm(piece: Piece) -> str:
    return str(round(piece.bpm))


def _cast(brief: Brief) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    return brief.instruments, brief.solo, brief.excluded
