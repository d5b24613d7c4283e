"""docker-compose.yml as compose reads it, as far as it is used here: variables, `<<`, an environment a service."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


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
