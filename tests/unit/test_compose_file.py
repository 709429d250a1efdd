"""docker-compose.yml against the rules of Compose that it leans on, and against what the program's services need.

Whether containers start can only be seen with Docker; the commands themselves are run by tests/acceptance.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from bots.cli import _parser
from bots.settings import RedisAddress, Settings
from core.texts import DEFAULT
from studio.settings import StudioOptions
from tests.support.program import SETTINGS

ROOT = Path(__file__).parent.parent.parent
OURS = ("gateway", "worker", "studio")


WHOLE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = WHOLE["services"]


def set_to(value: str) -> str:
    """Return what Compose makes of a value where nothing is set: `${NAME:-default}`, `${NAME-default}`."""
    return re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", value)


def test_what_is_named_exists() -> None:
    volumes, networks, configs = (
        {part.partition(":")[0] if isinstance(part, str) else part["source"]
         for service in SERVICES.values() for part in service.get(kind, ())}
        for kind in ("volumes", "networks", "configs")
    )  # fmt: skip
    assert (volumes, networks, configs) == tuple(set(WHOLE[kind]) for kind in ("volumes", "networks", "configs"))
    for service in SERVICES.values():
        for name, needed in service.get("depends_on", {}).items():
            assert needed["condition"] in {"service_healthy", "service_started"}
            # What is started on demand only can't be waited for.
            assert "profiles" not in SERVICES[name]
    assert (ROOT / SERVICES["gateway"]["build"] / "Dockerfile").is_file()


def test_every_service_is_watched_comes_again_and_may_do_nothing_else() -> None:
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert service["restart"] == "unless-stopped"
        assert service["read_only"] is True
        assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["user"].partition(":")[0] not in {"", "0", "root"}
        assert int(service["stop_grace_period"].removesuffix("s")) > 10
        # What would be in the way of `--scale`.
        assert "container_name" not in service


def test_only_the_pages_and_the_metrics_are_published_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"studio": ["127.0.0.1:8080:8080"], "prometheus": ["127.0.0.1:9090:9090"]}
    assert SERVICES["prometheus"]["profiles"] == ["prometheus"]
    assert SERVICES["botapi"]["profiles"] == ["botapi"]


def test_nobody_but_the_bot_reaches_the_store_and_it_keeps_what_it_is_given() -> None:
    assert WHOLE["networks"]["store"]["internal"] is True
    assert {name for name, it in SERVICES.items() if "store" in it["networks"]} == {"redis", "gateway", "worker"}
    redis = SERVICES["redis"]
    assert redis["networks"] == ["store"]
    command = " ".join(redis["command"])
    for option in ("--appendonly yes", "--maxmemory-policy noeviction", "--maxmemory "):
        assert option in command
    assert redis["volumes"] == ["redis:/data"]


def test_every_role_is_a_command_of_the_one_image_and_its_settings_exist() -> None:
    for name in OURS:
        image, (program, *words) = SERVICES[name]["image"], SERVICES[name]["command"]
        assert (image, program, _parser(DEFAULT).parse_args(words).command) == ("music-bot:local", "music-bot", name)
        assert set(SERVICES[name]["environment"]) <= SETTINGS, name


def test_gateways_and_workers_share_the_store_the_key_and_the_studio() -> None:
    assert SERVICES["gateway"]["environment"] == SERVICES["worker"]["environment"]
    environment = SERVICES["worker"]["environment"]
    TypeAdapter(RedisAddress).validate_python(environment["REDIS_URL"])
    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert set_to(environment["BACKEND"]) == "studio"
    command = SERVICES["studio"]["command"]
    assert set_to(environment["NEMO_API_URL"]) == f"http://studio:{command[command.index('--port') + 1]}"
    assert environment["STUDIO_URL"] == set_to(environment["NEMO_API_URL"])
    settings = Settings.model_validate(
        {name.lower(): set_to(value) for name, value in environment.items() if name != "SECRET_KEY"}
    )
    assert not settings.starts_studio
    assert settings.health_host == "0.0.0.0"


def test_health_is_asked_where_it_is_told_and_stopping_takes_longer_than_draining() -> None:
    command = SERVICES["studio"]["command"]
    ports = {name: SERVICES[name]["environment"].get("HEALTH_PORT") for name in OURS}
    ports["studio"] = command[command.index("--port") + 1]
    for name in OURS:
        assert f"127.0.0.1:{ports[name]}/healthz" in SERVICES[name]["healthcheck"]["test"][-1]
    for name, setting in (("worker", "DRAIN_SECONDS"), ("studio", "STUDIO_DRAIN")):
        drain = int(SERVICES[name]["environment"][setting])
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) >= drain + 15


def test_the_studio_gets_its_settings_and_no_token() -> None:
    studio = SERVICES["studio"]
    assert "env_file" not in studio
    # Not those that imitate the cloud on bad days, for tests; a studio on its own does not leave by itself and
    # needs no other.
    own = {name for name in StudioOptions.variables() if "_QUIRK_" not in name} - {"STUDIO_IDLE_EXIT"}
    assert set(studio["environment"]) == own | {"LOG_LEVEL", "LOG_FORMAT"}


def test_a_server_of_ones_own_hands_files_over_where_they_can_be_read() -> None:
    botapi, worker = SERVICES["botapi"], SERVICES["worker"]
    assert botapi["user"] == worker["user"] == SERVICES["gateway"]["user"]
    assert botapi["volumes"] == worker["volumes"] == SERVICES["gateway"]["volumes"]
    assert "--local" in botapi["entrypoint"]
    assert any(word.startswith("--dir=/data/") for word in botapi["entrypoint"])


def test_prometheus_asks_those_who_count() -> None:
    config = yaml.safe_load(WHOLE["configs"]["prometheus"]["content"])
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    assert set(jobs) == set(OURS)
    port = SERVICES["worker"]["environment"]["HEALTH_PORT"]
    assert jobs["gateway"]["static_configs"] == [{"targets": [f"gateway:{port}"]}]
    (found,) = jobs["worker"]["dns_sd_configs"]
    # The name leads to every container of the service, so that all that were scaled up are asked.
    assert (found["names"], found["type"], str(found["port"])) == (["worker"], "A", port)
    assert SERVICES["studio"]["environment"]["STUDIO_METRICS"] == "true"
