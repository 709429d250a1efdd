"""Executes a plan: makes the music, reports progress, saves the project and replies."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from media import AudioFeatures, NotMedia, listen
from studio.agent.message_parser import mutes_own_sound, stated_volume, wants_like
from studio.agent.naming import Names
from studio.agent.planner import Plan, PlanAction
from studio.agent.reference_track import match_reference
from studio.agent.render_jobs import MakePiece, MeasureLoudness
from studio.agent.replies import ReferenceTrack, ReplyWriter
from studio.agent.timeline_edits import SLIGHTLY, with_level
from studio.compose import ParsedBrief, parse_brief
from studio.compose.brief_parser import LONGEST
from studio.compose.length_parser import find_length, without_picture_words
from studio.compose.text_parser import normalize_text
from studio.compose.time_ranges import find_fades
from studio.compose.title_parser import find_title
from studio.domain import Brief, TitlePlace
from studio.pool import JobFailed, Pool
from studio.projects.film_spec import film_of
from studio.projects.project import (
    SHORTEST_TITLE,
    TITLE_SECONDS,
    UNDER_SOUND,
    ComposedPiece,
    Project,
    ProjectFile,
    Version,
)
from studio.projects.repository import Projects
from studio.projects.timeline_draft import draft_of, length
from studio.texts import LANGUAGES


class AgentOutput(Protocol):
    """Receives the agent's words and its tools' progress."""

    async def say(self, text: str) -> None:
        """Send a text."""
        ...

    async def stage(self) -> None:
        """Wait before each stage of the work, where the output simulates a slow service."""
        ...

    def call(self, name: str, args: dict[str, JsonValue]) -> str:
        """Announce a tool call and return its id."""
        ...

    def progress(self, call_id: str, name: str, stage: str, fraction: float) -> None:
        """Send a tool's progress, `fraction` 0..1."""
        ...

    def result(self, call_id: str, name: str, response: dict[str, JsonValue]) -> None:
        """Send a tool's result."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """Everything that the execution of a plan needs."""

    run: str
    seed: int
    """The seed of a new piece."""
    language: str
    """The language of the reply."""
    project: Project
    """The project as it was when the run began."""
    projects: Projects
    pool: Pool
    soundfont: Path | None
    output: AgentOutput
    tell_soundfont_once: Callable[[], bool]
    two_stages: bool = False


async def execute_plan(plan: Plan, context: RunContext) -> None:
    """Execute a plan. Raises `studio.pool.JobFailed` if the work fails; the project is unchanged then."""
    if context.project.mended:
        await context.output.say(ReplyWriter(context.project, context.language).answer("talk.mended"))
        context.projects.save(replace(_reload(context), mended=False))
    match plan.action:
        case PlanAction.NEW:
            await _new(plan, context)
        case PlanAction.EDIT:
            await _edit(plan, context)
        case PlanAction.UNDO | PlanAction.REDO | PlanAction.BACK:
            await _step_back(plan, context)
        case PlanAction.REPLY:
            await _reply(plan, context)


async def _reply(plan: Plan, context: RunContext) -> None:
    writer = ReplyWriter(context.project, context.language)
    # Where a message only brought files, the reply is about them.
    told = "" if plan.named and plan.reply_key in _OF_FILES else writer.answer(plan.reply_key, plan.wish)
    await context.output.say(writer.with_files(plan.named, told))


_OF_FILES = frozenset({"edit.unclear", "edit.same", "edit.nothing_to_edit"})


async def _new(plan: Plan, context: RunContext) -> None:
    before = plan.version or context.project.now
    reference_file = _replaced_reference(plan, context.project, before)
    if reference_file:
        before = replace(before, audio=())
    if mutes_own_sound(plan.wish):
        before = replace(before, own_volume=0.0)
    reference = ReferenceTrack(reference_file, await _listen(reference_file, context)) if reference_file else None
    understood = _understand(plan, context, before)
    if reference and reference.heard:
        understood = match_reference(understood, reference.heard)
    brief, notes = understood.brief, understood.notes
    piece = await _make(brief, context)
    # A title stays with the person's own picture; on a picture that was drawn for the old music it goes.
    stays = bool(before.picture) and before.title_of == before.picture
    version = replace(
        before,
        piece=piece.id,
        volume=stated_volume(plan.wish) or (UNDER_SOUND if context.project.hears_own_sound(before) else 1.0),
        title=brief.title or (before.title if stays else None),
        title_of=before.picture if brief.title or stays else None,
        shape=before.shape if before.video else brief.shape,
    )
    version = await _measured(with_level(_place_title(plan.wish, version), plan.wish, context.project), piece, context)
    if context.two_stages:
        await _first_stage(piece, replace(version, title=None), context)
        version = replace(version, title=version.title or piece.title)
    project = _save(context, version, piece, replaces=context.two_stages)
    writer = ReplyWriter(project, context.language)
    told = writer.track(
        piece, notes=notes, link=plan.link, reference=reference, limits=plan.limits, before=context.project.now
    ) + writer.replaced(context.project)
    told = writer.with_files(plan.named, told)
    if (context.soundfont is None or piece.font_failed) and context.tell_soundfont_once():
        told += writer.no_soundfont(failed=piece.font_failed)
    await context.output.say(told)


def _place_title(wish: str, version: Version) -> Version:
    """Return the version whose title is shown when the wish says."""
    said = find_title(normalize_text(wish))
    if said.title is None:
        return version
    seconds = max(SHORTEST_TITLE, said.seconds or TITLE_SECONDS)
    return replace(
        version,
        title_place=said.place or TitlePlace.START,
        title_start=said.start or 0.0,
        title_seconds=seconds,
    )


async def _measured(version: Version, piece: ComposedPiece, context: RunContext) -> Version:
    """Return the version with the loudness of music and the person's own sound together, where both are heard."""
    project = context.project.with_piece(piece).changed(version)
    if version.level is not None or not project.hears_own_sound(version):
        return replace(version, loudness=None)
    film = film_of(draft_of(project), project, context.projects, {})
    try:
        loudness = await context.pool.run(MeasureLoudness(film), lambda _stage, _fraction: None)
    except JobFailed:
        # A sound that can't be decoded is told when the film is made.
        return replace(version, loudness=None)
    return replace(version, loudness=round(loudness, 1) if isfinite(loudness) else None)


