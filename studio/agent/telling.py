"""What the agent says about a project: what was made, what an edit changed, what is there now."""

from __future__ import annotations

from dataclasses import dataclass

from media import Heard
from studio.agent.alike import LIVELY, QUIET, fitting_styles
from studio.compose import STYLES
from studio.compose.wanted import INSTRUMENTS_CALLED
from studio.model import Brief, Role, TitlePlace
from studio.projects.draft import length
from studio.projects.model import Piece, Project, ProjectFile, Version
from studio.texts import nearest, say

_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Alike:
    """A person's sound that a piece is to be like, and what was heard in it; None where nothing could be."""

    file: ProjectFile
    heard: Heard | None


class Teller:
    """Speaks `language`, the project's where none is given; the project is the one after the change."""

    def __init__(self, project: Project, language: str | None = None) -> None:
        self._project = project
        self._language = language or project.language

    def talk(self, key: str, wish: str = "") -> str:
        """Answer in words; `wish` is what styles may fit."""
        names = fitting_styles(wish) if key == "talk.link" else tuple(STYLES)
        return self._text(key, styles=self._listed([self.style(name) for name in names]), **self._about_video())

    def style(self, name: str) -> str:
        """Return a style's name for people."""
        style = STYLES[name]
        return style.chinese if nearest(self._language) == "zh" else style.english

    def name(self, piece: Piece) -> str:
        """Return the name of a piece on the timeline; an edit that changes the music changes it too."""
        name = self._text("timeline.music", style=self.style(piece.brief.style), bpm=_bpm(piece), key=self._key(piece))
        if piece.brief.without:
            name += self._text("unit.join") + self._text("timeline.without", roles=self._roles(piece.brief.without))
        return name

    def track(self, piece: Piece, *, notes: tuple[str, ...], link: bool, alike: Alike | None) -> str:
        """Tell what was made, and honestly what was not: vocals, a link's music, what a sound did not tell."""
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
            lines.append(self._text("track.titled", title=now.title, when=self._when(now)))
        if piece.brief.instruments:
            lines.append(self._text("track.players", players=self._players(piece)))
        if alike:
            lines.append(self._taken_over(alike))
        # How to say it better is for the client to tell, who knows what its people read.
        lines += [self._text(f"note.{note}", **self._about_video()) for note in notes if note != "vague"]
        if link:
            names = [self.style(name) for name in fitting_styles(piece.brief.style)]
            lines.append(self._text("track.link", styles=self._listed(names)))
        return self._text("unit.sentence").join(lines)

    def raw(self, piece: Piece) -> str:
        """Tell that the first of two stages is done."""
        return self._text("track.raw", **self._facts(piece))

    def no_soundfont(self, *, failed: bool) -> str:
        """Tell that no SoundFont was found, or that it could not be read."""
        return self._text("unit.sentence") + self._text("track.bad_soundfont" if failed else "track.no_soundfont")

    def replaced(self, before: Project) -> str:
        """Tell once which videos a newer one took the place of; empty where none did since the last answer."""
        now = self._project.find_file(self._project.now.video)
        others = [file for file_id in dict.fromkeys(before.replaced) if (file := before.find_file(file_id))]
        others = [file for file in others if now and file.id != now.id]
        if not now or not others:
            return ""
        names = self._listed([file.name for file in others])
        return self._text("unit.sentence") + self._text(
            "track.replaced", name=now.name, others=names, one=others[-1].name
        )

    def edited(self, before: Project, limits: tuple[str, ...] = ()) -> str:
        """Tell what an edit changed, before → after, and what of it can't go further (keys)."""
        changed = self._text("edit.changed", changes=self._text("unit.join").join(self._changes(before)))
        return self._text("unit.sentence").join(
            [changed, *(self._text(limit, **self._about_video()) for limit in limits)]
        )

    def undone(self, *, possible: bool) -> str:
        """Tell what is there after a change was taken back; `possible` False: there was none."""
        if not possible:
            return self._text("edit.nothing_to_undo")
        now, project = self._project.now, self._project
        file = project.find_file(now.video) or project.find_file(now.cover)
        what = [*([file.name] if file else []), *([self.name(project.piece)] if project.piece else [])]
        what += [self._text("edit.title", title=now.title, when=self._when(now))] if now.title else []
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
        if _lettering(was) != _lettering(now):
            titled = now.title and self._text("edit.title", title=now.title, when=self._when(now))
            changes.append(titled or self._text("edit.no_title"))
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
            ("edit.key", self._key(old), self._key(new)),
            ("edit.length", self._length(old.seconds), self._length(new.seconds)),
        ]
        changes = [self._text(key, before=was, after=now) for key, was, now in pairs if was != now]
        if gone := new.brief.without - old.brief.without:
            changes.append(self._text("edit.without", roles=self._roles(gone)))
        if back := old.brief.without - new.brief.without:
            changes.append(self._text("edit.with", roles=self._listed(self._named(back))))
        if _cast(old.brief) != _cast(new.brief):
            changes.append(self._text("edit.instruments", players=self._players(new)))
        if (old.brief.valence, old.brief.energy) != (new.brief.valence, new.brief.energy):
            changes.append(self._text("edit.mood"))
        return changes

    def _facts(self, piece: Piece) -> dict[str, str]:
        return {
            "title": piece.title,
            "style": self.style(piece.brief.style),
            "bpm": _bpm(piece),
            "key": self._key(piece),
            "length": self._length(piece.seconds),
        }

    def _key(self, piece: Piece) -> str:
        """Return the key for people: "A minor", "F# Lydian"."""
        tonic, _, mode = piece.key.partition(" ")
        return self._text("key.name", tonic=tonic, mode=self._text(f"mode.{mode.replace(' ', '_')}"))

    def _players(self, piece: Piece) -> str:
        """Name who plays, those who were wished for first."""
        wished = [name for name in piece.brief.instruments if name in piece.players]
        others = [name for name in piece.players if name not in wished]
        return self._listed([self._player(name) for name in (*wished, *others)])

    def _player(self, name: str) -> str:
        called = INSTRUMENTS_CALLED.get(name)
        return called.zh[0] if called and called.zh and nearest(self._language) == "zh" else name

    def _when(self, version: Version) -> str:
        """Return when the title is seen."""
        _, seconds = version.title_span(length(self._project))
        return self._text(f"title.{version.title_place.value}", length=self._length(seconds))

    def _taken_over(self, alike: Alike) -> str:
        """Tell what of a sound the piece has, and what could not be heard."""
        if alike.heard is None:
            return self._text("track.like_unheard", name=alike.file.name)
        heard = alike.heard
        facts = [self._text("heard.tempo", bpm=str(round(heard.bpm)))] if heard.bpm else []
        if heard.tonic is not None and heard.mode:
            facts.append(self._text("key.name", tonic=_TONICS[heard.tonic], mode=self._text(f"mode.{heard.mode}")))
        facts.append(
            self._text(
                "heard.calm" if heard.energy < QUIET else "heard.lively" if heard.energy > LIVELY else "heard.even"
            )
        )
        key = "track.like" if heard.bpm else "track.like_without_beat"
        return self._text(key, name=alike.file.name, facts=self._listed(facts))

    def _about_video(self) -> dict[str, str]:
        """Return what sentences may say of the video on the timeline."""
        video = self._project.find_file(self._project.now.video)
        return {"video": video.name, "video_length": self._length(video.seconds)} if video else {}

    def _listed(self, names: list[str]) -> str:
        return self._text("unit.join").join(names)

    def _length(self, seconds: float) -> str:
        return self._text("unit.seconds", seconds=f"{seconds:.1f}".removesuffix(".0"))

    def _roles(self, roles: frozenset[Role]) -> str:
        """Name the players who are left out: "drums or percussion"."""
        return self._text("unit.or").join(self._named(roles))

    def _named(self, roles: frozenset[Role]) -> list[str]:
        return [self._text(f"role.{role.value}") for role in Role if role in roles]

    def _text(self, key: str, /, **values: str | float) -> str:
        return say(self._language, key, **values)


def _bpm(piece: Piece) -> str:
    return str(round(piece.bpm))


def _lettering(version: Version) -> tuple[str, TitlePlace, float] | None:
    return (version.title, version.title_place, version.title_seconds) if version.title else None


def _cast(brief: Brief) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    return brief.instruments, brief.solo, brief.excluded
