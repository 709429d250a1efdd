"""Plans what a message asks for from its words and the project. Pure, so that a plan can be priced before it is run."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from language import gloss, language_of
from language.patterns import pattern
from studio.agent.message_parser import (
    FILE,
    about_own_film,
    asks_for_facts,
    lays_own_song,
    mutes_own_sound,
    not_possible,
    removes_music,
    stated_level,
    stated_volume,
    wanted_version,
    wants_like,
    wants_redo,
    wants_title_back,
    without_level,
    without_own_sound,
    without_source_links,
)
from studio.agent.small_talk import small_talk_reply
from studio.agent.timeline_edits import (
    apply_title,
    carry_title_over,
    edited_volume,
    fit_to_video,
    restore_title,
    unducked_volume,
    with_level,
    with_named_files,
    with_picture,
)
from studio.compose import Limit, Revision, Unchanged, parse_brief, revise, wants_another, wants_new_piece
from studio.compose.artist_parser import without_artists
from studio.compose.instrument_parser import parse_players, wants_vocals
from studio.compose.length_parser import find_length, without_picture_words
from studio.compose.scenes import about_scene
from studio.compose.text_parser import MOST_CHARACTERS, find_shape, normalize_text
from studio.compose.time_ranges import RangeSplit, split_by_range
from studio.compose.title_parser import find_title, wants_a_look, wants_other_lettering
from studio.compose.typos import corrected
from studio.domain import Brief
from studio.projects.project import (
    UNDER_SOUND,
    ComposedPiece,
    FileKind,
    Project,
    ProjectFile,
    Version,
)
from studio.projects.timeline_draft import length


class PlanAction(StrEnum):
    """The kind of a plan."""

    NEW = "new"
    EDIT = "edit"
    UNDO = "undo"
    REDO = "redo"
    BACK = "back"
    """An earlier result, named by its number."""
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the agent will do about a message."""

    action: PlanAction
    wish: str = ""
    """The words about the music."""
    reply_key: str = ""
    """The key of the answer where a reply is all there is."""
    link: bool = False
    """Whether a song elsewhere was named, which can't be fetched."""
    named: tuple[ProjectFile, ...] = ()
    """The uploaded files that the message names."""
    version: Version | None = None
    """The timeline after an edit, its music aside, or the one that a new piece is added to."""
    brief: Brief | None = None
    """The music's new brief where an edit changes it, or that of another piece of the same kind."""
    limits: tuple[str, ...] = ()
    """Keys of what was asked for and can't be had, or no further."""
    scene: str = ""
    """What a wish for a new piece describes, where it names no music."""
    style: str | None = None
    """The style that fits the scene."""
    number: int = 0
    """The number of the result that is wanted again."""

    @property
    def is_new(self) -> bool:
        """Whether it makes a new piece, which is charged as a track."""
        return self.action is PlanAction.NEW

    @property
    def is_edit(self) -> bool:
        """Whether it changes something and is charged as an edit."""
        return self.action not in {PlanAction.NEW, PlanAction.REPLY}


def plan_message(message: str, project: Project) -> Plan:
    """Return the plan for a message."""
    text, link = without_source_links(message[:MOST_CHARACTERS])
    named = mentioned_files(text, project.files)
    wish = marked = text
    for file in named:
        wish = re.sub(_as_named(file), " ", wish, flags=re.IGNORECASE)
        marked = re.sub(_as_named(file), FILE, marked, flags=re.IGNORECASE)
    # The rules are written for English and Chinese.
    language = language_of(text, project.language)
    if language == "en":
        wish, marked = corrected(wish), corrected(marked)
    (wish, artist), (marked, _) = (without_artists(gloss(one, language)) for one in (wish, marked))
    plan = _plan(wish, marked, named, project, link=link)
    return replace(plan, named=named, limits=(*plan.limits, *(("limit.artist",) if artist else ())))