async def _listen(file: ProjectFile, context: RunContext) -> AudioFeatures | None:
    """Analyse a person's sound; None if it can't be decoded to the end."""
    call = context.output.call("listen", {"name": file.name})
    await context.output.stage()
    try:
        heard = await listen(context.projects.file(context.project.session, file))
    except NotMedia:
        heard = None
    context.output.result(call, "listen", {"status": "success" if heard else "error"})
    return heard


async def _first_stage(piece: ComposedPiece, version: Version, context: RunContext) -> None:
    project = _save(context, version, piece)
    await context.output.say(ReplyWriter(project, context.language).raw(piece))
    call = context.output.call("edit_timeline", {"add": "title"})
    await context.output.stage()
    context.output.result(call, "edit_timeline", {"status": "success"})


async def _edit(plan: Plan, context: RunContext) -> None:
    before, version = context.project, plan.version or context.project.now
    if plan.brief is None:
        await _play_again(before.find_piece(version.piece), context)
    piece = await _make(plan.brief, context, changed=before.find_piece(version.piece)) if plan.brief else None
    # What was measured held for the music and the volumes before.
    version = replace(version, piece=piece.id if piece else version.piece, loudness=None)
    writer = ReplyWriter(_save(context, version, piece), context.language)
    told = writer.edited(before, plan.limits) + writer.replaced(before)
    await context.output.say(writer.with_files(plan.named, told))


async def _step_back(plan: Plan, context: RunContext) -> None:
    """Bring an earlier timeline again; its music is played again where it was cleared away."""

    def step(project: Project) -> Project | None:
        if plan.action is PlanAction.UNDO:
            return project.undone()
        return project.redone() if plan.action is PlanAction.REDO else project.changed(project.results[plan.number - 1])

    restored = step(context.project)
    if restored is None:
        key = "edit.nothing_to_undo" if plan.action is PlanAction.UNDO else "talk.redo"
        await context.output.say(ReplyWriter(context.project, context.language).answer(key))
        return
    await _play_again(restored.piece, context)
    context.projects.save(replace(step(_reload(context)) or restored, last_run=context.run))
    await context.output.say(ReplyWriter(restored, context.language).restored(undone=plan.action is PlanAction.UNDO))


