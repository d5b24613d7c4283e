"""A site read in portions, however they are cut: each item once, though goods come and go between two portions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.sync import site_reading

SIZE = 3
ALL = site_reading.asked(descriptions=True)
# Of each product how many variations it has; None: it is a simple one, -1: one of a kind that is not read.
shapes = st.lists(st.sampled_from([None, None, -1, 0, 1, 3, 4, 7]), max_size=14)


class Site:
    """Pages of three, as the lists of a site are: by id; it says how many there are, or a proxy took that away."""

    def __init__(self, shapes: list[int | None], *, says_pages: bool) -> None:
        self.products = self
        self.says_pages = says_pages
        self.rows = [
            {"id": n * 10, "type": {None: "simple", -1: "grouped"}.get(shape, "variable"), "name": "P"}
            for n, shape in enumerate(shapes, 1)
        ]
        self.inside = {
            n * 10: [{"id": n * 1000 + m, "attributes": []} for m in range(1, (shape or 0) + 1)]
            for n, shape in enumerate(shapes, 1)
        }

    def page(self, number: int, fields: str) -> tuple[list[dict[str, Any]], int | None]:
        return self._page(self.rows, number)

    def variations_page(
        self, parent: int, number: int, fields: str
    ) -> tuple[list[dict[str, Any]], int | None]:
        return self._page(self.inside[parent], number)

    def _page(self, rows: list[dict[str, Any]], number: int) -> tuple[list[dict[str, Any]], int | None]:
        pages = -(-len(rows) // SIZE) if self.says_pages else None
        return rows[(number - 1) * SIZE : number * SIZE], pages

    def goods(self) -> set[tuple[str, str]]:
        own = {(str(row["id"]), "") for row in self.rows if row["type"] != "grouped"}
        varied = {row["id"] for row in self.rows if row["type"] == "variable"}
        return own | {(str(one), str(row["id"])) for one in varied for row in self.inside[one]}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_reading, "MAX_BATCH", SIZE)


@given(shapes=shapes, says_pages=st.booleans(), data=st.data())
def test_each_item_is_met_once_wherever_the_reading_is_cut(
    shapes: list[int | None], says_pages: bool, data: st.DataObject
) -> None:
    site = Site(shapes, says_pages=says_pages)
    stays, met, products = site.goods(), list[tuple[str, str]](), 0
    place: site_reading.Place | None = None
    for _portion in range(200):
        for page in site_reading.pages(site, ALL, place):  # type: ignore[arg-type]
            met += [(row["product_id"], row["variation_id"]) for row in page.goods]
            products += page.products
            place = page.following
            if place is None or data.draw(st.booleans(), "cut here"):
                break
        if place is None:
            break
        if site.rows and data.draw(st.booleans(), "something is deleted"):
            at = data.draw(st.integers(0, len(site.rows) - 1))
            del site.rows[at]
            stays &= site.goods()
    else:
        raise AssertionError("the reading does not end")
    assert len(met) == len(set(met)), "nothing twice"
    assert stays <= set(met), "and nothing missed that was there all the time"
    assert products <= len(shapes)


def test_a_place_of_an_earlier_release_is_gone_on_from() -> None:
    site = Site([None] * 7, says_pages=True)
    for place in ([2, 30], [2, 30, 20, 1]):
        met = [row["product_id"] for page in site_reading.pages(site, ALL, place) for row in page.goods]  # type: ignore[arg-type]
        assert met == ["40", "50", "60", "70"]
