"""A reading in portions: it goes on where it stopped, misses nothing, and marks what is gone only at its end."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.sync import leased
from bridge.sync.goods import catalog_from_moysklad, catalog_from_site
from bridge.sync.models import Watermark
from connectors.errors import TransientError
from connectors.moysklad.assortment import Assortment

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_page_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leased, "BUDGET", -1.0)


def start(connection: Any, flow: str) -> int:
    later = timezone.now() + timedelta(hours=1)
    return int(Watermark.objects.create(connection=connection, flow=flow, next_due_at=later).pk)


def finish(pk: int, load: Any) -> int:
    """Jobs until the pass is complete; too many fail the test."""
    for jobs in range(1, 30):
        if not run(pk, load):
            return jobs
    raise AssertionError("the pass does not end")


def run(pk: int, load: Any) -> bool:
    """One job; True when it asks to be run again."""
    later = timezone.now() + timedelta(hours=1)
    Watermark.objects.filter(pk=pk).update(next_due_at=later)
    load(Watermark.objects.select_related("connection").get(pk=pk))
    return Watermark.objects.filter(pk=pk, next_due_at__lte=timezone.now()).exists()


class Site:
    """A site of 250 simple products and one of four variations on two pages; `fail_at` breaks that page once."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = [
            {"id": n, "type": "simple", "name": f"P{n}"} for n in range(1, 251)
        ]
        self.rows.insert(120, {"id": 1200, "type": "variable", "name": "V"})
        self.rows.sort(key=lambda row: row["id"])
        self.products = self.site = self
        self.asked: list[int] = []
        self.fail_at = 0

    def settings(self) -> dict[str, Any]:
        return {"currency": "RUB"}

    def weight_unit(self) -> str:
        return "kg"

    def count(self) -> int:
        return len(self.rows)

    def page(self, number: int, fields: str) -> tuple[list[dict[str, Any]], int]:
        self.asked.append(number)
        if number == self.fail_at:
            self.fail_at = 0
            raise TransientError("away", status=503)
        return self.rows[(number - 1) * 100 : number * 100], -(-len(self.rows) // 100)

    def variations_page(self, parent: int, number: int, fields: str) -> tuple[list[dict[str, Any]], int]:
        return [{"id": parent * 100 + number * 10 + n, "sku": f"V-{n}", "attributes": []} for n in (1, 2)], 2


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    made = Site()
    monkeypatch.setattr("bridge.connections.clients.woocommerce", lambda connection: made)
    return made


@pytest.mark.usefixtures("one_page_a_job")
def test_a_large_site_is_read_in_several_jobs(shop: Shop, site: Site) -> None:
    gone = Listing.objects.create(shop=shop, product_id="99999", name="gone", seen_at=timezone.now())
    pk = start(shop.site, "site_catalogue")
    jobs = 1
    while run(pk, catalog_from_site.load):
        jobs += 1
        assert jobs < 20
        if Watermark.objects.get(pk=pk).cursor["step"] == "goods":
            assert Listing.objects.get(pk=gone.pk).present, "marked before the pass was complete"
    assert jobs >= 4
    assert Watermark.objects.get(pk=pk).cursor == {}
    assert Listing.objects.filter(present=True).count() == 255
    assert not Listing.objects.get(pk=gone.pk).present


@pytest.mark.usefixtures("one_page_a_job")
def test_products_deleted_between_two_jobs_pull_none_out_of_sight(shop: Shop, site: Site) -> None:
    pk = start(shop.site, "site_catalogue")
    assert run(pk, catalog_from_site.load)
    del site.rows[:30]
    finish(pk, catalog_from_site.load)
    assert Listing.objects.filter(product_id="101", present=True).exists()
    assert Listing.objects.filter(present=True).count() == 255


@pytest.mark.usefixtures("one_page_a_job")
def test_an_error_goes_on_from_the_last_place_and_not_from_the_beginning(shop: Shop, site: Site) -> None:
    pk = start(shop.site, "site_catalogue")
    run(pk, catalog_from_site.load)
    run(pk, catalog_from_site.load)
    site.fail_at = 3
    with pytest.raises(TransientError):
        finish(pk, catalog_from_site.load)
    site.asked.clear()
    finish(pk, catalog_from_site.load)
    assert 1 not in site.asked
    assert Listing.objects.filter(present=True).count() == 255


def test_a_listing_made_by_an_order_during_the_pass_stays(shop: Shop, site: Site) -> None:
    def page(number: int, fields: str) -> tuple[list[dict[str, Any]], int]:
        Listing.objects.create(shop=shop, product_id="777777", name="new", seen_at=timezone.now())
        return [], 0

    site.page = page  # type: ignore[method-assign]
    run(start(shop.site, "site_catalogue"), catalog_from_site.load)
    assert Listing.objects.get(product_id="777777").present


def test_a_worker_that_was_too_slow_writes_no_place(shop: Shop, site: Site) -> None:
    pk = start(shop.site, "site_catalogue")
    mine = Watermark.objects.select_related("connection").get(pk=pk)
    Watermark.objects.filter(pk=pk).update(running_since=timezone.now(), cursor={"step": "links"})
    catalog_from_site.load(mine)
    assert Watermark.objects.get(pk=pk).cursor == {"step": "links"}


class Goods:
    """An account's goods with 2,500 products of one second, as a mass import leaves them."""

    def __init__(self) -> None:
        self.rows = [
            {
                "id": f"p{n:04}",
                "meta": {"type": "product"},
                "updated": "2026-07-10 11:02:19.377",
                "name": str(n),
            }
            for n in range(2500)
        ]
        self.rows += [
            {"id": f"q{n}", "meta": {"type": "product"}, "updated": "2026-07-10 11:05:00.000", "name": str(n)}
            for n in range(3)
        ]
        self.assortment = Assortment(self)  # type: ignore[arg-type]

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        rows = self.rows if path == "entity/product" else []
        since = str(params["filter"]).partition("updated>=")[2]
        rows = [row for row in rows if row["updated"][:19] >= since]
        at = int(params["offset"])
        return {"rows": rows[at : at + int(params["limit"])], "meta": {"size": len(rows)}}


@pytest.mark.usefixtures("one_page_a_job")
def test_a_large_account_is_read_in_several_jobs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    goods = Goods()
    monkeypatch.setattr("bridge.connections.clients.moysklad", lambda *args: goods)
    monkeypatch.setattr("bridge.sync.account.directory.refresh", mock.Mock())
    lost = Product.objects.create(
        connection=shop.account, external_id="lost", kind="product", name="x", seen_at=timezone.now()
    )
    pk = start(shop.account, "catalogue")
    assert finish(pk, catalog_from_moysklad.load) >= 4
    assert Product.objects.filter(present=True).count() == 2503
    assert not Product.objects.get(pk=lost.pk).present
