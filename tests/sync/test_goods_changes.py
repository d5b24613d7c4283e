"""Goods of MoySklad as they are taken in: only what changed is news, and only news causes work."""

from __future__ import annotations

import json
import tracemalloc
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from factories import EventFactory, LinkedListingFactory, ListingFactory, ShopFactory, WatermarkFactory

from bridge.catalog.models import BundlePart, Listing, Product, ProductBarcode
from bridge.connections.models import Shop
from bridge.mapping.moscow import from_wire, to_wire
from bridge.sync import leased
from bridge.sync.goods import catalog_from_moysklad, goods_changes
from bridge.sync.goods.store_products import News, lose, store
from bridge.sync.models import Watermark
from connectors.moysklad.assortment import Assortment

pytestmark = pytest.mark.django_db
NOON = "2026-11-20 12:00:00.000"


def meta(kind: str, id_: str) -> dict[str, Any]:
    return {"meta": {"href": f"https://api.test/entity/{kind}/{id_}", "type": kind}}


def card(id_: str, kind: str = "product", **fields: Any) -> dict[str, Any]:
    return {"id": id_, "name": id_, "updated": NOON, **meta(kind, id_), **fields}


@pytest.fixture
def shop() -> Shop:
    made: Shop = ShopFactory()
    return made


def take(shop: Shop, *rows: dict[str, Any]) -> News:
    return store(shop.account, rows, timezone.now())


def test_what_did_not_change_is_no_news_but_seen(shop: Shop) -> None:
    assert take(shop, card("p", article="A")).shown == {"p"}
    before = Product.objects.get().seen_at
    assert take(shop, card("p", article="A")) == News()
    assert Product.objects.get().seen_at > before


@pytest.mark.parametrize(
    ("change", "known_by", "counted"),
    [
        ({"salePrices": []}, False, False),
        ({"name": "other"}, False, False),
        ({"article": "B"}, True, False),
        ({"barcodes": [{"ean13": "4600000000001"}]}, True, False),
        ({"archived": True}, True, True),
        ({"productFolder": meta("productfolder", "f")}, False, True),
    ],
)
def test_news_say_whether_links_and_stock_are_concerned(
    shop: Shop, change: dict[str, Any], known_by: bool, counted: bool
) -> None:
    price = {"value": 100.0, "currency": meta("currency", "rub"), "priceType": {"id": "t"}}
    take(shop, card("p", article="A", salePrices=[price]))
    news = take(shop, card("p", **{"article": "A", "salePrices": [price], **change}))
    assert (news.shown, bool(news.known_by), bool(news.counted)) == ({"p"}, known_by, counted)


def test_keys_of_before_and_after_are_told(shop: Shop) -> None:
    take(shop, card("p", article="old", code="c", barcodes=[{"ean13": "1"}, {"ean13": "2"}]))
    news = take(shop, card("p", article="new", code="c", barcodes=[{"ean13": "2"}, {"ean13": "3"}]))
    assert news.keys == {"old", "new", "c", "1", "3"}
    assert set(ProductBarcode.objects.values_list("value", flat=True)) == {"2", "3"}
    assert lose(shop.account, ["p"]).keys == {"new", "c"}
    assert not Product.objects.get().present


def test_parts_of_a_bundle_are_replaced_when_they_change(shop: Shop) -> None:
    def bundle(quantity: float) -> dict[str, Any]:
        rows = [{"assortment": meta("product", "p"), "quantity": quantity}]
        return card("b", "bundle", components={"rows": rows})

    assert take(shop, bundle(2.0)).counted == {"b"}
    assert take(shop, bundle(2.0)).counted == set()
    assert take(shop, bundle(3.0)).counted == {"b"}
    assert BundlePart.objects.get().quantity == 3


def test_variants_lie_where_their_product_lies(shop: Shop) -> None:
    take(shop, card("p", productFolder=meta("productfolder", "f1")))
    take(shop, card("v", "variant", product=meta("product", "p")))
    assert Product.objects.get(external_id="v").folder_id == "f1"
    take(shop, card("p", productFolder=meta("productfolder", "f2")))
    assert Product.objects.get(external_id="v").folder_id == "f2"


class Account:
    """An account's lists over `cards`, in the order of `updated`; calls are counted."""

    def __init__(self, cards: list[dict[str, Any]]) -> None:
        self.cards = sorted(cards, key=lambda row: row["updated"])
        self.calls: list[str] = []
        self.assortment = Assortment(self)  # type: ignore[arg-type]

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        self.calls.append(path)
        kind = path.rpartition("/")[2]
        since = str(params.get("filter")).partition("updated>=")[2][:19]
        rows = [row for row in self.cards if row["meta"]["type"] == kind and row["updated"][:19] >= since]
        at = int(params["offset"])
        return {"rows": rows[at : at + int(params["limit"])], "meta": {"size": len(rows)}}

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        self.calls.append(path)
        kind, wanted = path.rpartition("/")[2], str(params.get("filter"))
        return [row for row in self.cards if row["meta"]["type"] == kind and f"id={row['id']}" in wanted]


