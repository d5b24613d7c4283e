"""Filters are escaped and cut to size; references carry our base out and only an id in."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import WrongHost
from connectors.moysklad.filters import MAX_ENCODED, Filter, in_parts
from connectors.moysklad.refs import href, id_from_href, id_of, own_path, reference
from connectors.moysklad.stock import parse_stock_report_url

REPORT = "/report/stock/bystore/current?"
BASE = "http://127.0.0.1:8900/api/remap/1.2"
ID = "3c9a4b1e-5e01-11f0-0a80-16b200001a01"


def test_a_filter_reads_as_the_api_wants_it() -> None:
    wanted = Filter().eq("email", "a@x.example", "b@x.example").ge("updated", "2026-07-10 00:00:00")
    assert str(wanted) == "email=a@x.example;email=b@x.example;updated>=2026-07-10 00:00:00"
    assert str(Filter().ne("name", "x").gt("sum", 1).lt("sum", 9).le("n", 2)) == "name!=x;sum>1;sum<9;n<=2"
    assert str(Filter().contains("name", "a").starts_with("code", "b")) == "name~a;code~=b"
    assert (
        str(Filter().is_empty("phone").is_set("email").eq("archived", True)) == "phone=;email!=;archived=true"
    )
    assert not Filter()


@given(st.text(min_size=1))
def test_a_semicolon_in_a_value_ends_no_condition(value: str) -> None:
    text = str(Filter().eq("name", value))
    assert text.replace("\\;", "").count(";") == 0
    assert text.removeprefix("name=").replace("\\;", ";") == value


@given(st.lists(st.text(max_size=300), max_size=300))
def test_long_lists_are_cut_into_filters_that_fit(values: list[str]) -> None:
    parts = list(in_parts("name", values))
    assert [value for part in parts for value in part] == list(dict.fromkeys(filter(None, values)))
    for part in parts:
        assert len(part) <= 100
        assert len(part) == 1 or len(quote(str(Filter().eq("name", *part)), safe="")) <= MAX_ENCODED


def test_references_are_built_on_our_base() -> None:
    assert href(BASE, "product", ID) == f"{BASE}/entity/product/{ID}"
    assert reference(BASE, "state", ID)["meta"] == {
        "href": f"{BASE}/entity/customerorder/metadata/states/{ID}",
        "type": "state",
        "mediaType": "application/json",
    }
    assert (
        href(BASE, "attributemetadata", ID, of="demand") == f"{BASE}/entity/demand/metadata/attributes/{ID}"
    )


@pytest.mark.parametrize("end", ["", "?expand=demand", "?expand=supplier&x=/y", "/"])
def test_an_id_is_read_from_the_path_only(end: str) -> None:
    assert id_from_href(f"https://api.moysklad.ru/api/remap/1.2/entity/customerorder/{ID}{end}") == ID


def test_an_id_is_read_from_a_field_expanded_or_not() -> None:
    assert id_of({"meta": {"href": f"https://elsewhere.example/entity/store/{ID}?expand=x"}}) == ID
    assert id_of({"id": ID, "meta": {"href": "https://elsewhere.example/other"}}) == ID
    assert id_of(None) == ""


def test_an_absolute_address_of_an_answer_leads_to_our_base() -> None:
    foreign = f"https://evil.example/api/remap/1.2/entity/product/{ID}?limit=1#x"
    assert own_path(BASE, foreign) == f"entity/product/{ID}"
    assert own_path(BASE, f"{BASE}/entity/product") == "entity/product"
    assert own_path(BASE, "/entity/product/") == "entity/product"


@pytest.mark.parametrize(
    "path",
    ["", "/", "..", "entity/../../admin", "entity//x", "https://evil.example/admin", "a\\b", "entity/./x"],
)
def test_a_path_that_leaves_the_api_is_not_called(path: str) -> None:
    with pytest.raises(WrongHost):
        own_path(BASE, path)


@pytest.mark.parametrize(
    ("url", "report"),
    [
        ("https://api.moysklad.ru/api/remap/1.2" + REPORT + "changedSince=2026-07-11 18:03:02", "bystore"),
        ("http://evil.example:1/report/stock/all/current?changedSince=2026-07-11%2018:03:02&x=1", "all"),
        ("https://a.example/report/stock/all/current?changedSince=2026-07-11+18:03:02", "all"),
    ],
)  # fmt: skip
def test_a_stock_report_address_with_a_raw_blank_is_understood(url: str, report: str) -> None:
    assert parse_stock_report_url(url) == {"report": report, "changedSince": "2026-07-11 18:03:02"}


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/report/stock/all/current",
        "https://a.example/report/stock/all?changedSince=2026-07-11 18:03:02",
        "https://a.example/report/profit/current?changedSince=2026-07-11 18:03:02",
        "https://a.example/report/stock/all/current?changedSince=1%26filter=x",
        "https://a.example/report/stock/all/current?changedSince=2026-07-11 18:03:02&changedSince=2026-07-11 18:03",
        "nonsense",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="stock report"):
        parse_stock_report_url(url)