async def _play_again(piece: ComposedPiece | None, context: RunContext) -> None:
    """Play a piece whose sound was cleared away."""
    if piece and not context.projects.music(context.project.session, piece).exists():
        await _make(piece.brief, context, again=piece)


def _understand(plan: Plan, context: RunContext, version: Version) -> ParsedBrief:
    """Return the brief of a new piece, as long as was said, else as the video or sound that it accompanies."""
    if plan.brief:
        return ParsedBrief(brief=replace(plan.brief, seed=context.seed), notes=())
    alone = replace(context.project, versions=(replace(version, piece=None, cover=None),))
    understood = parse_brief(plan.wish, seed=context.seed, seconds=length(alone) or None, scene=plan.style)
    video = context.project.find_file(version.video)
    if video is None:
        return understood
    said = find_fades(find_title(normalize_text(plan.wish)).rest.lower()).rest
    wanted = find_length(without_picture_words(said)).seconds
    if wanted is None or wanted > video.seconds + SLIGHTLY:
        # Music under a video is as long as the video, even where that is shorter than any other piece may be.
        seconds = min(LONGEST, video.music_seconds)
        notes = tuple(note for note in understood.notes if note != "length_clamped")
        notes += ("length_video",) if wanted is not None else ()
        return replace(understood, brief=replace(understood.brief, seconds=seconds), notes=notes)
    return understood


async def _make(
    brief: Brief, context: RunContext, changed: ComposedPiece | None = None, again: ComposedPiece | None = None
) -> ComposedPiece:
    """Compose and play a brief; `changed` is the piece of which it is another version, `again` the very same one."""
    tool = "edit_music" if changed or again else "generate_music"
    call = context.output.call(tool, {"style": brief.style, "seconds": brief.seconds, "seed": brief.seed})
    piece_id = again.id if again else uuid.uuid4().hex
    out = context.projects.music(context.project.session, piece_id)
    job = MakePiece(piece_id, brief, out, context.soundfont)
    await context.output.stage()
    try:
        piece = await context.pool.run(
            job, lambda stage, fraction: context.output.progress(call, tool, stage, fraction)
        )
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    if changed:
        piece = replace(piece, origin=changed.origin or changed.id, mood_changed=_other_mood(changed, piece))
    piece = replace(piece, name=_name(piece, changed, context))
    context.output.result(call, tool, {"status": "success", "name": piece.name, "duration": piece.seconds})
    return piece


def _other_mood(old: ComposedPiece, new: ComposedPiece) -> bool:
    moods = [(piece.brief.valence, piece.brief.energy) for piece in (old, new)]
    return old.mood_changed or moods[0] != moods[1]


def _name(piece: ComposedPiece, changed: ComposedPiece | None, context: RunContext) -> str:
    """Return a piece's name in the language of the reply; a name that is right in another language stays."""
    if changed and changed.name in {Names(language).piece(piece) for language in LANGUAGES}:
        return changed.name
    return Names(context.language).piece(piece)


def _reload(context: RunContext) -> Project:
    """Return the project as saved: a file may have been uploaded while the music was made."""
    return context.projects.load(context.project.session)


def _save(context: RunContext, version: Version, piece: ComposedPiece | None, *, replaces: bool = False) -> Project:
    """Add a version to the project as saved, and save it."""
    project = _reload(context)
    if piece is not None and project.find_piece(piece.id) is None:
        project = project.with_piece(piece)
    if project.now.uploads != context.project.now.uploads:
        # Files that were uploaded meanwhile stay on the timeline.
        version = replace(version, video=project.now.video, cover=project.now.cover, audio=project.now.audio)
    if replaces:
        project = replace(project, versions=project.versions[:-1], results=project.results[:-1])
    untold = tuple(video for video in project.replaced if video not in context.project.replaced)
    language = context.language if piece is not None and not piece.origin else project.language
    # Names other than the music's keep their language when music is later asked for in another one.
    named_in = project.named_in or (project.language if context.project.pieces else language)
    project = replace(
        project.changed(version).given(), last_run=context.run, replaced=untold, language=language, named_in=named_in
    )
    context.projects.save(project)
    return project


def _replaced_reference(plan: Plan, project: Project, version: Version) -> ProjectFile | None:
    """Return the person's sound that a new piece replaces: its reference, not a sound to lie under."""
    sound = project.find_file(version.audio[0]) if version.audio else None
    return sound if sound and wants_like(plan.wish) else None