@pytest.fixture
def flow(shop: Shop) -> Watermark:
    later = timezone.now() + timedelta(hours=1)
    made: Watermark = WatermarkFactory(connection=shop.account, flow="goods_changes", next_due_at=later)
    return made


def run(monkeypatch: pytest.MonkeyPatch, flow: Watermark, account: Account) -> None:
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: account)
    goods_changes.changes(flow)
    flow.save(update_fields=["position"])


def test_before_the_first_full_reading_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, flow: Watermark
) -> None:
    account = Account([card("p")])
    run(monkeypatch, flow, account)
    assert account.calls == []


def test_a_look_takes_three_calls_and_moves_to_the_newest_change(
    monkeypatch: pytest.MonkeyPatch, flow: Watermark
) -> None:
    flow.position = from_wire("2026-11-20 11:30:00")
    account = Account([card("p"), card("old", updated="2026-11-20 11:00:00.000")])
    run(monkeypatch, flow, account)
    assert len(account.calls) == 3
    assert set(Product.objects.values_list("external_id", flat=True)) == {"p"}
    assert flow.position == from_wire(NOON)
    run(monkeypatch, flow, Account([]))
    assert flow.position == from_wire(NOON)


def test_a_mass_change_is_read_in_portions_and_none_of_it_twice_over(
    monkeypatch: pytest.MonkeyPatch, flow: Watermark
) -> None:
    monkeypatch.setattr(leased, "BUDGET", -1.0)
    flow.position = from_wire("2026-11-20 11:30:00")
    account = Account([card(f"p{n:04}") for n in range(2500)])
    for _portion in range(20):
        run(monkeypatch, flow, account)
        flow.refresh_from_db()
        if flow.cursor == {}:
            break
    assert flow.cursor == {}
    assert Product.objects.count() == 2500
    assert flow.position > from_wire(NOON)
    account.calls.clear()
    run(monkeypatch, flow, account)
    assert len(account.calls) == 3


def test_what_a_hint_called_deleted_is_asked_for_and_believed_only_then(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, flow: Watermark
) -> None:
    take(shop, card("kept"), card("gone"))
    rows = [{"action": "DELETE", **meta("product", one)} for one in ("kept", "gone", "never-known")]
    goods_changes.hinted(EventFactory(connection=shop.account, body=json.dumps({"events": rows})))
    flow.refresh_from_db()
    assert flow.next_due_at <= timezone.now()
    flow.position = timezone.now()
    run(monkeypatch, flow, Account([card("kept")]))
    present = dict(Product.objects.values_list("external_id", "present"))
    assert present == {"kept": True, "gone": False}


def test_a_page_read_before_a_hint_does_not_answer_it(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, flow: Watermark
) -> None:
    """Neither one on which the item has changed nor one on which it is as it was."""
    take(shop, card("same"), card("changed"))
    rows = [{"action": "DELETE", **meta("product", one)} for one in ("same", "changed")]
    goods_changes.hinted(EventFactory(connection=shop.account, body=json.dumps({"events": rows})))
    take(shop, card("same"), card("changed", name="other"))
    flow.position = timezone.now()
    run(monkeypatch, flow, Account([]))
    assert set(Product.objects.values_list("present", flat=True)) == {False}


LATER = "2026-11-20 12:00:00.001"


def price(kopecks: float) -> dict[str, Any]:
    return {"value": kopecks, "currency": meta("currency", "rub"), "priceType": {"id": "t"}}


def test_a_page_read_earlier_does_not_bring_back_what_was_before(shop: Shop) -> None:
    """The nightly reading takes its time over a page, while changes are read beside it."""
    before = card("p", article="old", salePrices=[price(100.0)], productFolder=meta("productfolder", "f1"))
    after = card("p", article="new", salePrices=[price(200.0)], productFolder=meta("productfolder", "f2"))
    take(shop, before, card("other"))
    take(shop, {**after, "updated": LATER})
    take(shop, card("v", "variant", product=meta("product", "p")))
    assert take(shop, before, card("other", name="new name")).shown == {"other"}
    row = Product.objects.get(external_id="p")
    assert (row.article, row.folder_id, row.facts["prices"]) == ("new", "f2", {"t": [200, "rub"]})
    assert Product.objects.get(external_id="v").folder_id == "f2"
    assert take(shop, {**before, "updated": "2026-11-20 12:00:00.002"}).known_by == {"p"}
    assert Product.objects.get(external_id="p").article == "old"


