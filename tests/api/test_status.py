"""What the bridge tells of itself over HTTP: to anybody that it lives, to staff how it is doing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bridge.people.roles import Role, give_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    person = User(username="staff")
    give_role(person, Role.VIEWER)
    client.force_login(person)
    return client


def test_figures_are_for_staff_only(client: Client) -> None:
    assert client.get("/api/v1/status/").status_code == 401
    assert client.get("/api/v1/schema/").status_code == 401


def test_an_empty_bridge_has_all_figures(staff: Client) -> None:
    figures = staff.get("/api/v1/status/").json()
    assert set(figures) == {"inbox", "outbox", "flows", "budget", "worker"}
    assert figures["inbox"] == {"waiting": 0, "oldest_seconds": 0, "failed": 0}
    assert figures["worker"] == {"heartbeat_seconds": None, "lag_seconds": 0.0}


def test_readyz_says_that_no_worker_answers(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "worker")
    assert client.get("/healthz").status_code == 200


def test_the_schema_names_the_addresses(staff: Client) -> None:
    assert "/api/v1/status/" in staff.get("/api/v1/schema/?format=json").json()["paths"]
