"""docker-compose.yml: its parts fit together, and its commands run, are healthy and stop as it says."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from operation.compose import (
    CONDITIONS,
    ROOT,
    SCHEMA,
    command,
    compose,
    env_example,
    environment,
    resolved,
    seconds,
    services,
)
from world import SLOW_MACHINE, TEN_SECONDS

from bridge.demo.launch import free_port

OURS = ("migrate", "web", "worker")
FILLED = {"BRIDGE_DOMAIN": "bridge.example.com", "SECRET_KEY": "s" * 50, "POSTGRES_PASSWORD": "secret"}


def test_the_file_is_what_the_compose_specification_knows() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(compose())


def test_what_a_service_names_is_there() -> None:
    every = services()
    for name, service in every.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in every, f"{name} depends on {other}"
            healthy = how["condition"] != CONDITIONS[0] or "healthcheck" in every[other]
            assert healthy, f"{name} waits for the health of {other}, which nobody looks at"
            assert every[other].get("profiles", service.get("profiles")) == service.get("profiles")
        for volume in service.get("volumes", []):
            source, target, *_mode = volume.split(":")
            there = (ROOT / source).exists() if source.startswith(".") else source in compose()["volumes"]
            assert there, f"{name}: {source}"
            assert target.startswith("/")
    used = {volume.split(":")[0] for service in every.values() for volume in service.get("volumes", [])}
    assert set(compose()["volumes"]) <= used


def test_every_variable_stands_in_the_example_of_the_environment() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = env_example()
    for name in re.findall(r"(?<!\$)\$\{(\w+)", text):
        assert name in example, name
    settings = (ROOT / "bridge/settings.py").read_text()
    for name in OURS:
        for variable in services()[name]["environment"]:
            assert f'"{variable}"' in settings, variable


def test_what_runs_for_ever_is_looked_at_limited_and_starts_again() -> None:
    for name, service in services().items():
        once = service["restart"] == "no"
        assert once or ("healthcheck" in service and service["restart"] == "unless-stopped"), name
    for name in OURS:
        service = services()[name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["init"], "whoever is process 1 takes in what its children leave behind"
        assert seconds(service["stop_grace_period"]) > 10


def test_only_the_proxy_is_reached_from_outside() -> None:
    for name, service in services().items():
        outside = [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
        assert not outside or name == "proxy", name


def test_the_image_is_slim_runs_as_nobody_and_has_all_code() -> None:
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    words = [shlex.split(line, comments=True) for line in lines if not line.startswith("#") and line.strip()]
    last = [found[1] for found in words if found[0] == "FROM"][-1]
    assert last.endswith("-slim")
    version = re.search(r"python:(\d+)\.(\d+)-", last)
    assert version
    assert (int(version[1]), int(version[2])) >= (3, 11)
    users = [found[1] for found in words if found[0] == "USER"]
    assert users[-1:] == ["bridge"]
    copied = {source for f in words if f[0] == "COPY" and "--from" not in f[1] for source in f[1:-1]}
    assert copied == {"requirements.lock", "manage.py", "gunicorn.conf.py", "bridge", "connectors"}
    assert all((ROOT / source).exists() for source in copied)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert copied == {line[1:] for line in ignored if line.startswith("!")}
    run = command("web", FILLED)
    assert f"CMD {run}".replace("'", '"') in lines, "the image by itself is the web process"


def test_the_proxy_reads_what_compose_gives_it() -> None:
    text = (ROOT / "deploy/Caddyfile").read_text()
    needed = set(re.findall(r"\{\$(\w+)", text))
    assert needed == set(services()["proxy"]["environment"])
    assert text.count("{") == text.count("}")
    host, port = services()["proxy"]["environment"]["BRIDGE_UPSTREAM"].split(":")
    assert port in services()[host]["expose"]


def test_the_demos_script_is_one() -> None:
    script = ROOT / "deploy/demo/shop.sh"
    subprocess.run(["sh", "-n", str(script)], check=True)
    assert f"./deploy/demo/shop.sh:/{script.name}:ro" in services()["shop-setup"]["volumes"]
    assert command("shop-setup", {}) == ["sh", f"/{script.name}"]


def test_the_servers_health_checks_are_programs(postgres: str, queue: dict[str, str]) -> None:
    for name in ("db", "broker"):
        check = services()[name]["healthcheck"]["test"][1:]
        # The server of this machine knows another name of database than the container's.
        subprocess.run(check, check=True, capture_output=True, timeout=SLOW_MACHINE)


@dataclass
class Stack:
    """The services of ours as plain processes of this machine, their addresses replaced and nothing else."""

    directory: Path
    replaced: dict[str, str]
    variables: dict[str, str]

    def _here(self, text: str) -> str:
        for there, here in self.replaced.items():
            text = text.replace(there, here)
        return text

    def start(self, name: str) -> subprocess.Popen[bytes]:
        words = [self._here(word) for word in command(name, self.variables)]
        with (self.directory / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                words, env=self.env(name), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def env(self, name: str) -> dict[str, str]:
        told = {key: self._here(value) for key, value in environment(name, self.variables).items()}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**told, "PATH": path, "PYTHONUNBUFFERED": "1", "HOME": str(self.directory)}

    def healthy(self, name: str) -> bool:
        check = [
            self._here(resolved(word, self.variables)) for word in services()[name]["healthcheck"]["test"]
        ]
        done = subprocess.run(check[1:], env=self.env(name), cwd=ROOT, capture_output=True, check=False)
        return done.returncode == 0

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(errors="replace")[-4000:]


@pytest.fixture
def stack(migrated_postgres: str, queue: dict[str, str], tmp_path: Path) -> Stack:
    port = free_port()
    replaced = {
        "postgres://bridge:secret@db:5432/bridge": migrated_postgres,
        "redis://broker:6379/0": queue["REDIS_URL"],
        "/tmp/worker.pulse": str(tmp_path / "own" / "worker.pulse"),
        "/data": str(tmp_path / "data"),
        "0.0.0.0:8000": f"127.0.0.1:{port}",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }
    (tmp_path / "own").mkdir()
    (tmp_path / "data").mkdir()
    return Stack(tmp_path, replaced, {**env_example(), **FILLED, "QUEUE_NAME": queue["QUEUE_NAME"]})


def test_the_commands_run_are_healthy_and_stop_as_they_are_told(stack: Stack) -> None:
    migrate = stack.start("migrate")
    assert migrate.wait(300) == 0, stack.log("migrate")
    assert not stack.healthy("web")
    assert not stack.healthy("worker")
    running = {name: stack.start(name) for name in ("web", "worker")}
    try:
        deadline = time.monotonic() + SLOW_MACHINE
        while waiting := [name for name in running if not stack.healthy(name)]:
            assert time.monotonic() < deadline, stack.log(waiting[0])
            assert all(process.poll() is None for process in running.values()), stack.log(waiting[0])
            time.sleep(0.5)
        for name, process in running.items():
            process.terminate()
            # Within ten seconds, so that the grace period, which is longer, is never used up.
            assert process.wait(TEN_SECONDS) == 0, stack.log(name)
            assert "Traceback" not in stack.log(name), stack.log(name)
    finally:
        for process in running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
