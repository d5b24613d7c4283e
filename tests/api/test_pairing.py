"""A shop that comes with a code: what it is told, and that nothing is stored before the shop was called back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from bridge.connections.models import Connection, Shop, Vendor
from bridge.history import deeds
from bridge.pairing import codes
from bridge.pairing.models import PairingCode
from bridge.sync.models import Watermark
from connectors.sandbox.control import Sandbox, running_sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=1, limiter=False) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def reachable(settings: Any) -> None:
    settings.BRIDGE_PUBLIC_URL = "http://127.0.0.1:8000"
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True


@pytest.fixture
def account() -> Connection:
    return Connection.objects.create(
        vendor=Vendor.MOYSKLAD, name="main", base_url="http://127.0.0.1:9/api/remap/1.2"
    )


def code_of(account: Connection) -> str:
    return codes.make(account, None)[1].partition("#")[2]


def offer(box: Sandbox, code: str, **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "site": box.store.url,
        "consumer_key": box.store.consumer_key,
        "consumer_secret": box.store.consumer_secret,
        "plugin_version": "1.3.0",
        "language": "en_US",
        **changes,
    }


def post(body: dict[str, Any]) -> Any:
    return Client().post("/api/v1/pair/", body, content_type="application/json")


def test_a_code_makes_a_shop_whose_events_are_heard(box: Sandbox, account: Connection) -> None:
    answer = post(offer(box, code_of(account)))
    assert answer.status_code == 200
    shop = Shop.objects.get()
    assert (shop.account, shop.home_url, shop.plugin_version) == (account, box.store.url, "1.3.0")
    assert shop.site.credentials["consumer_secret"] == box.store.consumer_secret
    assert answer.json() == {
        "event_url": f"http://127.0.0.1:8000/api/v1/events/woocommerce/{shop.site_id}/",
        "event_secret": shop.site.credentials["event_secret"],
    }
    assert answer["Cache-Control"] == "no-store"
    assert (
        shop.name
        == shop.site.name
        == box.store.url.removeprefix("http://").replace(".", "-").replace(":", "-")
    )


def test_a_shop_connected_by_a_code_has_it_in_its_history(box: Sandbox, account: Connection) -> None:
    owner = User.objects.create_superuser("owner")
    code = codes.make(account, owner)[1].partition("#")[2]
    assert post(offer(box, code, consumer_secret="cs_wrong")).status_code == 422
    assert not LogEntry.objects.exists(), "nothing was connected"
    assert post(offer(box, code)).status_code == post(offer(box, code)).status_code == 200
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (owner, str(Shop.objects.get().pk))
    with override("ru"):
        deed = deeds.read(entry)
    assert deed.text == "Магазин подключён одноразовым кодом."
    assert deed.values == [
        ("Адрес", "", box.store.url),
        ("Ключ клиента (Consumer key)", "", deeds.MASK),
        ("Секретный код клиента (Consumer secret)", "", deeds.MASK),
    ]
    assert box.store.consumer_secret not in entry.change_message


def test_a_shop_that_comes_again_is_asked_at_once_what_it_did_meanwhile(
    box: Sandbox, account: Connection
) -> None:
    """Nobody told of its orders while it was not connected, and none of its sales was numbered."""
    post(offer(box, code_of(account)))
    site = Shop.objects.get().site
    Watermark.objects.filter(connection=site).update(next_due_at=timezone.now() + timedelta(hours=1))
    assert post(offer(box, code_of(account))).status_code == 200
    due = Watermark.objects.filter(connection=site, next_due_at__lte=timezone.now())
    assert {"orders", "site_catalogue"} <= set(due.values_list("flow", flat=True))


def test_the_code_itself_is_kept_nowhere(box: Sandbox, account: Connection) -> None:
    code = code_of(account)
    post(offer(box, code))
    assert len(code) >= 22  # 128 bit and more
    assert code not in str(PairingCode.objects.values())
    assert box.store.consumer_secret not in str(PairingCode.objects.values())


def test_keys_that_do_not_work_leave_nothing_and_the_code_may_be_tried_again(
    box: Sandbox, account: Connection
) -> None:
    code = code_of(account)
    refused = post(offer(box, code, consumer_secret="cs_wrong"))
    assert (refused.status_code, refused.json()["code"]) == (422, "auth")
    assert refused.json()["message"]
    assert not Shop.objects.exists()
    assert not Connection.objects.filter(vendor=Vendor.WOOCOMMERCE).exists()
    row = PairingCode.objects.get()
    assert (row.state, row.problem, row.site_url) == (PairingCode.State.OPEN, "auth", box.store.url)
    assert post(offer(box, code)).status_code == 200


def test_the_reason_is_said_in_the_language_of_the_administrator(box: Sandbox, account: Connection) -> None:
    russian = post(offer(box, "nobody-made-this-code", language="ru_RU")).json()
    english = post(offer(box, "nobody-made-this-code", language="en_GB")).json()
    assert russian["code"] == english["code"] == "code_unknown"
    assert english["message"] == "The bridge does not know this code."


@pytest.mark.parametrize(
    ("kept", "status", "said"),
    [
        ({"expires_at": timedelta(seconds=-1)}, 410, "code_expired"),
        ({"state": PairingCode.State.USED}, 409, "code_used"),
        ({"tries": codes.TRIES}, 410, "code_spent"),
        ({"state": PairingCode.State.CHECKING, "claimed_at": timedelta()}, 409, "code_busy"),
    ],
)
def test_a_code_that_is_over_is_refused_and_the_shop_is_not_called(
    box: Sandbox, account: Connection, kept: dict[str, Any], status: int, said: str
) -> None:
    code = code_of(account)
    now = timezone.now()  # what is kept was written down when the tests were collected
    PairingCode.objects.update(
        **{name: now + value if isinstance(value, timedelta) else value for name, value in kept.items()}
    )
    before = box.store.stats()["calls"]
    answer = post(offer(box, code))
    assert (answer.status_code, answer.json()["code"]) == (status, said)
    assert box.store.stats()["calls"] == before
    assert not Shop.objects.exists()


def test_a_check_whose_process_died_does_not_hold_the_code(box: Sandbox, account: Connection) -> None:
    code = code_of(account)
    long_ago = timezone.now() - codes.CHECK_LASTS - timedelta(seconds=1)
    PairingCode.objects.update(state=PairingCode.State.CHECKING, claimed_at=long_ago, tries=1)
    assert post(offer(box, code)).status_code == 200


def test_after_a_lost_answer_the_same_shop_hears_it_again_and_nobody_else(
    box: Sandbox, account: Connection
) -> None:
    code = code_of(account)
    first = post(offer(box, code))
    calls = box.store.stats()["calls"]
    assert post(offer(box, code)).json() == first.json()
    assert box.store.stats()["calls"] == calls
    other = offer(box, code, consumer_key=box.store.read_only_key)
    assert (post(other).status_code, post(other).json()["code"]) == (409, "code_used")
    assert Shop.objects.count() == 1


def test_after_five_failures_a_code_is_spent(box: Sandbox, account: Connection) -> None:
    code = code_of(account)
    for _try in range(codes.TRIES):
        assert post(offer(box, code, consumer_secret="cs_wrong")).status_code == 422
    assert post(offer(box, code)).json()["code"] == "code_spent"
    assert PairingCode.objects.get().state == PairingCode.State.SPENT


def test_a_known_shop_gets_new_keys_and_its_events_on_their_way_stay_valid(
    box: Sandbox, account: Connection
) -> None:
    site = Connection.objects.create(
        vendor=Vendor.WOOCOMMERCE,
        name="site",
        base_url=box.store.url,
        credentials={"consumer_key": "ck_old", "consumer_secret": "cs_old", "event_secret": "former"},
    )
    shop = Shop.objects.create(name="our-shop", site=site, account=account, home_url=box.store.url)
    assert post(offer(box, code_of(account))).status_code == 200
    assert list(Shop.objects.all()) == [shop]
    site.refresh_from_db()
    assert site.credentials["consumer_key"] == box.store.consumer_key
    assert site.credentials["previous_event_secret"] == "former"
    assert site.credentials["event_secret"] != "former"


def test_a_shop_of_another_account_stays_there(box: Sandbox, account: Connection) -> None:
    other = Connection.objects.create(vendor=Vendor.MOYSKLAD, name="other", base_url="http://127.0.0.1:9")
    assert post(offer(box, code_of(account))).status_code == 200
    answer = post(offer(box, code_of(other)))
    assert (answer.status_code, answer.json()["code"]) == (409, "other_account")
    assert Shop.objects.get().account == account


def test_a_site_that_was_entered_by_hand_becomes_a_shop(box: Sandbox, account: Connection) -> None:
    site = Connection.objects.create(vendor=Vendor.WOOCOMMERCE, name="entered", base_url=box.store.url)
    assert post(offer(box, code_of(account))).status_code == 200
    assert Shop.objects.get().site == site


def test_keys_are_not_taken_over_an_open_line(box: Sandbox, account: Connection, settings: Any) -> None:
    code = code_of(account)
    settings.BRIDGE_PUBLIC_URL = "http://bridge.example.test"
    answer = post(offer(box, code))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_tls")
    assert not Shop.objects.exists()


def test_an_address_inside_the_network_is_not_called(
    box: Sandbox, account: Connection, settings: Any
) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = False
    before = box.store.stats()["calls"]
    answer = post(offer(box, code_of(account)))
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_host")
    assert box.store.stats()["calls"] == before


@pytest.mark.parametrize("body", [{}, [], {"code": "x"}, {"code": "x\ny", "site": 5}])
def test_a_malformed_offer_is_refused(body: Any) -> None:
    answer = post(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("door", ["pair", "wc-auth"])
def test_a_request_that_cannot_be_read_is_refused_in_the_shape_of_all_refusals(door: str) -> None:
    no_json = Client().post(f"/api/v1/{door}/", "{", "application/json")
    form = Client().post(f"/api/v1/{door}/", {"code": "x"})
    for answer, status, code in ((no_json, 400, "malformed"), (form, 415, "unsupported_media_type")):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()) == {"code", "message", "remedy"}


def test_what_is_missing_is_said_in_the_readers_language() -> None:
    said = {
        language: post({"code": "x", "language": language}).json()["message"] for language in ("ru", "en")
    }
    fields = "site, consumer_key, consumer_secret"
    assert said["ru"] == f"Этих полей не хватает, или они указаны неверно: {fields}."
    assert said["en"] == f"These fields are missing or wrong: {fields}."
    answer = Client().post("/api/v1/wc-auth/", {}, "application/json", headers={"accept-language": "ru"})
    assert answer.json()["message"].startswith("Этих полей не хватает")


def test_trying_codes_is_throttled(account: Connection) -> None:
    statuses = [post({"code": "x"}).status_code for _try in range(25)]
    assert statuses[:20] == [400] * 20
    assert set(statuses[20:]) == {429}
    assert Client().post("/api/v1/pair/", {}, REMOTE_ADDR="203.0.113.9").status_code != 429


def test_the_schema_describes_the_door(django_user_model: Any) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("owner"))
    paths = client.get("/api/v1/schema/?format=json").json()["paths"]
    assert {"200", "404", "409", "410", "422"} <= set(paths["/api/v1/pair/"]["post"]["responses"])
