"""Orders on the desk: where each stands, finding one, its page, and what a person decides about it."""

import pytest
from django.utils import timezone

from bridge.dashboard.orders.timeline import timeline
from bridge.domain import refunds
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of

LIST = "/admin/bridge/order/"
STANDINGS = ("needs_you", "waiting", "sent", "not_sent", "left")


def listed(desk: Desk, **params: str) -> set[str]:
    """Numbers of the orders a list shows."""
    html = desk.get(LIST, **params)
    return {
        order.number for order in Order.objects.all() if f"/admin/bridge/order/{order.pk}/change/" in html
    }


def test_each_order_stands_in_exactly_one_state(desk: Desk) -> None:
    shop = factories.ShopFactory()
    numbers = {}
    for state in ("waiting", "in_flight", "parked", "dead"):
        order = factories.OrderFactory(shop=shop)
        factories.MessageFactory(order=order, state=state)
        numbers[order.number] = "needs_you" if state in ("parked", "dead") else "waiting"
    sent = factories.BindingFactory(order=factories.OrderFactory(shop=shop)).order
    resent = factories.BindingFactory(order=factories.OrderFactory(shop=shop)).order
    factories.MessageFactory(order=resent)
    left = factories.BindingFactory(order=factories.OrderFactory(shop=shop), gone="left").order
    never = factories.OrderFactory(shop=shop)
    finished = factories.OrderFactory(shop=shop)
    factories.MessageFactory(order=finished, state="done", done_at=timezone.now())
    numbers |= {sent.number: "sent", resent.number: "waiting", left.number: "left"}
    numbers |= {never.number: "not_sent", finished.number: "not_sent"}
    for standing in STANDINGS:
        expected = {number for number, code in numbers.items() if code == standing}
        assert listed(desk, standing=standing) == expected, standing


def test_the_list_says_it_in_words_with_money_and_a_link_to_the_document(desk: Desk, rows: Rows) -> None:
    html = desk.get(LIST)
    text = words_of(html)
    assert "1 891,70 ₽" in text
    assert "в обработке" in text
    assert {"в МойСклад", "ждёт вас"} <= {word for word in ("в МойСклад", "ждёт вас") if word in text}
    assert rows.sent.binding.page_url.replace("&", "&amp;") in html
    assert "₽1,891.70" in words_of(desk.get(LIST, "en"))


@pytest.mark.parametrize("what", ["number", "email", "phone", "document"])
def test_an_order_is_found_by(desk: Desk, what: str) -> None:
    shop = factories.ShopFactory()
    other = factories.BindingFactory(order=factories.OrderFactory(shop=shop), document_name="A-1").order
    seen = factories.canonical_order(
        "777", customer=factories.canonical.Customer(email="olga@example.test", phone="+79215550000")
    )
    order = factories.OrderFactory(shop=shop, source_id="777", seen=seen)
    factories.BindingFactory(order=order, document_name="B-2")
    terms = {"number": "777", "email": "olga@", "phone": "9215550000", "document": "B-2"}
    assert listed(desk, q=terms[what]) == {order.number} != {other.number}


def test_a_document_link_that_is_no_web_address_is_not_a_link(desk: Desk, rows: Rows) -> None:
    rows.sent.binding.page_url = "javascript:alert(1)"
    rows.sent.binding.save()
    assert "javascript:alert" not in desk.get(f"{LIST}{rows.sent.pk}/change/")


def test_the_page_shows_lines_buyer_and_the_journey(desk: Desk, rows: Rows) -> None:
    text = words_of(desk.get(f"{LIST}{rows.sent.pk}/change/"))
    for part in (
        "Иванова Мария",
        "101000, Москва, ул. Лесная, 5",
        "Кружка",
        "1 591,70 ₽",
        "Курьер",
        "300,00 ₽",
    ):
        assert part in text, part
    for step in ("Заказ изменился на сайте", "Заказ → МойСклад: не получилось", "503 Сервис недоступен"):
        assert step in text, step


def test_the_journey_of_one_order_holds_nothing_of_another(desk: Desk, rows: Rows) -> None:
    journey = timeline(factories.OrderFactory(shop=rows.shop))
    assert [step.icon for step in journey.steps] == ["shopping_cart"]  # it was placed, no more


