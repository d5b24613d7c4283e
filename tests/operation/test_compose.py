"""docker-compose.yml: its parts fit together, and its commands run, are healthy, bring an order and stop as it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from operation.compose import (
    ROOT,
    command,
    compose,
    env_example,
    environment,
    resolved,
    seconds,
    services,
)
from operation.front import running_front
from stopping import told_to_stop
from world import SLOW_MACHINE, eventually, toml

from bridge.demo.launch import free_port
from connectors.sandbox.control import running_sandbox

OURS = ("migrate", "web", "worker")
FILLED = {"BRIDGE_DOMAIN": "bridge.example.com", "SECRET_KEY": "s" * 50, "POSTGRES_PASSWORD": "secret"}


def test_the_file_is_what_the_compose_specification_knows() -> None:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*checker, str(ROOT / "docker-compose.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_specification_takes_as_any_text_is_understood() -> None:
    for name, service in services().items():
        limits = service["deploy"]["resources"]["limits"]
        assert float(limits["cpus"]) > 0, name
        assert re.fullmatch(r"\d+[MG]", limits["memory"]), name
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}, name
        if "healthcheck" in service:
            kind, *_words = service["healthcheck"]["test"]
            assert kind == "CMD", name
            every = [service["healthcheck"][key] for key in ("interval", "timeout")]
            assert all(seconds(text) > 0 for text in every), name


def test_what_a_service_names_is_there() -> None:
    every = services()
    for name, service in every.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in every, f"{name} depends on {other}"
            healthy = how["condition"] != "service_healthy" or "healthcheck" in every[other]
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
    database: str
    url: str
    broker_port: int

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

    def start_broker(self) -> subprocess.Popen[bytes]:
        """The broker's own command; the port and the directory, which a container has to itself, are added."""
        words = [*command("broker", self.variables), "--port", str(self.broker_port), "--bind", "127.0.0.1"]
        with (self.directory / "broker.log").open("wb") as log:
            return subprocess.Popen(
                words, cwd=self.directory / "own", stdout=log, stderr=log, start_new_session=True
            )

    def broker_is_healthy(self) -> bool:
        program, *words = services()["broker"]["healthcheck"]["test"][1:]
        told = [program, "-p", str(self.broker_port), *words]
        return b"PONG" in subprocess.run(told, capture_output=True, check=False).stdout

    def manage(self, *words: str) -> str:
        """As `docker compose exec web python manage.py …`."""
        told = ["python", "manage.py", *words]
        done = subprocess.run(
            told, env=self.env("web"), cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def found(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query).fetchall()

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
def stack(migrated_postgres: str, tmp_path: Path) -> Stack:
    if shutil.which("redis-server") is None:
        pytest.skip("no program redis-server")
    port, broker_port = free_port(), free_port()
    replaced = {
        "postgres://bridge:secret@db:5432/bridge": migrated_postgres,
        "redis://broker:6379/0": f"redis://127.0.0.1:{broker_port}/0",
        "/tmp/worker.pulse": str(tmp_path / "own" / "worker.pulse"),
        "/data": str(tmp_path / "data"),
        "0.0.0.0:8000": f"127.0.0.1:{port}",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }
    (tmp_path / "own").mkdir()
    (tmp_path / "data").mkdir()
    # The shop and MoySklad are stand-ins on this machine.
    variables = {**env_example(), **FILLED, "BRIDGE_ALLOW_PRIVATE_HOSTS": "true"}
    return Stack(tmp_path, replaced, variables, migrated_postgres, f"http://127.0.0.1:{port}", broker_port)


def bring_an_order(stack: Stack) -> None:
    """What an owner does once the containers run, and then a buyer."""
    with running_sandbox(items=4, limiter=False) as box, running_front(stack.url) as front:
        box.moysklad.webhook_knobs(drop=True)  # the name in .env leads nowhere
        path = stack.directory / "shop.toml"
        path.write_text(toml(box))
        secret = json.loads(stack.manage("configure", str(path)))["shops"]["site"]["event_secret"]
        [(site,)] = stack.found("SELECT id FROM bridge_connection WHERE vendor = 'woocommerce'")
        box.store.pair(f"{front}/api/v1/events/woocommerce/{site}/", secret)
        linked = "SELECT 1 FROM bridge_listing WHERE match = 'linked' LIMIT 3"
        eventually(lambda: len(stack.found(linked)) == 3, "goods are linked")
        order = box.store.place_order({"S-00001": 1})
        eventually(lambda: box.moysklad.created(), "the order is in MoySklad")
        assert box.moysklad.created() == {f"WOO-{order['id']}": 1}
        left = "SELECT 1 FROM bridge_outboxmessage WHERE state IN ('waiting', 'in_flight')"
        eventually(lambda: not stack.found(left), "nothing is left to do")


def test_the_commands_run_are_healthy_bring_an_order_and_stop_as_they_are_told(stack: Stack) -> None:
    running = {"broker": stack.start_broker()}
    try:
        eventually(stack.broker_is_healthy, "the broker answers")
        _run_and_stop(stack, running)
    finally:
        for process in running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _run_and_stop(stack: Stack, running: dict[str, subprocess.Popen[bytes]]) -> None:
    migrate = stack.start("migrate")
    assert migrate.wait(300) == 0, stack.log("migrate")
    assert not stack.healthy("web")
    assert not stack.healthy("worker")
    ours = {name: stack.start(name) for name in ("web", "worker")}
    running |= ours
    deadline = time.monotonic() + SLOW_MACHINE
    while waiting := [name for name in ours if not stack.healthy(name)]:
        assert time.monotonic() < deadline, stack.log(waiting[0])
        assert all(process.poll() is None for process in ours.values()), stack.log(waiting[0])
        time.sleep(0.5)
    bring_an_order(stack)
    for name, process in ours.items():
        told_to_stop(process)
        assert "Traceback" not in stack.log(name), stack.log(name)
    running["broker"].terminate()
    assert running["broker"].wait(SLOW_MACHINE) == 0, stack.log("broker")