def test_parts_of_a_bundle_read_earlier_are_not_taken(shop: Shop) -> None:
    def bundle(quantity: float, updated: str) -> dict[str, Any]:
        rows = [{"assortment": meta("product", "p"), "quantity": quantity}]
        return card("b", "bundle", components={"rows": rows}, name=updated, updated=updated)

    take(shop, bundle(3.0, LATER))
    assert take(shop, bundle(2.0, NOON)) == News()
    assert BundlePart.objects.get().quantity == 3


def test_a_price_changed_while_the_nightly_page_was_on_its_way(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, flow: Watermark
) -> None:
    monkeypatch.setattr("bridge.sync.account.directory.refresh", mock.Mock())
    stale = Account([card("p", salePrices=[price(100.0)])])
    take(shop, *stale.cards)
    pages = Assortment.pages

    def on_its_way(assortment: Any, kind: str, start: Any = None, **more: Any) -> Any:
        for page in pages(assortment, kind, start, **more):
            if kind == "product" and assortment is stale.assortment:
                flow.position = from_wire("2026-11-20 11:30:00")
                run(monkeypatch, flow, Account([card("p", salePrices=[price(200.0)], updated=LATER)]))
                monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: stale)
            yield page

    monkeypatch.setattr(Assortment, "pages", on_its_way)
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: stale)
    catalog_from_moysklad.load(WatermarkFactory(connection=shop.account, flow="catalogue"))
    assert Product.objects.get().facts["prices"] == {"t": [200, "rub"]}


def test_a_changed_price_causes_work_for_its_own_listings_only(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, flow: Watermark
) -> None:
    Shop.objects.update(owned_fields=["name"])
    take(shop, *(card(f"p{n}", article=f"A{n}") for n in range(60)))
    for product in Product.objects.all():
        LinkedListingFactory(
            shop=shop, link=product, site_fields={"name": product.name}, product_id=product.external_id
        )
    flow.position = from_wire("2026-11-20 11:30:00")
    with CaptureQueriesContext(connection) as queries:
        run(monkeypatch, flow, Account([card("p7", article="A7", name="Новое имя")]))
    assert list(Listing.objects.filter(fields_differ=True).values_list("product_id", flat=True)) == ["p7"]
    assert len(queries) < 60, len(queries)


def test_what_comes_back_from_the_archive_is_counted_at_once(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, flow: Watermark
) -> None:
    take(shop, card("p", archived=True), card("new", archived=True))
    night = timezone.now() + timedelta(hours=9)
    whole = WatermarkFactory(connection=shop.account, flow="stock_full", next_due_at=night)
    for archived, is_soon in ((True, False), (False, True)):
        flow.position = from_wire("2026-11-20 11:30:00")
        run(monkeypatch, flow, Account([card("p", archived=archived, name=f"p {archived}"), card("other")]))
        whole.refresh_from_db()
        assert (whole.next_due_at < night) is is_soon


def test_a_renamed_article_links_what_it_now_names(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, flow: Watermark
) -> None:
    take(shop, card("p", article="old"))
    row = ListingFactory(shop=shop, sku="new")
    flow.position = from_wire("2026-11-20 11:30:00")
    run(monkeypatch, flow, Account([card("p", article="new")]))
    row.refresh_from_db()
    assert row.binding.product.external_id == "p"


def test_a_full_reading_shows_how_far_it_is_and_lets_changes_begin(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, flow: Watermark
) -> None:
    monkeypatch.setattr(leased, "BUDGET", -1.0)
    monkeypatch.setattr("bridge.sync.account.directory.refresh", mock.Mock())
    account = Account([card(f"p{n:04}") for n in range(1500)])
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: account)
    later = timezone.now() + timedelta(hours=1)
    full = WatermarkFactory(connection=shop.account, flow="catalogue", next_due_at=later)
    shown = []
    for _portion in range(20):
        catalog_from_moysklad.load(full)
        full.refresh_from_db()
        shown.append((full.done, full.total))
        if not full.cursor:
            break
    assert shown[0] == (1000, 1500)
    assert shown == sorted(shown)
    flow.refresh_from_db()
    assert flow.position is not None
    assert to_wire(flow.position) >= to_wire(timezone.now() - timedelta(minutes=5))


def test_memory_stays_flat_however_many_pages_there_are(shop: Shop) -> None:
    def peak(pages: int) -> int:
        tracemalloc.start()
        for page in range(pages):
            take(shop, *(card(f"{pages}-{page}-{n}", article=f"A{page}-{n}") for n in range(200)))
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    take(shop, card("warm"))
    few, many = (min(peak(pages) for _time in range(3)) for pages in (3, 15))
    assert many < few * 1.5, (few, many)
