"""Returns in MoySklad whose order nobody knows: listed until a person has seen to them."""

from bridge.orders.after_sale import Return
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of

LIST = "/admin/bridge/return/"


def test_the_list_shows_those_without_an_order(desk: Desk, rows: Rows) -> None:
    lost, known = Return.objects.get(order=None), Return.objects.get(order=rows.sent)
    html = desk.get(LIST, "en")
    assert lost.page_url in html
    assert "₽795.85" in words_of(html)
    assert known.name not in html
    every = desk.get(LIST, "en", state="all")
    assert known.name in every
    assert f"/admin/bridge/order/{rows.sent.pk}/change/" in every


def test_a_return_that_was_removed_in_moysklad_asks_nobody(desk: Desk, rows: Rows) -> None:
    Return.objects.update(gone=True)
    assert Return.objects.get(order=None).name not in desk.get(LIST)


def test_seen_takes_it_off_the_list_and_off_the_number_beside_it(desk: Desk, rows: Rows) -> None:
    lost = Return.objects.get(order=None)
    assert "Returns without an order 1" in words_of(desk.get("/admin/", "en"))
    assert len(desk.press("return", lost.pk, "seen")) == 1
    lost.refresh_from_db()
    assert lost.settled
    assert lost.name not in desk.get(LIST)
    assert lost.name in desk.get(LIST, state="settled")
    assert "Returns without an order 1" not in words_of(desk.get("/admin/", "en"))


def test_several_are_seen_at_once(desk: Desk, rows: Rows) -> None:
    more = [Return.objects.get(order=None), factories.ReturnFactory(connection=rows.shop.account)]
    assert len(desk.do("return", "seen_many", more)) == 1
    assert not Return.objects.filter(order=None, settled=False).exists()
