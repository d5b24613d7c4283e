"""A PostgreSQL and a Redis of this run's own, on free ports, gone afterwards; and SQLite with a rude neighbour."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Protocol

import redis

from bridge.demo.launch import free_port

# initdb refuses to run as root: then the servers run as the user Debian made for it.
USER = "postgres" if os.geteuid() == 0 else None
SECONDS = 60


class Missing(Exception):
    """A program this machine does not have; the message names it."""


class Database(Protocol):
    name: str
    url: str
    redis_url: str

    def restart(self, how: str) -> None: ...
    def flush_queue(self) -> None: ...
    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...
    def stop(self) -> None: ...


def open_database(name: str, directory: Path) -> Database:
    """ "postgresql" (with Redis as the queue) or "sqlite" (alone). Raises Missing."""
    return Postgres() if name == "postgresql" else Sqlite(directory)


class Postgres:
    """PostgreSQL for the rows, Redis for the queue."""

    name = "postgresql"

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="chaos-"))
        if USER:
            shutil.chown(self.directory, USER)
        self.data, self.port = self.directory / "data", free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
        self._run(*self._start())
        self.redis_port = free_port()
        self.redis_url = f"redis://127.0.0.1:{self.redis_port}/0"
        self.redis: subprocess.Popen[bytes] | None = None
        self._start_redis()

    def restart(self, how: str) -> None:
        """`fast` ends every session; `immediate` is as after a power cut: the log is read at the start."""
        self._run("pg_ctl", "-D", str(self.data), "-m", how, "-w", "stop")
        self._run(*self._start())

    def flush_queue(self) -> None:
        redis.Redis.from_url(self.redis_url).flushall()

    def restart_queue(self) -> None:
        """Redis gone and back with nothing in it."""
        self._stop_redis()
        time.sleep(1)
        self._start_redis()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(self.url.replace("postgres://", "postgresql://")) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[call-overload,no-any-return]

    def copy(self, url: str) -> None:
        """Everything in that database, of whatever server, into this one, which is empty."""
        file = str(self.directory / "copy.sql")
        self._run("pg_dump", "--no-owner", "--no-privileges", "-f", file, "-d", url)
        self._run("psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-f", file, "-d", self.url)

    def stop(self) -> None:
        self._stop_redis()
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start(self) -> tuple[str, ...]:
        options = f"-p {self.port} -k {self.directory} -c listen_addresses=127.0.0.1 -c max_connections=100"
        log = str(self.directory / "postgres.log")
        return ("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(_program(program)), *arguments],
            user=USER,
            env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": str(self.directory)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would be held open by the server
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(arguments)} ended with {done.returncode}")

    def _start_redis(self) -> None:
        path = shutil.which("redis-server")
        if path is None:
            raise Missing("redis-server")
        options = ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.redis = subprocess.Popen(
            [path, *options], cwd=self.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        client, deadline = redis.Redis.from_url(self.redis_url), time.monotonic() + SECONDS
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _stop_redis(self) -> None:
        if self.redis is not None:
            self.redis.kill()
            self.redis.wait()
            self.redis = None


class Sqlite:
    """One file for everything, the queue too."""

    name = "sqlite"
    redis_url = ""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "bridge.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def restart(self, how: str) -> None:
        """There is no server. A neighbour (a backup, say) keeps all writers out: shortly, or longer than they wait."""
        with sqlite3.connect(self.path, timeout=SECONDS, isolation_level=None) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            time.sleep(3 if how == "fast" else 23)
            connection.execute("ROLLBACK")
        connection.close()

    def flush_queue(self) -> None:
        with sqlite3.connect(self.path, timeout=SECONDS) as connection:
            connection.execute("DELETE FROM django_q_ormq")
        connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.path, timeout=SECONDS)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def stop(self) -> None:
        """The file goes with its directory."""


def _program(name: str) -> Path:
    """A program of PostgreSQL: on the path, or where Debian puts it."""
    if found := shutil.which(name):
        return Path(found)
    every = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not every:
        raise Missing(f"{name} (Debian's package postgresql)")
    return every[-1]
