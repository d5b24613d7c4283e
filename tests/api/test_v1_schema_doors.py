"""The description holds where no token is sent: shops' doors with a code or a signature, and a person's session."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.middleware.csrf import _get_new_csrf_string
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance
from staff import session_of

from bridge.api.pairing import PairingThrottle
from bridge.connections.models import Connection, Shop, Vendor
from bridge.inbox import shop_requests
from bridge.inbox.signatures import sign_event
from bridge.orders.models import Order
from bridge.pairing import codes, pairing
from tests.admin.conftest import rows
from tests.api.test_v1_schema import EXAMPLES, KEYS, SIGNED, connection_stays, operations, owner
from tests.api.v1 import BASE, Program
from tests.people.conftest import everything

__all__ = ["connection_stays", "everything", "owner", "rows"]

pytestmark = pytest.mark.django_db
# What a person does on the desk, of several kinds; all deeds are tried with a token.
DEEDS = ("pauses", "retries", "alerts")
# Asks once more without what it knows as credentials; a signature or a session is given past it.
NO_CREDENTIALS = [ignored_auth]


def each(operation: Any, mode: GenerationMode, ask: Callable[[Any], int]) -> list[int]:
    """What so many requests of this kind were answered."""
    found: list[int] = []

    @seed(0)
    @settings(
        max_examples=EXAMPLES[mode],
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        found.append(ask(case))

    one()
    return found


def signing(application: Any, secret: str) -> Any:
    """Signs each request on its way in, as the plugin does."""

    def signed(environ: dict[str, Any], start_response: Any) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        stamp = str(int(time.time()))
        return application(
            {
                **environ,
                "wsgi.input": io.BytesIO(body),
                "HTTP_X_SKLAD_BRIDGE_ID": "question-1",
                "HTTP_X_SKLAD_BRIDGE_TIMESTAMP": stamp,
                "HTTP_X_SKLAD_BRIDGE_SIGNATURE": sign_event(secret, "question-1", stamp, body),
            },
            start_response,
        )

    return signed


def doors(owner: Program, application: Any) -> list[Any]:
    found = schemathesis.openapi.from_wsgi(
        f"{BASE}/schema/?format=json", application, headers={"Authorization": f"Bearer {owner.token}"}
    )
    return [
        one.ok()
        for one in found.get_all_operations()
        if one.ok().path.startswith(tuple(BASE + s for s in SIGNED))
    ]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors take as many knocks as come."""
    monkeypatch.setattr(PairingThrottle, "TRIES_A_MINUTE", 10_000)
    monkeypatch.setattr(shop_requests, "UNPROVED_A_MINUTE", 10_000)


@pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.value)
@pytest.mark.parametrize("tag", KEYS)
def test_whoever_comes_with_keys_is_answered_as_declared(
    owner: Program, patient: None, tag: str, mode: GenerationMode
) -> None:
    (operation,) = [one for one in operations(owner) if one.path == f"{BASE}/{tag}/"]
    found = each(
        operation,
        mode,
        lambda case: case.call_and_validate(excluded_checks=[positive_data_acceptance]).status_code,
    )
    assert set(found) <= {400, 404, 405, 406, 415}


def test_a_code_is_answered_as_declared(
    owner: Program, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a good code, from a shop that answers with its keys: paired once, then refused."""
    monkeypatch.setattr("django.conf.settings.BRIDGE_PUBLIC_URL", "https://bridge.example.test")
    monkeypatch.setattr(pairing, "prove", lambda _offer: None)
    code = codes.make(Connection.objects.filter(vendor=Vendor.MOYSKLAD)[0], None)[1].partition("#")[2]
    (operation,) = [one for one in operations(owner) if one.path == f"{BASE}/pair/"]

    def ask(case: Any) -> int:
        case.body |= {"code": code, "site": "https://new-shop.example.test"}
        return int(case.call_and_validate().status_code)

    assert set(each(operation, GenerationMode.POSITIVE, ask)) == {200, 409}


@pytest.mark.parametrize("mode", list(EXAMPLES), ids=lambda mode: mode.value)
def test_a_shop_s_signed_request_is_answered_as_declared(
    owner: Program, patient: None, mode: GenerationMode
) -> None:
    """With a good signature of an existing shop, whatever it says; some of it fits, and is taken."""
    shop = Shop.objects.filter(pk__in=Order.objects.values("shop")).select_related("site")[0]
    shop.site.credentials = {**shop.site.credentials, "event_secret": "secret-1"}
    shop.site.save()
    tried = doors(owner, signing(get_wsgi_application(), "secret-1"))
    assert len(tried) == 3
    for operation in tried:

        def ask(case: Any) -> int:
            case.path_parameters = {"connection_id": shop.site_id}
            if mode is GenerationMode.POSITIVE and case.media_type == "application/json":
                case.body |= {"site": shop.home_url, "event": "order.changed"}
            # An older plugin, or a newer one, is heard: what a door has no use for may be of any kind.
            ignored = [positive_data_acceptance, negative_data_rejection]
            return int(case.call_and_validate(excluded_checks=[*ignored, *NO_CREDENTIALS]).status_code)

        found = each(operation, mode, ask)
        if mode is GenerationMode.POSITIVE:
            assert min(found) < 300, operation.label


def test_an_unsigned_request_is_refused_as_declared(owner: Program, patient: None) -> None:
    for operation in doors(owner, get_wsgi_application()):
        found = each(
            operation,
            GenerationMode.POSITIVE,
            lambda case: case.call_and_validate(excluded_checks=[positive_data_acceptance]).status_code,
        )
        assert set(found) <= {200, 401}  # 200: WooCommerce's question whether anybody is there


@pytest.mark.parametrize("tag", DEEDS)
def test_a_person_s_session_is_answered_as_declared(owner: Program, tag: str) -> None:
    """With the desk's CSRF token deeds are done; without it each is refused, and says why."""
    person = User.objects.get(username="owner-of-tokens")
    csrf = _get_new_csrf_string()
    cookies = {"sessionid": session_of(person), "csrftoken": csrf}
    deeds = [
        one for one in operations(owner) if one.path.split("/")[3] == tag and one.method.upper() != "GET"
    ]
    assert deeds
    refused: set[int] = set()
    for operation in deeds:

        def ask(case: Any, **headers: str) -> int:
            case.cookies, case.headers = cookies, {**case.headers, **headers}
            case.headers.pop("Authorization", None)
            answer = case.call_and_validate(excluded_checks=[positive_data_acceptance, *NO_CREDENTIALS])
            if not headers and answer.status_code != 404:  # below nought no row is numbered
                assert answer.json()["code"] == "csrf"
            return int(answer.status_code)

        done = each(operation, GenerationMode.POSITIVE, lambda case: ask(case, **{"X-CSRFToken": csrf}))
        assert not {401, 403} & set(done), operation.label
        refused |= set(each(operation, GenerationMode.POSITIVE, ask))
    assert 403 in refused
    assert refused <= {403, 404}
