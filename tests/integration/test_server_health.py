"""What operators see of the studio: health, readiness, metrics."""

from __future__ import annotations

from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support.studio import running_studio, start_studio
from tests.support.studio_client import Person, connect

WISH = "calm lofi, 5 seconds, seed 7"


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return every sample by its name and its labels' values."""
    families = text_string_to_metric_families(text)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_metrics_tell_jobs_stages_disk_streams_and_refusals(tmp_path: Path) -> None:
    with running_studio(tmp_path, metrics=True) as url, Person(url) as person:
        session = person.session()
        with person.stream(session, WISH) as answer:
            lines = answer.iter_lines()
            next(lines)
            assert samples(person.http.get("/metrics").text)["studio_open_streams", ()] == 1
            list(lines)
        person.export(session, tmp_path / "film.mp4")
        person.upload(session, ("a.txt", b"no sound"))
        answer = person.http.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        seen = samples(answer.text)
        assert seen["studio_jobs_total", ("track", "succeeded")] == 1
        assert seen["studio_jobs_total", ("export", "succeeded")] == 1
        assert seen["studio_jobs_total", ("upload", "failed")] == 1
        assert seen["studio_refusals_total", ("4001",)] == 1
        for stage in ("compose", "sound", "mix", "master"):
            assert seen["studio_stage_seconds_count", (stage,)] == 1
            assert seen["studio_stage_seconds_sum", (stage,)] >= 0
        folder = tmp_path / "projects" / session
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        assert seen["studio_disk_bytes", ()] == size
        assert seen["studio_open_streams", ()] == 0
        assert person.token not in answer.text
        assert session not in answer.text


def test_metrics_are_off_unless_wanted_and_health_is_always_there(studio_url: str) -> None:
    with connect(studio_url) as anybody:
        assert anybody.get("/metrics").status_code == 404
        assert anybody.get("/healthz").json() == {"alive": True}
        ready = anybody.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)


def test_it_is_not_ready_without_room(tmp_path: Path) -> None:
    with running_studio(tmp_path, disk_quota=0) as url, connect(url) as anybody:
        ready = anybody.get("/readyz")
        assert ready.status_code == 503
        assert ready.json() == {"ready": False, "serving": True, "workers": True, "disk": True, "quota": False}
        assert anybody.get("/healthz").status_code == 200


def test_being_watched_is_no_use(tmp_path: Path) -> None:
    studio = start_studio(tmp_path, idle_exit=0.5)
    with connect(studio.url) as anybody:
        while studio.process.is_alive():
            try:
                anybody.get("/healthz")
            except httpx.TransportError:
                break
    assert studio.wait() == 0
