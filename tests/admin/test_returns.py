"""Returns in MoySklad whose order nobody knows: listed until a person has seen to them."""

from bridge.orders.after_sale import Return
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
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


def test_settled_takes_it_off_the_list_and_off_the_number_beside_it(desk: Desk, rows: Rows) -> None:
    lost = Return.objects.get(order=None)
    assert "Returns without an order 1" in words_of(desk.get("/admin/", "en"))
    assert len(desk.press("return", lost.pk, "settle")) == 1
    lost.refresh_from_db()
    assert lost.settled
    assert lost.name not in desk.get(LIST)
    assert lost.name in desk.get(LIST, state="settled")
    assert "Returns without an order 1" not in words_of(desk.get("/admin/", "en"))


def test_several_are_settled_at_once(desk: Desk, rows: Rows) -> None:
    more = [Return.objects.get(order=None), factories.ReturnFactory(connection=rows.shop.account)]
    assert len(desk.do("return", "settle_many", more)) == 1
    assert not Return.objects.filter(order=None, settled=False).exists()


def test_a_return_of_an_order_that_is_settled_lets_its_question_go(desk: Desk, rows: Rows) -> None:
    known = Return.objects.get(order=rows.sent)
    question = factories.ParkedFactory(
        order=rows.sent, kind=kinds.RETURN, problem="return_line_unknown", problem_params={}
    )
    known.content = {"lines": [{"item": "x", "quantity": 1, "sum": 1}]}
    known.save()
    assert f"/admin/bridge/return/{known.pk}/settle/" in desk.get(
        f"/admin/bridge/order/{rows.sent.pk}/change/"
    )
    assert len(desk.press("return", known.pk, "settle")) == 1
    known.refresh_from_db()
    question.refresh_from_db()
    assert known.settled
    assert question.state == OutboxMessage.State.WAITING  # delivered, it finds nothing to do


def test_a_changed_return_is_followed_only_when_a_person_says_so(desk: Desk, rows: Rows) -> None:
    known = Return.objects.get(order=rows.sent)
    known.content, known.done = {"lines": [{"item": "x"}]}, {"lines": [{"item": "y"}]}
    known.save()
    factories.ParkedFactory(
        order=rows.sent,
        kind=kinds.RETURN,
        problem="return_changed",
        problem_params={"document": known.name},
    )
    text = words_of(desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/", "en"))
    assert "Make the refund anew" in text
    known.gone = True
    known.save()
    assert "Delete the refund" in words_of(desk.get(f"/admin/bridge/order/{rows.sent.pk}/change/", "en"))
    assert len(desk.press("return", known.pk, "follow")) == 1
    message = OutboxMessage.objects.get(object_key=rows.sent.object_key, kind=kinds.RETURN)
    known.refresh_from_db()
    assert message.state == OutboxMessage.State.WAITING
    assert known.agreed == {"content": known.content, "gone": True}
