"""Comparisons and differences on the desk: started, watched, ended; repaired one by one or many, or accepted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from bridge.dashboard.comparing import drift_words
from bridge.problems.drifts import DRIFTS
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile.repairs import REPAIRS
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of

RUNS, DRIFTS_PAGE = "/admin/bridge/reconciliation/", "/admin/bridge/drift/"


@pytest.fixture
def shop(db: None) -> Any:
    return factories.ShopFactory()


def run(shop: Any, **fields: Any) -> Reconciliation:
    return Reconciliation.objects.create(shop=shop, **({"total": 40, "done": 10} | fields))


def drift(shop: Any, code: str = "drift_order_not_sent", **fields: Any) -> Drift:
    values = {"subject": "order", "title": "640", "here": "585.00 RUB", "repair": "send"} | fields
    return Drift.objects.create(reconciliation=run(shop, state="done"), shop=shop, code=code, **values)


def every_difference(shop: Any) -> None:
    order, listing = factories.OrderFactory(shop=shop), factories.ListingFactory(shop=shop)
    for number, code in enumerate(DRIFTS):
        of = {"order": order} if number % 2 else {"listing": listing}
        drift(shop, code, params={"reason": "unlinked_lines", "figures": {"lines": "Кружка"}}, **of)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_their_pages_open(desk: Desk, shop: Any, language: str) -> None:
    for state in Reconciliation.State.values:
        for chosen in (
            {},
            {"repair": True},
            {"order": 1},
            {"listing": 1},
            {"since": "2026-01-31T00:00:00+00:00"},
        ):
            desk.get(f"{RUNS}{run(shop, state=state, chosen=chosen).pk}/change/", language)
    every_difference(shop)
    for page in (
        RUNS,
        f"{RUNS}add/",
        DRIFTS_PAGE,
        f"{DRIFTS_PAGE}?state=all&code=drift_order_stuck&subject=order",
    ):
        desk.get(page, language)
    for row in Drift.objects.all():
        html = desk.get(f"{DRIFTS_PAGE}{row.pk}/change/", language)
        assert "%(" not in html, row.code


def test_each_difference_and_repair_has_its_words() -> None:
    assert set(drift_words.CAUSES) == {code for code in DRIFTS if code.startswith("drift_")}
    assert set(drift_words.REPAIRS) == set(REPAIRS)


def test_a_reason_stands_inside_the_sentence(desk: Desk, shop: Any) -> None:
    drift(shop, "drift_order_stuck", params={"reason": "unlinked_lines", "figures": {"lines": "Кружка"}})
    assert "could not be sent: Not linked to goods in MoySklad: Кружка." in words_of(
        desk.get(DRIFTS_PAGE, "en")
    )


@pytest.mark.parametrize(
    ("language", "total", "document", "price"),
    [
        ("ru", "1 891,70 ₽", "«00012» 1 900,00", "1 290,00"),
        ("en", "₽1,891.70", "“00012” 1,900.00", "1,290.00"),
    ],
)
def test_money_of_both_sides_is_written_in_the_readers_way(
    desk: Desk, shop: Any, language: str, total: str, document: str, price: str
) -> None:
    order = factories.OrderFactory(shop=shop)
    row = drift(shop, "drift_document_unlinked", order=order, here="1891.70 RUB", there="“00012” 1900.00")
    field = {"subject": "price", "params": {"field": "price"}, "here": "1290.00", "there": "1.50"}
    name = field | {"params": {"field": "name"}, "here": "7.50"}
    drift(shop, "drift_field_changed_here", **field)
    drift(shop, "drift_field_changed_here", **name)
    pages = [DRIFTS_PAGE, f"{DRIFTS_PAGE}{row.pk}/change/", f"/admin/bridge/order/{order.pk}/change/"]
    for page in pages:
        words = words_of(desk.get(page, language))
        assert total in words, page
        assert document in words, page
        assert "1891.70 RUB" not in words, page
    words = words_of(desk.get(DRIFTS_PAGE, language))
    assert price in words
    assert "7.50" in words


def test_a_comparison_is_started_from_the_form_and_only_one_at_a_time(desk: Desk, shop: Any) -> None:
    answer = desk.post(f"{RUNS}add/", {"shop": shop.pk, "since": "2026-01-31"}, "en")
    assert desk.said(answer) == ["The comparison is started."]
    begun = Reconciliation.objects.get()
    assert (begun.state, begun.chosen["since"][:10]) == ("running", "2026-01-30")  # midnight here, in UTC
    again = desk.post(f"{RUNS}add/", {"shop": shop.pk, "since": ""}, "en")
    assert "is being compared already" in again.content.decode()
    assert Reconciliation.objects.count() == 1


def test_a_day_to_come_is_refused(desk: Desk, shop: Any) -> None:
    answer = desk.post(f"{RUNS}add/", {"shop": shop.pk, "since": "2999-01-01"}, "en")
    assert "still to come" in answer.content.decode()
    assert not Reconciliation.objects.exists()


def test_a_comparison_is_paused_goes_on_and_is_ended(desk: Desk, shop: Any) -> None:
    begun = run(shop)
    for button, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert desk.press("reconciliation", begun.pk, button)
        begun.refresh_from_db()
        assert begun.state == state
    assert begun.finished_at is not None


def test_one_difference_is_repaired(desk: Desk, shop: Any) -> None:
    row = drift(shop)
    assert desk.press("drift", row.pk, "repair")
    row.refresh_from_db()
    assert (row.state, row.reconciliation.chosen) == ("repairing", {"repair": True})


def test_what_only_people_can_repair_says_what_to_do(desk: Desk, shop: Any) -> None:
    row = drift(shop, "drift_order_doubled", repair="")
    html = desk.get(f"{DRIFTS_PAGE}{row.pk}/change/", "en")
    assert f"/drift/{row.pk}/repair/" not in html
    assert "remove the one that is too much" in words_of(html)


def test_many_are_repaired_after_a_question_with_the_calls_it_takes(desk: Desk, shop: Any) -> None:
    rows = [drift(shop, title=str(number)) for number in range(3)]
    rows.append(drift(shop, "drift_sum_changed_there", repair="site_goods"))
    rows.append(drift(shop, "drift_order_doubled", repair=""))
    data = {"action": "repair_many", "_selected_action": [row.pk for row in rows], "index": "0"}
    asked = words_of(desk.post(DRIFTS_PAGE, data, "en").content.decode())
    assert "Differences to repair: 4. Not to be repaired from here: 1." in asked
    assert (
        "About 0 calls to the site and 2 to MoySklad. For 1 of them one side gets the other's value" in asked
    )
    assert not Reconciliation.objects.filter(state="running").exists()
    said = desk.said(desk.post(DRIFTS_PAGE, {**data, "confirmed": "1"}, "en"))
    assert said == ["Repairs asked for: 4."]
    repair = Reconciliation.objects.get(state="running")
    assert (repair.total, repair.drifts.filter(state="repairing").count()) == (4, 4)


def test_ending_a_repair_opens_what_was_not_asked_for_again(desk: Desk, shop: Any) -> None:
    row = drift(shop)
    desk.press("drift", row.pk, "repair")
    row.refresh_from_db()
    desk.press("reconciliation", row.reconciliation_id, "cancel")
    row.refresh_from_db()
    assert row.state == "open"


def test_accepted_differences_are_no_longer_listed(desk: Desk, shop: Any) -> None:
    one, other = drift(shop, title="Заказ-А"), drift(shop, title="Заказ-Б")
    assert desk.press("drift", one.pk, "accept")
    assert (
        desk.do(
            "drift",
            "accept_many",
            [one, other],
        )
        != []
    )
    assert set(Drift.objects.values_list("state", flat=True)) == {"accepted"}
    assert "Заказ-А" not in desk.get(DRIFTS_PAGE)
    assert "Заказ-А" in desk.get(DRIFTS_PAGE, state="accepted")


def test_the_pages_of_an_order_and_an_item_lead_to_their_comparison(desk: Desk, shop: Any) -> None:
    order, listing = factories.OrderFactory(shop=shop), factories.LinkedListingFactory(shop=shop)
    for model, row in (("order", order), ("listing", listing)):
        url = f"/admin/bridge/{model}/{row.pk}/"
        assert f"{url}compare/" in desk.get(f"{url}change/")
        answer = desk.post(f"{url}compare/", {"_form_submitted": "1"})
        begun = Reconciliation.objects.get(chosen={model: row.pk})
        assert answer.url == f"{RUNS}{begun.pk}/change/"


def test_who_may_only_look_can_neither_repair_nor_start(desk: Desk, shop: Any) -> None:
    row = drift(shop)
    viewer = User.objects.create_user("viewer", password="a long password", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    desk.client.force_login(viewer)
    assert "640" in desk.get(DRIFTS_PAGE)
    assert desk.client.get(f"{RUNS}add/").status_code == 403
    assert desk.client.post(f"{DRIFTS_PAGE}{row.pk}/repair/", {"_form_submitted": "1"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "open"


def test_without_differences_the_page_says_so_and_offers_to_compare(desk: Desk, shop: Any) -> None:
    assert "not compared as a whole yet" in desk.get(DRIFTS_PAGE, "en")
    run(shop, state="done", finished_at=timezone.now())
    html = desk.get(DRIFTS_PAGE, "en")
    assert "Both sides say the same." in html
    assert "Last compared as a whole" in html
    assert f'href="{RUNS}add/"' in html
    assert "Create a new item" not in html


def test_repair_is_a_button_on_the_page_of_a_difference(desk: Desk, shop: Any) -> None:
    row = drift(shop, order=factories.OrderFactory(shop=shop))
    html = desk.get(f"{DRIFTS_PAGE}{row.pk}/change/", "en")
    assert re.search(r'class="desk-button desk-button-main" href="[^"]*/repair/?"[^>]*>Repair<', html)