def _plan(wish: str, marked: str, named: tuple[ProjectFile, ...], project: Project, *, link: bool) -> Plan:
    if step := _step_back(wish, marked, project):
        return step
    if asks_for_facts(marked):
        return Plan(action=PlanAction.REPLY, reply_key="talk.facts" if project.piece else "edit.nothing_to_edit")
    if project.now.video and not named and (key := about_own_film(marked)):
        return Plan(action=PlanAction.REPLY, reply_key=key)
    key = _small_talk(wish, project)
    if key in {None, "talk.off_topic"} and (refused := _only_refused(wish, marked)):
        return Plan(action=PlanAction.REPLY, reply_key=refused)
    if key:
        return Plan(action=PlanAction.REPLY, reply_key=key)
    if link and _is_vague(wish):
        return Plan(action=PlanAction.REPLY, reply_key="talk.link", wish=wish)
    if not wants_new_piece(wish) and wants_other_lettering(normalize_text(wish)):
        return Plan(action=PlanAction.REPLY, reply_key="talk.lettering")
    if song := _own_song(wish, marked, named, project):
        return _lay_song(song, wish, marked, named, project)
    parted = split_by_range(normalize_text(wish))
    limits = _not_possible(wish, marked) + (("limit.parts",) if parted.parts else ())
    wish = parted.whole or _about_whole_piece(wish, parted, project)
    if parted.parts and not wish:
        return Plan(action=PlanAction.REPLY, reply_key="limit.parts")
    if project.piece and not named and wants_another(wish):
        another = revise(replace(project.piece.brief, title=None), wish).brief
        return Plan(action=PlanAction.NEW, wish=wish, brief=another, version=project.now, limits=limits)
    if _wants_edit(wish, marked, named, project):
        base = with_picture(marked, named, with_named_files(named, project))
        return _edit(wish, marked, base, project, limits)
    base = with_picture(marked, named, project.now.with_files(named))
    scene = about_scene(find_title(wish).rest) if _is_vague(wish) else ""
    return Plan(action=PlanAction.NEW, wish=wish, link=link, version=base, limits=limits, scene=scene)


def _small_talk(wish: str, project: Project) -> str | None:
    """Return the key of the reply to small talk; a question that names players is one about the piece."""
    key, lowered = small_talk_reply(wish), normalize_text(wish).lower()
    named = parse_players(lowered).anything or _PLAYERS.search(lowered)
    asks = project.piece and named and wish.rstrip().endswith(_ASKING)
    return "talk.facts" if key == "talk.off_topic" and asks else key


def _step_back(wish: str, marked: str, project: Project) -> Plan | None:
    """Return the plan that brings an earlier timeline again, as it was or with a change; None where none is wanted."""
    if wants_redo(wish):
        possible = bool(project.taken_back)
        return Plan(action=PlanAction.REDO) if possible else Plan(action=PlanAction.REPLY, reply_key="talk.redo")
    number, rest = wanted_version(wish) if find_title(wish).title is None else (None, wish)
    if number is not None and not project.results:
        return Plan(action=PlanAction.REPLY, reply_key="edit.nothing_to_edit")
    if number is not None and not 1 <= number <= len(project.results):
        return Plan(action=PlanAction.REPLY, reply_key="edit.no_version")
    if number is not None:
        version = project.results[number - 1]
        if revise(_NOTHING, rest).changes and project.find_piece(version.piece):
            return _edit(rest, wanted_version(marked)[1], version, project, _not_possible(rest, marked))
        return Plan(action=PlanAction.BACK, number=number, version=version)
    if not revise(_NOTHING, wish).undo:
        return None
    possible = len(project.versions) > 1
    return Plan(action=PlanAction.UNDO) if possible else Plan(action=PlanAction.REPLY, reply_key="edit.nothing_to_undo")


def music_seconds(plan: Plan, project: Project) -> float:
    """Return the most seconds of music that a plan makes."""
    if plan.brief is not None:
        return plan.brief.seconds
    if plan.is_edit and plan.version and plan.version.piece != project.now.piece:
        # Its sound may have been cleared away.
        piece = project.find_piece(plan.version.piece)
        return piece.seconds if piece else 0.0
    if not plan.is_new:
        return 0.0
    filmed = plan.version or project.now.with_files(plan.named)
    alone = replace(project, versions=(replace(filmed, piece=None, cover=None),))
    return parse_brief(plan.wish, seed=0, seconds=length(alone) or None).brief.seconds


_ASKING = ("?", "？", "؟")
_PLAYERS = pattern("message.players")

