"""The bridge behind a certificate, as it is on the internet: nginx in front of it, with a certificate of an authority
of our own that the shop's WordPress is told to trust (trust_authority.php)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

LOOPBACK = "127.0.0.1"
NGINX = """
daemon off; master_process off; pid {home}/nginx.pid; error_log {home}/error.log;
events {{}}
http {{
  access_log {home}/access.log;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  server {{
    listen {address}:{port} ssl;
    ssl_certificate {home}/front.crt; ssl_certificate_key {home}/front.key;
    location / {{
      proxy_pass {upstream};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""


class Front(NamedTuple):
    """`url` answers with a certificate that `authority` (a PEM file) has signed."""

    url: str
    authority: Path


@contextmanager
def tls_front(home: Path, port: int, upstream: str) -> Iterator[Front]:
    """https://127.0.0.1:`port` for what answers at `upstream`; skips the test where nginx or openssl is missing."""
    missing = [name for name in ("nginx", "openssl") if not shutil.which(name)]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")
    authority = certificates(home)
    (home / "nginx.conf").write_text(
        NGINX.format(home=home, address=LOOPBACK, port=port, upstream=upstream), encoding="utf-8"
    )
    running = subprocess.Popen(["nginx", "-p", str(home), "-c", str(home / "nginx.conf")])
    try:
        until_it_listens(running, port, home / "error.log")
        yield Front(f"https://{LOOPBACK}:{port}", authority)
    finally:
        running.terminate()
        running.wait(15)


def certificates(home: Path) -> Path:
    """An authority, and front.crt and front.key of its making; the authority's file."""

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=home, check=True, capture_output=True)

    made = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    openssl(*made, "/CN=Authority of a test", "-x509", "-days", "1", "-keyout", "ca.key", "-out", "ca.crt")
    openssl(*made, f"/CN={LOOPBACK}", "-keyout", "front.key", "-out", "front.csr")
    (home / "names").write_text(f"subjectAltName=IP:{LOOPBACK}\n")
    signing = ("x509", "-req", "-in", "front.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial")
    openssl(*signing, "-days", "1", "-extfile", "names", "-out", "front.crt")
    return home / "ca.crt"


def until_it_listens(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        assert running.poll() is None, f"nginx ended: {log.read_text() if log.exists() else ''}"
        time.sleep(0.1)
    raise AssertionError("nginx does not listen")
