"""The draft: a project's timeline in the API's short keys.

Keys: `t` tracks, `tt` track type (0 video, 1 audio, 7 text), `sg` segments, `d` duration in ms, `s` start in ms,
`m` metadata. Here `m` also holds `type` (video, image, bgm, audio, title) and `id`, the file or piece; for music
also `origin`, which a piece shares with all its edits, its `title`, `seed`, `tempo` in BPM, and its `version`: its
number among what the person was given.
"""

from __future__ import annotations

from pydantic import JsonValue

from studio.domain import Shape
from studio.projects.project import ComposedPiece, Project, ProjectFile
from studio.texts import say

VIDEO, AUDIO, TEXT = 0, 1, 7


def length(project: Project) -> float:
    """Return the timeline's length in seconds: the video's, else the music's, else the longest own sound's."""
    now = project.now
    video, piece = project.find_file(now.video), project.piece
    if video is not None:
        return video.seconds
    if piece is not None:
        return piece.seconds
    return max((file.seconds for file in project.own_sounds), default=5.0 if now.cover else 0.0)


def draft_of(project: Project) -> JsonValue:
    """Return the project's timeline as a draft."""
    now, whole = project.now, length(project)
    if not whole:
        return {"t": [], "d": 0}
    tracks: list[JsonValue] = [_picture(project, whole)]
    if piece := project.piece:
        tracks.append(
            _track(
                AUDIO,
                piece.seconds,
                {
                    "type": "bgm",
                    "id": piece.id,
                    "origin": piece.origin or piece.id,
                    "name": piece.name,
                    "volume": now.volume,
                    "tempo": piece.bpm,
                    "title": piece.title,
                    "version": project.number,
                    "seed": piece.brief.seed,
                },
            )
        )
    tracks += [
        _track(
            AUDIO,
            min(file.seconds, whole),
            {"type": "audio", "id": file.id, "name": file.name, "volume": 1.0 if project.piece else now.volume},
        )
        for file in project.own_sounds
    ]
    if now.title:
        start, seconds = now.title_span(whole)
        tracks.append(_track(TEXT, seconds, {"type": "title", "text": now.title}, start))
    canvas: dict[str, JsonValue] = {"shape": now.shape.value}
    if now.level is not None:
        canvas["level"] = now.level
    elif now.loudness is not None:
        canvas["loudness"] = now.loudness
    return {"t": tracks, "d": _ms(whole), "m": canvas}


def state_of(project: Project, address: str) -> JsonValue:
    """Return the state of a session; `address` is the base of the files' URLs."""
    width, height = (int(side) for side in project.now.shape.value.split("x"))
    return {
        "draft": draft_of(project),
        "canvas_config": {"width": width, "height": height, "fps": 30},
        "video_infos": [_file_info(file) for file in project.files],
        "generated_media": [_piece_info(piece, address) for piece in project.pieces],
        "task_id": project.task,
    }


def _picture(project: Project, whole: float) -> JsonValue:
    now = project.now
    if video := project.find_file(now.video):
        about: dict[str, JsonValue] = {"type": "video", "id": video.id, "name": video.name}
        if video.has_sound:
            about["volume"] = now.own_volume
        return _track(VIDEO, video.seconds, about)
    if cover := project.find_file(now.cover):
        return _track(VIDEO, whole, {"type": "image", "id": cover.id, "name": cover.name})
    language = project.named_in or project.language
    name = say(language, "timeline.drawn")
    if now.shape is not Shape.LANDSCAPE:
        name = say(language, "timeline.drawn_as", shape=say(language, f"shape.{now.shape.name.lower()}"))
    return _track(VIDEO, whole, {"type": "video", "name": name})


def _track(kind: int, seconds: float, meta: dict[str, JsonValue], start: float = 0.0) -> JsonValue:
    return {"tt": kind, "sg": [{"d": _ms(seconds), "s": _ms(start), "m": meta}], "m": {"type": meta["type"]}}


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _file_info(file: ProjectFile) -> JsonValue:
    info: dict[str, JsonValue] = {
        "file_id": file.id,
        "name": file.name,
        "type": file.kind.value,
        "mime_type": file.mime,
    }
    if file.seconds:
        info["duration"] = file.seconds
    if file.width:
        info |= {"width": file.width, "height": file.height}
    return info


def _piece_info(piece: ComposedPiece, address: str) -> JsonValue:
    return {"type": "audio", "url": f"{address}/{piece.id}", "name": piece.name, "duration": piece.seconds}