def test_what_stands_in_the_way_is_said_with_the_remedy_and_the_buttons(desk: Desk, rows: Rows) -> None:
    order = Order.objects.get(pk=int(rows.parked.object_key.removeprefix("order:")))
    html = desk.get(f"{LIST}{order.pk}/change/")
    assert "Не связаны с товарами в МойСклад: Кружка (MUG-0001)." in html
    assert "Свяжите эти товары" in html
    assert f"/admin/bridge/outboxmessage/{rows.parked.pk}/retry/" in html


def test_both_versions_of_changed_goods_are_shown(desk: Desk, rows: Rows) -> None:
    item = factories.ProductFactory(connection=rows.shop.account, name="Чайник синий")
    binding = rows.sent.binding
    position = {"item": item.external_id, "quantity": 3.0, "price": 50000.0, "discount": 0, "vat": 0}
    binding.written = {"positions": [position]}
    binding.save()
    factories.ParkedFactory(
        order=rows.sent, problem="positions_changed_on_both_sides", problem_params={"document": "1"}
    )
    text = words_of(desk.get(f"{LIST}{rows.sent.pk}/change/"))
    assert "Чайник синий Количество 3 Цена 500,00 ₽" in text


def test_send_again(desk: Desk, rows: Rows) -> None:
    assert desk.press("order", rows.sent.pk, "send-again") == ["Заказ поставлен в очередь на отправку."]
    message = OutboxMessage.objects.get(object_key=rows.sent.object_key, state="waiting")
    assert (message.kind, message.connection) == (kinds.ORDER, rows.shop.account)


def test_send_many_again_leaves_out_those_whose_status_is_not_sent(desk: Desk, rows: Rows) -> None:
    draft = factories.OrderFactory(shop=rows.shop, status="pending")
    said = desk.do("order", "send_again_many", [rows.sent, draft])
    assert said == ["Поставлено в очередь: 1. Не отправляется в нынешнем статусе: 1."]
    assert not OutboxMessage.objects.filter(object_key=draft.object_key).exists()


@pytest.mark.parametrize(
    ("path", "gone", "kind"),
    [("create-again", "", kinds.ORDER), ("leave", "left", None), ("cancel", "left", kinds.STATUS)],
)
def test_a_removed_document_is_decided_upon(
    desk: Desk, rows: Rows, path: str, gone: str, kind: str | None
) -> None:
    order = Order.objects.get(binding__gone="deleted")
    assert len(desk.press("order", order.pk, path)) == 1
    order.binding.refresh_from_db()
    assert order.binding.gone == gone
    waiting = OutboxMessage.objects.filter(object_key=order.object_key, state="waiting")
    assert [message.kind for message in waiting] == ([kind] if kind else [])
    assert not OutboxMessage.objects.filter(object_key=order.object_key, state="parked").exists()


def test_the_choices_are_offered_only_where_the_document_is_removed(desk: Desk, rows: Rows) -> None:
    gone = Order.objects.get(binding__gone="deleted")
    assert "Создать заново" in desk.get(f"{LIST}{gone.pk}/change/")
    assert "Создать заново" not in desk.get(f"{LIST}{rows.sent.pk}/change/")
    said = desk.press("order", rows.sent.pk, "create-again")
    assert said == ["Документ снова на месте."]
    assert rows.sent.binding.generation == 0


def test_flagged_orders_are_found_beside_where_they_stand(desk: Desk, rows: Rows) -> None:
    other = factories.BindingFactory(order=factories.OrderFactory(shop=rows.shop)).order
    assert listed(desk, standing="differs") == {rows.sent.number}
    assert {rows.sent.number, other.number} <= listed(desk, standing="sent")
    assert words_of(desk.get(LIST, "en", standing="sent")).count("has remarks") == 2  # one order, one choice


def test_a_flag_is_said_with_both_figures_and_what_to_do(desk: Desk, rows: Rows) -> None:
    text = words_of(desk.get(f"{LIST}{rows.sent.pk}/change/", "en"))
    assert "MoySklad counts 1,900.00, the order on the site is 1,891.70." in text
    assert "compare the document" in text


def test_further_documents_refunds_and_returns_are_on_the_page(desk: Desk, rows: Rows) -> None:
    html = desk.get(f"{LIST}{rows.sent.pk}/change/", "en")
    text = words_of(html)
    payment, back = rows.sent.documents.get(), rows.sent.returns.get()
    for row in (payment, back):
        assert row.name in text
        assert row.page_url in html
    assert "Incoming payment" in text
    assert "Кружка × 1" in text
    assert "₽795.85" in text
    assert "not worked on yet" in text
    assert "not on the site" in text


