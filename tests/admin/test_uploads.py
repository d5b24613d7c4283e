"""Older orders on the desk: what an upload would take, its progress, its buttons, and the orders to decide on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from bridge.orders.flags import Flag
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Upload
from connectors.sandbox.control import Sandbox, running_sandbox
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of

LIST = "/admin/bridge/upload/"
EN = "en"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=5, limiter=False) as box:
        box.store.place_orders(3, created="2025-03-10T12:00:00")
        box.store.place_orders(2, created="2025-03-20T12:00:00", status="cancelled")
        yield box


@pytest.fixture
def shop(db: None, box: Sandbox, settings: Any) -> Any:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    keys = {"consumer_key": box.store.consumer_key, "consumer_secret": box.store.consumer_secret}
    site = factories.SiteFactory(base_url=box.store.url, credentials=keys)
    account = factories.AccountFactory(base_url=box.moysklad.url, credentials={"token": box.moysklad.token})
    return factories.ShopFactory(site=site, account=account)


def upload(shop: Any, **fields: Any) -> Upload:
    return Upload.objects.create(shop=shop, **({"chosen": {}, "total": 200, "read": 100} | fields))


def page(one: Upload) -> str:
    return f"{LIST}{one.pk}/change/"


def form(shop: Any, **fields: Any) -> dict[str, Any]:
    return {"shop": shop.pk, "after": "", "before": "", "ids": "", "create_missing": "on"} | fields


def press(desk: Desk, one: Upload, button: str) -> list[str]:
    url = f"{LIST}{one.pk}/{button}/"
    assert 'name="_form_submitted"' in desk.get(url, EN)
    return desk.said(desk.post(url, {"_form_submitted": "1"}, EN))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_its_pages_open(desk: Desk, shop: Any, language: str) -> None:
    for state in Upload.State.values:
        desk.get(page(upload(shop, state=state)), language)
    desk.get(LIST, language)
    desk.get(f"{LIST}add/", language)


def test_the_form_says_how_many_orders_it_would_look_at_and_starts_nothing(desk: Desk, shop: Any) -> None:
    answer = desk.post(f"{LIST}add/", form(shop, after="2025-03-10", before="2025-03-10", look="1"), EN)
    text = words_of(answer.content.decode())
    assert "Orders to look at: 3." in text
    assert "About 3 calls to MoySklad and 1 min" in text
    assert not Upload.objects.exists()


def test_it_is_started_from_the_form(desk: Desk, shop: Any) -> None:
    chosen = form(shop, before="2025-03-31", statuses=["cancelled"], start="1")
    assert desk.said(desk.post(f"{LIST}add/", chosen, EN)) == ["The upload is started."]
    one = Upload.objects.get()
    assert one.chosen == {"before": "2025-03-31", "statuses": ["cancelled"], "ids": []}
    assert (one.total, one.state, one.create_missing) == (2, "running", True)


def test_a_second_one_is_refused_while_the_first_runs(desk: Desk, shop: Any) -> None:
    upload(shop, state="paused")
    answer = desk.post(f"{LIST}add/", form(shop, ids="1, 2", start="1"), EN)
    assert "has an upload that has not ended yet" in words_of(answer.content.decode())
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ids": "12 abc"}, "This is no id of an order: abc."),
        ({"after": "2025-03-02", "before": "2025-03-01"}, "The last day lies before the first."),
    ],
)
def test_nonsense_is_named(desk: Desk, shop: Any, fields: dict[str, str], said: str) -> None:
    answer = desk.post(f"{LIST}add/", form(shop, start="1", **fields), EN)
    assert said in words_of(answer.content.decode())
    assert not Upload.objects.exists()


def test_a_site_that_does_not_answer_is_named(desk: Desk, shop: Any, box: Sandbox) -> None:
    box.store.faults.add("status", path="/orders", status=503, count=None)
    answer = desk.post(f"{LIST}add/", form(shop, look="1"), EN)
    box.store.faults.clear()
    assert "WooCommerce does not answer" in words_of(answer.content.decode())


def test_a_running_one_shows_its_progress_and_renews_itself(desk: Desk, shop: Any) -> None:
    one = upload(shop, linked=40, queued=30, known=10, doubtful=5)
    factories.MessageFactory(shop=shop, payload={"upload": one.pk}, state="done")
    factories.MessageFactory(shop=shop, payload={"upload": one.pk})
    html = desk.get(page(one), EN)
    text = words_of(html)
    assert 'value="50"' in html
    assert f'hx-get="{page(one)}" hx-trigger="every 2s"' in html
    for figure in ("50% · 100 of 200", "Linked 40", "Created 1 on the way: 1", "Doubtful 5", "Left alone 15"):
        assert figure in text, figure
    assert f'hx-get="{page(one)}"' in desk.get(LIST, EN)


def test_a_finished_one_stands_still(desk: Desk, shop: Any) -> None:
    html = desk.get(page(upload(shop, state="done", total=0)), EN)
    assert 'value="100"' in html
    assert "every 2s" not in html


def test_pause_go_on_and_cancel(desk: Desk, shop: Any) -> None:
    one = upload(shop)
    assert "/resume/" not in desk.get(page(one), EN)
    assert press(desk, one, "pause") == ["It is paused."]
    assert f"/{one.pk}/pause/" not in desk.get(page(one), EN)
    assert press(desk, one, "resume") == ["It goes on."]
    waiting = factories.MessageFactory(
        shop=shop, order=factories.OrderFactory(shop=shop, status="pending"), payload={"upload": one.pk}
    )
    assert press(desk, one, "cancel") == ["It is ended."]
    waiting.refresh_from_db()
    assert waiting.state == "discarded"
    assert press(desk, one, "cancel") == ["It has ended by itself."]


def doubtful(shop: Any, code: str = "link_doubtful") -> Order:
    order = factories.OrderFactory(shop=shop)
    params = {"documents": "“640” 100.00", "local": "1891.70 RUB", "ids": "document-1"}
    Flag.objects.create(order=order, code=code, params=params)
    return order


def test_doubtful_orders_are_listed_with_the_reason_and_two_ways_out(desk: Desk, shop: Any) -> None:
    order, gone = doubtful(shop), doubtful(shop, "link_in_bin")
    text = words_of(desk.get(page(upload(shop, state="done")), EN))
    assert order.number in text
    assert gone.number in text
    assert "neither the sum (1,891.70 RUB) nor the buyer agrees: “640” 100.00." in text
    assert text.count("It is “640” 100.00") == 1
    assert text.count("Create a new one") == 2


def test_a_person_has_a_new_document_made(desk: Desk, shop: Any) -> None:
    order, one = doubtful(shop), upload(shop, state="done")
    said = desk.said(desk.post(f"{LIST}{one.pk}/decide/", {"order": order.pk, "document": ""}, EN))
    assert said == [f"Order {order.number}: a new document is being made."]
    order.refresh_from_db()
    assert order.requested
    assert OutboxMessage.objects.get().object_key == order.object_key
    again = desk.said(desk.post(f"{LIST}{one.pk}/decide/", {"order": order.pk, "document": ""}, EN))
    assert again == ["This order was decided on already."]


def test_a_person_links_the_document(desk: Desk, shop: Any, box: Sandbox) -> None:
    order, one, moysklad = doubtful(shop), upload(shop, state="done"), box.moysklad
    agent = moysklad.add_counterparty(name="Покупатель")
    body = {"name": "640", "organization": moysklad.ref("organization", moysklad.organization)}
    document = moysklad.create("customerorder", body | {"agent": moysklad.ref("counterparty", agent["id"])})
    Flag.objects.update(params={"documents": "“640” 0.00", "ids": document["id"]})
    data = {"order": order.pk, "document": document["id"]}
    assert desk.said(desk.post(f"{LIST}{one.pk}/decide/", data, EN)) == [f"Order {order.number} is linked."]
    assert Order.objects.get(pk=order.pk).binding.document_name == "640"
    assert not Flag.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_document_nobody_offered_is_not_linked(desk: Desk, shop: Any) -> None:
    order, one = doubtful(shop), upload(shop, state="done")
    desk.post(f"{LIST}{one.pk}/decide/", {"order": order.pk, "document": "another"}, EN)
    assert not hasattr(Order.objects.get(pk=order.pk), "binding")
    assert Flag.objects.exists()


def test_who_may_only_look_has_no_buttons_and_decides_nothing(client: Any, shop: Any) -> None:
    from django.contrib.auth.models import Permission

    viewer = User.objects.create_user("viewer", password="a long password", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_upload"))
    client.force_login(viewer)
    order, one = doubtful(shop), upload(shop)
    html = client.get(page(one)).content.decode()
    assert f"/{one.pk}/pause/" not in html
    assert "/decide/" not in html
    assert client.post(f"{LIST}{one.pk}/decide/", {"order": order.pk}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
