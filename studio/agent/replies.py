"""The agent's replies about a project: what was made, what an edit changed, what is on the timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace

from media import AudioFeatures
from studio.agent.message_parser import PLATFORMS
from studio.agent.naming import Names, bpm, fades
from studio.agent.reference_track import LIVELY, QUIET, suggest_styles
from studio.compose import STYLES
from studio.domain import Brief, TitlePlace
from studio.picture.titles import missing
from studio.projects.project import ComposedPiece, FileKind, Project, ProjectFile, Version
from studio.projects.timeline_draft import length

_NEAR = 1.5
"""LU from the level of the platforms that nobody needs to hear about."""
_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class ReferenceTrack:
    """A person's sound that a piece is to resemble, and its analysis; None where it can't be decoded."""

    file: ProjectFile
    heard: AudioFeatures | None


class ReplyWriter:
    """Writes replies in `language`, by default the project's; `project` is the state after the change."""

    def __init__(self, project: Project, language: str | None = None) -> None:
        self._project = project
        self._names = Names(language or project.language)

    def answer(self, key: str, wish: str = "") -> str:
        """Return the reply for a text key; `wish` is what suggested styles should fit."""
        if key == "talk.facts" and self._project.piece:
            return self._facts_told(self._project.piece)
        names = suggest_styles(wish) if key == "talk.link" else tuple(STYLES)
        styles = self._names.listed([self._names.style(name) for name in names])
        return self._text(key, styles=styles, versions=len(self._project.results), **self._about_video())

    def with_files(self, named: tuple[ProjectFile, ...], told: str) -> str:
        """Return a reply completed by the outcome of each file that it does not mention."""
        lines = [self._file_outcome(file) for file in reversed(named) if file.name not in told]
        return self._text("unit.sentence").join(line for line in (told, *lines) if line)

    def _file_outcome(self, file: ProjectFile) -> str:
        now, video = self._project.now, self._project.find_file(self._project.now.video)
        if file.id == now.video:
            return self._text("file.video", name=file.name)
        if file.id in now.audio:
            return self._text("file.audio" if self._project.piece else "file.music", name=file.name)
        if file.kind is FileKind.IMAGE and video:
            return self._text("file.hidden", name=file.name, video=video.name)
        if file.id == now.cover:
            return self._text("track.with_cover", name=file.name)
        return self._text("file.kept", name=file.name)

    def _facts_told(self, piece: ComposedPiece) -> str:
        return self._text(
            "talk.facts",
            seed=piece.brief.seed,
            players=self._players(piece),
            mood=self._names.mood(piece.brief),
            **self._facts(piece),
        )

    def track(
        self,
        piece: ComposedPiece,
        *,
        notes: tuple[str, ...],
        link: bool,
        reference: ReferenceTrack | None,
        limits: tuple[str, ...] = (),
        before: Version | None = None,
    ) -> str:
        """Tell what was made, and what was not: vocals, a link's music, what a reference did not reveal.

        `limits` are keys of what can't be done, `before` is the timeline to which the piece was added.
        """
        now, project = self._project.now, self._project
        lines = [self._text("track.ready", **self._facts(piece))]
        if video := project.find_file(now.video):
            own = video.has_sound and now.own_volume > 0
            lines.append(self._text("track.under_video" if own else "track.with_video", name=video.name))
            if video.seconds > piece.seconds + 1:
                lines.append(self._text("track.covers_part", length=self._names.length(piece.seconds)))
        elif cover := project.find_file(now.cover):
            lines.append(self._text("track.with_cover", name=cover.name))
        lines += [self._text("track.under_audio", name=file.name) for file in project.own_sounds]
        if now.level is not None:
            lines.append(self._text("track.level", level=f"{now.level:g}"))
        elif now.loudness is not None and abs(now.loudness - PLATFORMS) > _NEAR:
            lines.append(self._text("track.loudness", loudness=f"{now.loudness:.0f}"))
        if now.title:
            lines.append(self._text("track.titled", title=now.title, when=self._when(now)))
        lines += self._left_out(before)
        if piece.brief.instruments:
            lines.append(self._text("track.players", players=self._players(piece)))
        if reference:
            lines.append(self._matched_features(reference))
        lines += [
            self._text(f"track.{way}", length=self._names.length(seconds))
            for way, seconds in fades(piece.brief)
            if seconds
        ]
        if before and (video := project.find_file(before.video)) and not now.video:
            lines.append(self._text("track.video_off", name=video.name))
        # A vague wish gets no hint here: the client knows better how its people should phrase it.
        said = {"style": self._names.style(piece.brief.style), "length": self._names.length(piece.seconds)}
        said |= {"bpm": bpm(piece), **self._about_video()}
        lines += [self._text(f"note.{note}", **said) for note in notes if note != "vague"]
        lines += [self._text(limit, **said) for limit in limits]
        if link:
            names = [self._names.style(name) for name in suggest_styles(piece.brief.style)]
            lines.append(self._text("track.link", styles=self._names.listed(names)))
        return self._text("unit.sentence").join(lines)

    def raw(self, piece: ComposedPiece) -> str:
        """Tell that the first of two stages is finished."""
        return self._text("track.raw", **self._facts(piece))

    def no_soundfont(self, *, failed: bool) -> str:
        """Tell that no SoundFont was found, or that it could not be read."""
        return self._text("unit.sentence") + self._text("track.bad_soundfont" if failed else "track.no_soundfont")

    def replaced(self, before: Project) -> str:
        """Tell which videos were replaced by a newer one since the last reply; empty if none were."""
        now = self._project.find_file(self._project.now.video)
        others = [file for file_id in dict.fromkeys(before.replaced) if (file := before.find_file(file_id))]
        others = [file for file in others if now and file.id != now.id]
        if not now or not others:
            return ""
        names = self._names.all_of([file.name for file in others])
        return self._text("unit.sentence") + self._text(
            "track.replaced", name=now.name, others=names, one=others[-1].name
        )

    def edited(self, before: Project, limits: tuple[str, ...] = ()) -> str:
        """Tell what an edit changed, before → after, and which limits (keys) it met."""
        changes = self._changes(before)
        changed = self._text("edit.changed", changes=self._text("unit.join").join(changes)) if changes else ""
        others = [*self._left_out(before.now), *(self.answer(it) for it in limits)]
        return self._text("unit.sentence").join([*([changed] if changed else []), *others])

    def _left_out(self, before: Version | None) -> list[str]:
        """Tell what of a title that was not there before no font can draw."""
        title = self._project.now.title
        if not title or (before and before.title == title):
            return []
        names = missing(title)
        return [self._text("limit.title_letters", missing=self._names.listed(list(names)))] if names else []

    def restored(self, *, undone: bool) -> str:
        """Tell what is on the timeline after an undo, or after the return of another version."""
        now, project = self._project.now, self._project
        file = project.find_file(now.video) or project.find_file(now.cover)
        what = [*([file.name] if file else []), *([self._names.piece(project.piece)] if project.piece else [])]
        what += [sound.name for sound in project.own_sounds]
        what += [self._text("edit.title", title=now.title, when=self._when(now))] if now.title else []
        if not what:
            return self._text("edit.undone_empty")
        told = self._text("unit.join").join(what)
        number = self._project.number
        return self._text("edit.undone" if undone or not number else "edit.back", what=told, number=number or 0)

    def _changes(self, before: Project) -> list[str]:
        changes = []
        old, new = before.piece, self._project.piece
        if old and new and old.id != new.id:
            changes += self._music_changes(old, new)
        was, now = before.now, self._project.now
        song = self._project.find_file(now.audio[0]) if now.audio else None
        if (old or was.audio) and not new and not song:
            changes.append(self._text("edit.no_music"))
        elif old and not new and song:
            changes.append(self._text("edit.song", name=song.name))
            was = replace(was, audio=now.audio)
        if was.video and not now.video and (video := self._project.find_file(was.video)):
            changes.append(self._text("edit.video_off", name=video.name))
        for file_id in sorted({now.video, now.cover, *now.audio} - {was.video, was.cover, *was.audio}, key=str):
            if file := self._project.find_file(file_id):
                changes.append(self._text("edit.cover" if file.id == now.cover else "edit.file", name=file.name))
        if _title_display(was) != _title_display(now):
            titled = now.title and self._text("edit.title", title=now.title, when=self._when(now))
            changes.append(titled or self._text("edit.no_title"))
        if was.volume != now.volume:
            changes.append(self._text("edit.volume", before=round(was.volume * 100), after=round(now.volume * 100)))
        if was.level != now.level:
            changes.append(self._text("edit.level", level=f"{now.level or PLATFORMS:g}"))
        if was.own_volume != now.own_volume:
            changes.append(self._text("edit.own_sound"))
        if was.shape != now.shape:
            changes.append(
                self._text("edit.shape", shape=self._text(f"shape.{now.shape.name.lower()}"), size=now.shape.value)
            )
        return changes

    def _music_changes(self, old: ComposedPiece, new: ComposedPiece) -> list[str]:
        names = self._names
        pairs = [
            ("edit.style", names.style(old.brief.style), names.style(new.brief.style)),
            ("edit.tempo", bpm(old), bpm(new)),
            ("edit.key", names.key(old), names.key(new)),
            ("edit.length", names.length(old.seconds), names.length(new.seconds)),
        ]
        changes = [self._text(key, before=was, after=now) for key, was, now in pairs if was != now]
        if gone := new.brief.without - old.brief.without:
            changes.append(names.without(gone, "edit.without", "edit.only"))
        if back := old.brief.without - new.brief.without:
            changes.append(self._text("edit.with", roles=names.listed(names.named(back))))
        if _cast(old.brief) != _cast(new.brief):
            key = "edit.only" if new.brief.solo else "edit.instruments"
            changes.append(self._text(key, players=self._players(new)))
        if (old.brief.valence, old.brief.energy) != (new.brief.valence, new.brief.energy):
            changes.append(self._mood_change(old.brief, new.brief))
        for (way, was_long), (_, now_long) in zip(fades(old.brief), fades(new.brief), strict=True):
            if was_long != now_long:
                key = f"edit.{way}" if now_long else f"edit.no_{way}"
                changes.append(self._text(key, length=names.length(now_long)))
        return changes

    def _mood_change(self, old: Brief, new: Brief) -> str:
        was, now = self._names.mood(old), self._names.mood(new)
        if was == now:
            return self._text("edit.mood_step", step=self._names.mood_step(old, new), mood=now)
        return self._text("edit.mood", before=was, after=now)

    def _facts(self, piece: ComposedPiece) -> dict[str, str]:
        return {"title": piece.title, "facts": " · ".join([*self._names.facts(piece), _clock(piece.seconds)])}

    def _players(self, piece: ComposedPiece) -> str:
        """Name the instruments, those that were asked for first."""
        wished = [name for name in piece.brief.instruments if name in piece.players]
        others = [name for name in piece.players if name not in wished]
        named = wished if wished and piece.brief.solo else [*wished, *others]
        return self._names.listed([self._names.player(name) for name in named])

    def _when(self, version: Version) -> str:
        """Return when the title is shown."""
        start, seconds = version.title_span(length(self._project))
        return self._text(
            f"title.{version.title_place.value}",
            length=self._names.length(seconds),
            start=_clock(start),
            end=_clock(start + seconds),
        )

    def _matched_features(self, reference: ReferenceTrack) -> str:
        """Tell which features of the reference the piece has, and which were not found."""
        if reference.heard is None:
            return self._text("track.like_unheard", name=reference.file.name)
        heard = reference.heard
        facts = [self._text("heard.tempo", bpm=str(round(heard.bpm)))] if heard.bpm else []
        if heard.tonic is not None and heard.mode:
            facts.append(self._names.scale(_TONICS[heard.tonic], heard.mode))
        facts.append(
            self._text(
                "heard.calm" if heard.energy < QUIET else "heard.lively" if heard.energy > LIVELY else "heard.even"
            )
        )
        key = "track.like" if heard.bpm else "track.like_without_beat"
        return self._text(key, name=reference.file.name, facts=self._names.listed(facts))

    def _about_video(self) -> dict[str, str]:
        """Return the placeholders for the video on the timeline."""
        video = self._project.find_file(self._project.now.video)
        return {"video": video.name, "video_length": self._names.length(video.seconds)} if video else {}

    def _text(self, key: str, /, **values: str | float) -> str:
        return self._names.text(key, **values)


def _clock(seconds: float) -> str:
    """Return e.g. "0:05", "1:02.5"."""
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{minutes:.0f}:{rest:04.1f}".removesuffix(".0")


def _title_display(version: Version) -> tuple[str, TitlePlace, float, float] | None:
    return (version.title, version.title_place, version.title_start, version.title_seconds) if version.title else None


def _cast(brief: Brief) -> tuple[object, ...]:
    return brief.instruments, brief.solo, brief.excluded, brief.recast
