"""A hundred thousand products and fifty thousand variations of one: made in seconds, paged quickly, kept small."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import pytest

from connectors.sandbox.control import running_sandbox
from tests.sandbox.conftest import ShopApi

SIMPLE, VARIATIONS = 100_000, 50_000
FIELDS = (
    "id,name,type,status,sku,manage_stock,stock_quantity,stock_status,regular_price,price,sklad_bridge_sale"
)


class Large:
    """The stand-in filled. Times are those its process was at work: the machine may have other things to do."""

    def __init__(self, box):
        self.api, self.pid = ShopApi(box), box.pid
        started = self.worked()
        self.parent = box.store.seed_products(simple=SIMPLE, variations=VARIATIONS)["parents"][0]
        self.seeding = self.worked() - started
        self.variations = f"/products/{self.parent}/variations"

    def worked(self):
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def page(self, number, path="/products", **params):
        query = {"per_page": 100, "page": number, "orderby": "id", "order": "asc", "_fields": FIELDS}
        answer = self.api.call("GET", path, **query, **params)
        assert answer.status_code == 200
        return answer

    def each(self, calls):
        """What the calls answered, and the seconds one of them took."""
        started = self.worked()
        answers = [call() for call in calls]
        return answers, (self.worked() - started) / len(answers)


@pytest.fixture(scope="module")
def large():
    with running_sandbox(items=5, limiter=False) as box:
        yield Large(box)


def test_a_large_catalogue_is_made_in_seconds_and_stays_small(large):
    status = dict(line.split(":", 1) for line in Path(f"/proc/{large.pid}/status").read_text().splitlines())
    assert large.seeding < 5
    assert int(status["VmRSS"].split()[0]) < 300 * 1024  # KiB


def test_pages_show_every_product_once_and_quickly(large):
    first = large.page(1, status="any")  # the list is built
    total = int(first.headers["X-WP-Total"])
    assert total == SIMPLE + 1 + 5  # the parent, and four simple products and a parent there were before
    numbers = [*range(2, 1000, 20), 1000]
    answers, seconds = large.each([partial(large.page, number, status="any") for number in numbers])
    assert seconds < 0.02
    skus = [row["sku"] for answer in answers for row in answer.json()]
    assert len(set(skus)) == len(skus) == 100 * len(numbers)
    assert len(large.page(1001).json()) == total - 100_000


def test_variations_of_one_product_are_paged_as_quickly(large):
    assert large.page(1, large.variations).headers["X-WP-Total"] == str(VARIATIONS)
    answers, seconds = large.each([partial(large.page, n, large.variations) for n in range(1, 501, 10)])
    assert seconds < 0.02
    skus = [row["sku"] for answer in answers for row in answer.json()]
    assert (len(set(skus)), skus[0]) == (5000, "BV-000001-1")


def test_writes_in_between_do_not_make_pages_slow(large):
    rows = large.page(1, large.variations).json()[:20]
    calls = []
    for row in rows:
        body = {"update": [{"id": row["id"], "stock_quantity": 3}]}
        calls.append(partial(large.api.call, "POST", f"{large.variations}/batch", body))
        calls += [partial(large.page, 2, large.variations), partial(large.page, 2)]
    answers, seconds = large.each(calls)
    assert seconds < 0.02
    assert [answer.json()["update"][0]["stock_quantity"] for answer in answers[::3]] == [3] * 20


def test_what_changed_is_found_without_looking_at_everything(large):
    time.sleep(1.1)  # dates have whole seconds, and the catalogue was changed just before
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 1))
    large.api.box.store.set_stock("B-050000", 3)
    since = {"modified_after": moment, "dates_are_gmt": "true"}
    answers, seconds = large.each([partial(large.page, 1, **since)] * 20)
    assert [row["sku"] for row in answers[0].json()] == ["B-050000"]
    assert seconds < 0.02


def test_sales_and_looks_by_sku_are_quick(large):
    store = large.api.box.store
    sell = partial(store.place_order, {"B-099999": 1, "BV-000001-49999": 2})
    look = partial(large.api.get, "/products", sku="B-099999,BV-000001-49999", _fields="sku,stock_quantity")
    answers, seconds = large.each([sell, look] * 4)
    assert {row["sku"]: row["stock_quantity"] for row in answers[-1]} == {"B-099999": 6, "BV-000001-49999": 2}
    assert seconds < 0.02
    assert len(store.stocks()) >= SIMPLE + VARIATIONS
