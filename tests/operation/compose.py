"""docker-compose.yml as compose reads it, as far as it is used here: variables, `<<`, an environment a service."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT, "uniqueItems": True}
SECONDS = {"type": "string", "pattern": r"^\d+(ms|s|m)$"}
SIZE = {"type": "string", "pattern": r"^\d+(\.\d+)?[kmg]$|^\d+(\.\d+)?[KMG]$"}
NAME = "^[a-zA-Z0-9._-]+$"


def _object(needed: str = "", **fields: Any) -> dict[str, Any]:
    required = needed.split()
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _map(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "patternProperties": {NAME: of}, "additionalProperties": False}


LIMITS = _object("cpus memory", cpus={"type": "string", "pattern": r"^\d+(\.\d+)?$"}, memory=SIZE)
HEALTH = _object(
    "test interval timeout retries",
    test={"type": "array", "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}], "items": TEXT, "minItems": 2},
    interval=SECONDS,
    timeout=SECONDS,
    retries={"type": "integer", "minimum": 1},
    start_period=SECONDS,
)
CONDITIONS = ["service_healthy", "service_started", "service_completed_successfully"]
SERVICE = _object(
    "image restart logging deploy",
    image=TEXT,
    build={"const": "."},
    profiles=TEXTS,
    user={"type": "string", "pattern": r"^\d+:\d+$"},
    command=TEXT,
    env_file=TEXT,
    environment=_map(TEXT),
    volumes=TEXTS,
    tmpfs=TEXTS,
    ports={"type": "array", "items": {"type": "string", "pattern": r"^([\d.]+:)?\d+:\d+(/udp)?$"}},
    expose=TEXTS,
    networks=_object(default=_object("aliases", aliases=TEXTS)),
    read_only={"type": "boolean"},
    init={"type": "boolean"},
    shm_size=SIZE,
    cpu_shares={"type": ["number", "string"]},
    cap_drop=TEXTS,
    cap_add=TEXTS,
    security_opt=TEXTS,
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
    stop_grace_period=SECONDS,
    logging=_object("driver options", driver=TEXT, options=_map(TEXT)),
    depends_on=_map(_object("condition", condition={"enum": CONDITIONS})),
    healthcheck=HEALTH,
    deploy=_object("resources", resources=_object("limits", limits=LIMITS)),
)
SCHEMA = {
    "type": "object",
    "properties": {"services": _map(SERVICE), "volumes": _map({"type": "null"})},
    "patternProperties": {"^x-": {}},
    "required": ["services", "volumes"],
    "additionalProperties": False,
}
"""The part of the compose specification that the file uses; anything else in it is a slip of the pen. Source:
compose-spec, schema/compose-spec.json."""


@cache
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def services() -> dict[str, Any]:
    return dict(compose()["services"])


VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?P<else>:\?[^}]*)?\})")


def resolved(text: str, variables: dict[str, str]) -> str:
    """`${NAME:?why}` and `${NAME}` from the variables, KeyError for one that is not there; `$$` is a dollar sign."""

    def one(found: re.Match[str]) -> str:
        return variables[found["name"]] if found["name"] else "$"

    return VARIABLE.sub(one, text)


def env_example() -> dict[str, str]:
    """The variables of .env.example, each as it stands there."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def environment(name: str, variables: dict[str, str]) -> dict[str, str]:
    """What the processes of a service see, besides what the image sets."""
    service = services()[name]
    own = {key: resolved(value, variables) for key, value in service.get("environment", {}).items()}
    return {**(variables if "env_file" in service else {}), **own}


def command(name: str, variables: dict[str, str]) -> list[str]:
    return shlex.split(resolved(services()[name]["command"], variables))


def seconds(text: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(ms|s|m)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"ms": 0.001, "s": 1, "m": 60}[unit]