_NOTHING = parse_brief("", seed=0).brief
"""The brief against which an edit is read where there is no music."""


def _only_refused(wish: str, marked: str) -> str | None:
    """Return the key of the reply to a wish for nothing but the impossible."""
    refused = not_possible(marked)
    nothing_else = _is_vague(wish) and not revise(_NOTHING, wish).changes and not lays_own_song(marked)
    return refused[0] if refused and nothing_else else None


def _not_possible(wish: str, marked: str) -> tuple[str, ...]:
    """Return the keys of the replies to wishes that can't be fulfilled."""
    return not_possible(marked) + (("talk.lettering",) if wants_a_look(normalize_text(wish)) else ())


def _about_whole_piece(wish: str, parted: RangeSplit, project: Project) -> str:
    """Return the wish for a new piece whose words all concern a part of it; empty if no new piece is wished for."""
    if parted.timed or _is_vague(parted.unplaced):
        return ""
    wants_new = wants_new_piece(wish) and wants_new_piece(parted.unplaced)
    return parted.unplaced if wants_new or project.piece is None else ""


def _own_song(wish: str, marked: str, named: tuple[ProjectFile, ...], project: Project) -> ProjectFile | None:
    """Return the person's own sound that is to be the music."""
    if not lays_own_song(marked) or wants_like(wish) or not _is_vague(_without_nouns(wish)):
        return None
    sounds = [file for file in named if file.kind is FileKind.AUDIO]
    if not sounds and _MINE.search(marked) and not named:
        sounds = project.own_sounds
    return sounds[0] if sounds else None


def _without_nouns(wish: str) -> str:
    """Return a wish without the words for music as such, some of which also name a style."""
    return _SCORE_WORDS.sub(" ", wish)


def _lay_song(song: ProjectFile, wish: str, marked: str, named: tuple[ProjectFile, ...], project: Project) -> Plan:
    """Return the plan that makes a person's own sound the music, in place of the composed piece."""
    base = with_picture(marked, named, with_named_files(named, project))
    if not base.video and _OF_A_VIDEO.search(wish):
        return Plan(action=PlanAction.REPLY, reply_key="talk.no_video")
    video = project.find_file(base.video)
    heard = video is not None and video.has_sound and base.own_volume > 0 and not mutes_own_sound(wish)
    base = replace(base, piece=None, audio=(song.id,), volume=UNDER_SOUND if heard else 1.0)
    return _edit(wish, marked, base, project, ())


_MINE = pattern("message.mine", re.IGNORECASE)
_SCORE_WORDS = pattern("message.score_words", re.IGNORECASE)
_OF_A_VIDEO = pattern("message.of_a_video", re.IGNORECASE)


def mentioned_files(text: str, files: tuple[ProjectFile, ...]) -> tuple[ProjectFile, ...]:
    """Return the files that a message names, newest first."""
    return tuple(file for file in reversed(files) if re.search(_as_named(file), text, re.IGNORECASE))


def _as_named(file: ProjectFile) -> str:
    """Return a pattern for a file's name as a whole word: "data.mp4" does not mention "a.mp4"."""
    return rf"(?<![A-Za-z0-9_.-]){re.escape(file.name)}(?![A-Za-z0-9_])"


def _wants_edit(wish: str, marked: str, named: tuple[ProjectFile, ...], project: Project) -> bool:
    if wants_new_piece(wish):
        return False
    if removes_music(marked):
        return True
    if wants_like(wish) and (project.own_sounds or any(file.kind is FileKind.AUDIO for file in named)):
        return False
    return project.piece is not None or (_is_vague(wish) and _changes_something(wish, marked))


def _is_vague(wish: str) -> bool:
    """Return whether the words say nothing about what the music should be like."""
    return "vague" in parse_brief(wish, seed=0).notes


def _changes_something(wish: str, marked: str) -> bool:
    """Return whether words that describe no music ask for a change: "title …", "slower", but not "20 seconds"."""
    revision = revise(_NOTHING, wish)
    changed = {change.name for change in revision.changes}
    if parse_brief(wish, seed=0).brief.seconds != _NOTHING.seconds:
        return False
    beside_music = revision.title is not Unchanged.TITLE or mutes_own_sound(wish) or stated_volume(wish) is not None
    beside_music |= stated_level(wish) is not None
    asks = removes_music(marked) or wants_title_back(marked) or bool(not_possible(marked))
    return beside_music or asks or bool(changed & {"tempo", "length", "shape", "volume", "fades"})