def became(desk: Desk, order: Order) -> str:
    """What the page says of the order's only refund."""
    text = words_of(desk.get(f"{LIST}{order.pk}/change/", "en"))
    return text.partition("Refunds on the site")[2].partition("Buyer and delivery")[0]


def test_what_became_of_a_refund_is_said(desk: Desk) -> None:
    order = factories.OrderFactory()
    refund = factories.RefundFactory(order=order, plan={"positions": [{}], "return": []})
    assert "the goods left the document" in became(desk, order)
    refund.plan = {"positions": [], "return": [{}]}
    refund.save()
    assert "on its way" in became(desk, order)
    factories.RelatedDocumentFactory(
        order=order, kind="salesreturn", source_key=f"refund:{refund.source_id}:shipment", name="В-77"
    )
    money = factories.RelatedDocumentFactory(
        order=order, kind="paymentout", source_key=f"money:{refund.source_id}", external_id="", name=""
    )
    assert "on its way" in became(desk, order)
    money.external_id, money.name = "id", "П-5"
    money.save()
    said = became(desk, order).partition("Further documents")[0]
    assert "on its way" not in said
    assert "В-77" in said
    assert "П-5" in said
    refund.deleted_at = timezone.now()
    refund.save()
    assert "deleted on the site" in became(desk, order)


def test_a_refund_made_from_a_return_names_it(desk: Desk) -> None:
    order = factories.OrderFactory()
    ours = refunds.Refund("7009", 79585, factories.PLACED, origin="return")
    refund = factories.RefundFactory(order=order, source_id="7009", seen=ours)
    factories.ReturnFactory(connection=order.shop.account, order=order, refund=refund, name="В-9")
    text = words_of(desk.get(f"{LIST}{order.pk}/change/", "en"))
    assert "made from a return В-9" in text
    assert f"refund № {refund.source_id}" in text


def test_a_parked_refund_has_its_buttons_on_the_orders_page(desk: Desk, rows: Rows) -> None:
    message = factories.ParkedFactory(order=rows.sent, kind=kinds.REFUND)
    html = desk.get(f"{LIST}{rows.sent.pk}/change/", "en")
    assert "Refund → MoySklad" in words_of(html)
    assert f"/admin/bridge/outboxmessage/{message.pk}/retry/" in html
    assert desk.press("outboxmessage", message.pk, "discard", reason="Возврат оформлен руками")
    message.refresh_from_db()
    assert message.state == OutboxMessage.State.DISCARDED


def test_a_refund_entered_by_hand_is_settled(desk: Desk, rows: Rows) -> None:
    refund = rows.sent.refunds.get()
    other = factories.RefundFactory(order=rows.sent)
    question = factories.ParkedFactory(
        order=rows.sent,
        kind=kinds.REFUND,
        problem="refund_amount_only",
        problem_params={"refund": refund.source_id, "amount": "795.85", "currency": "RUB"},
    )
    html = desk.get(f"{LIST}{rows.sent.pk}/change/", "en")
    assert f"Refund № {refund.source_id} is settled" in words_of(html)
    assert f"/admin/bridge/refund/{refund.pk}/settle/" in html
    assert f"/admin/bridge/refund/{other.pk}/settle/" not in html
    assert len(desk.press("refund", refund.pk, "settle")) == 1
    refund.refresh_from_db()
    question.refresh_from_db()
    assert refund.plan == {"by_hand": True}
    assert question.state == OutboxMessage.State.WAITING
    assert "settled by hand" in words_of(desk.get(f"{LIST}{rows.sent.pk}/change/", "en"))


def test_a_refund_that_is_through_or_has_no_document_yet_is_not_settled(desk: Desk, rows: Rows) -> None:
    through = factories.RefundFactory(order=rows.sent, plan={"positions": [], "return": []})
    early = factories.RefundFactory(order=factories.OrderFactory(shop=rows.shop))
    for refund in (through, early):
        before = refund.plan
        desk.press("refund", refund.pk, "settle")
        refund.refresh_from_db()
        assert refund.plan == before


def test_a_document_the_bridge_put_into_the_bin_may_be_made_again(desk: Desk) -> None:
    order = factories.BindingFactory(gone="ours").order
    assert listed(desk, standing="left") == {order.number}
    assert "/create-again/" in desk.get(f"{LIST}{order.pk}/change/")
