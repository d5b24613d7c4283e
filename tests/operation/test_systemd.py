"""The units of deploy/systemd: systemd understands them, and they start what the containers start."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest
from operation.compose import ROOT, command, seconds, services

UNITS = {"web": "sklad-bridge-web.service", "worker": "sklad-bridge-worker.service"}
INSTALLED = "/opt/sklad-bridge"


class Unit(configparser.RawConfigParser):
    """A unit's sections and settings, names as they are written."""

    optionxform = staticmethod(str)  # type: ignore[assignment]


def unit(name: str) -> configparser.SectionProxy:
    parser = Unit(strict=True, interpolation=None)
    parser.read(ROOT / "deploy/systemd" / UNITS[name])
    assert set(parser.sections()) == {"Unit", "Service", "Install"}
    return parser["Service"]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_what_the_container_starts(name: str) -> None:
    service = unit(name)
    program, *rest = service["ExecStart"].split()
    there = command(name, {"BRIDGE_DOMAIN": "", "POSTGRES_PASSWORD": ""})
    assert Path(program).name == there[0]
    assert [word.replace("127.0.0.1", "0.0.0.0") for word in rest] == there[1:]
    assert program == f"{INSTALLED}/.venv/bin/{there[0]}"
    assert service["WorkingDirectory"] == INSTALLED
    assert service["EnvironmentFile"] == "/etc/sklad-bridge.env"
    assert service["User"] != "root"
    assert service["Restart"] == "always"
    assert float(service["TimeoutStopSec"]) == seconds(services()[name]["stop_grace_period"])


def test_the_web_unit_migrates_first_as_compose_does() -> None:
    first = unit("web")["ExecStartPre"].split()
    assert first[1:] == command("migrate", {})[1:]


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no program systemd-analyze")
    for name in UNITS.values():
        text = (ROOT / "deploy/systemd" / name).read_text()
        copy = tmp_path / name
        # The programs are looked for: those of this very environment stand for those that are installed.
        copy.write_text(text.replace(f"{INSTALLED}/.venv/bin/", f"{ROOT}/.venv/bin/"))
    done = subprocess.run(
        [analyze, "verify", *(str(tmp_path / name) for name in UNITS.values())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "sklad-bridge" not in done.stderr, done.stderr