def _edit(wish: str, marked: str, base: Version, project: Project, limits: tuple[str, ...]) -> Plan:
    """Return the plan of an edit, or a reply where it is not understood or would change nothing."""
    before, piece = project.now, project.find_piece(base.piece)
    asked = without_level(without_own_sound(wish))
    revision = (
        revise(replace(piece.brief, shape=base.shape), asked, piece.players) if piece else revise(_NOTHING, asked)
    )
    after = restore_title(apply_title(base, revision), marked, project)
    if removes_music(marked):
        after, piece = replace(after, piece=None, audio=after.audio if piece else ()), None
    if mutes_own_sound(wish) and after.video:
        after = replace(after, own_volume=0.0, volume=unducked_volume(after))
    limits += _refused(wish, revision, piece)
    if piece is not None or after.audio:
        volume = edited_volume(after.volume, wish, revision)
        if revision.volume_db and volume == after.volume:
            limits += ("edit.loudest" if revision.volume_db > 0 else "edit.quietest",)
        after = with_level(replace(after, volume=volume), wish, project)
    if not after.video and (piece or after.picture):
        after = replace(after, shape=find_shape(normalize_text(wish).lower()) or after.shape)
    brief = None
    if piece is not None:
        # The picture's format and the title belong to the timeline; they do not change the music.
        brief = replace(revision.brief, title=piece.brief.title, shape=piece.brief.shape)
        if video := project.find_file(after.video):
            switched = base.video != before.video and base.piece == before.piece
            brief, limits = fit_to_video(video, brief, piece, limits, switched=switched)
    if brief is None or piece is None or brief.style == piece.brief.style:
        limits = tuple("edit.style_unknown" if limit == "limit.style" else limit for limit in limits)
    if brief is not None and piece is not None and brief != piece.brief:
        return Plan(
            action=PlanAction.EDIT,
            wish=wish,
            version=carry_title_over(after),
            brief=brief,
            limits=limits,
        )
    if after != before and (before.piece or project.files):
        return Plan(action=PlanAction.EDIT, wish=wish, version=carry_title_over(after), limits=limits)
    reason = _reason_for_no_change(wish, marked, revision, after, piece, limits)
    if reason == "edit.unclear" and piece and wish.rstrip().endswith(_ASKING):
        # What is asked about a piece is most likely among its facts.
        reason = "talk.facts"
    return Plan(action=PlanAction.REPLY, reply_key=reason)


def _refused(wish: str, revision: Revision, piece: ComposedPiece | None) -> tuple[str, ...]:
    """Return the keys of what was asked of the music and can't be done."""
    lowered = find_title(normalize_text(wish)).rest.lower()
    sung = ("note.vocals_not_made",) if wants_vocals(lowered, parse_players(lowered)) else ()
    if piece is None:
        return sung + (("limit.title",) if Limit.TITLE in revision.limits else ())
    return sung + tuple(f"limit.{limit}" for limit in revision.limits)


def _reason_for_no_change(
    wish: str, marked: str, revision: Revision, after: Version, piece: ComposedPiece | None, limits: tuple[str, ...]
) -> str:
    """Return the key of the reply to an edit that changes nothing."""
    if limits:
        return limits[0]
    if wants_title_back(marked):
        return "edit.no_title_before" if after.title is None else "edit.same"
    shape = find_shape(normalize_text(wish).lower())
    if shape is not None and after.video and shape is not after.shape:
        return "edit.shape_of_video"
    if piece is None and not after.audio:
        return "edit.nothing_to_edit"
    said = shape or find_length(without_picture_words(normalize_text(wish).lower())).seconds
    about_title = revision.title_place or revision.title is not Unchanged.TITLE
    players = parse_players(normalize_text(wish).lower()).anything
    understood = said or revision.changes or about_title or players or stated_volume(wish) is not None
    understood = understood or stated_level(wish) is not None
    return "edit.same" if understood or (after.audio and lays_own_song(marked)) else "edit.unclear"
