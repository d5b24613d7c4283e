"""Many links at once: shown before, made in portions that survive a killed worker, taken back as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bridge import routes
from bridge.catalog import bindings, suggestions
from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Shop
from bridge.domain import spreadsheet
from bridge.domain.errors import DomainError
from bridge.domain.link_table import NotATable
from bridge.outbox.models import OutboxMessage
from bridge.sync import leased
from bridge.sync.links import link_portions, link_runs, planned, suggested, table
from bridge.sync.links.verdicts import FINE
from bridge.sync.models import LinkRun, Watermark
from tests import factories
from tests.matching import match_shop

pytestmark = pytest.mark.django_db


def work(run: LinkRun) -> LinkRun:
    """All portions of a run, as the queue would do them."""
    while leased.run("linkrun", run.pk, routes.LONG_WORK):
        pass
    return LinkRun.objects.select_related("shop__site", "shop__account").get(pk=run.pk)


def file(
    shop: Shop, *lines: str, head: str = "product_id;variation_id;sku;moysklad_id;article;code"
) -> LinkRun:
    return work(link_runs.from_file(shop, "owner", "goods.csv", "\n".join([head, *lines]).encode()))


def product(shop: Shop, external_id: str, **fields: object) -> Product:
    return factories.ProductFactory(
        connection=shop.account, external_id=external_id, **{"name": external_id, "article": "", **fields}
    )


def listing(shop: Shop, product_id: str, **fields: object) -> Listing:
    return factories.ListingFactory(
        shop=shop, product_id=product_id, **{"sku": "", "name": product_id, **fields}
    )


def links(shop: Shop) -> dict[str, tuple[str, str]]:
    rows = ProductBinding.objects.filter(listing__shop=shop)
    found = rows.values_list("listing__product_id", "product__external_id", "origin")
    return {listing: (item, origin) for listing, item, origin in found}


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planned, "OF_QUERY", 2)
    monkeypatch.setattr(link_portions, "OF_QUERY", 2)
    monkeypatch.setattr(leased, "BUDGET", -1.0)  # each portion is a job of its own


def test_a_file_is_shown_first_then_made_then_taken_back(shop: Shop, small_portions: None) -> None:
    for name in ("a", "b", "c", "d"):
        product(shop, name, article=f"ART-{name}", code=f"code-{name}")
    first, second = listing(shop, "1", sku="ART-a"), listing(shop, "2")
    listing(shop, "3", variation_id="31")
    listing(shop, "4", sku="S-4")
    match_shop(shop)
    bindings.bind(second, Product.objects.get(external_id="d"))
    before = links(shop)
    run = file(shop, "1;;;a;;", "2;;;b;;", "3;31;;;ART-c;", ";;S-4;;;code-d")
    assert (run.step, run.state, run.counts["same"], run.counts["changed"], run.counts["new"]) == (
        *("ready", "paused", 1, 1, 2),
    )
    assert links(shop) == before
    assert link_runs.agree(run)
    run = work(run)
    assert (run.step, run.counts["made"], run.done, run.content) == ("made", 3, 4, "")
    assert links(shop) == {"1": ("a", "sku"), "2": ("b", "file"), "3": ("c", "file"), "4": ("d", "file")}
    match_shop(shop)  # the next import leaves them alone
    assert links(shop)["4"] == ("d", "file")
    first.refresh_from_db()
    bindings.bind(Listing.objects.get(product_id="4"), Product.objects.get(external_id="a"))
    assert link_runs.take_back(run)
    run = work(run)
    assert (run.step, run.counts["taken_back"]) == ("undone", 2)
    assert links(shop) == {**before, "4": ("a", "person")}  # changed since: stays
    assert Listing.objects.get(product_id="3").match == "no_sku"


def test_each_line_that_cannot_be_says_why(shop: Shop) -> None:
    product(shop, "a", article="A")
    product(shop, "b", article="B", code="twin")
    product(shop, "c", article="C", code="twin")
    product(shop, "old", archived=True)
    for number in ("1", "2", "3", "4", "5", "6", "7", "8"):
        listing(shop, number)
    listing(shop, "9", sku="same")
    listing(shop, "10", sku="same")
    listing(shop, "11", present=False)
    factories.ListingFactory(product_id="12")
    foreign = factories.ProductFactory()
    run = file(
        shop,
        ";;;a;;",
        "77;;;a;;",
        ";;same;a;;",
        "1;;;;;",
        "2;;;nothing;;",
        "3;;;;;twin",
        "4;;;a;B;",
        "5;;;old;;",
        "6;;;;A;",
        "6;;;;B;",
        "7;;;;A;twin",
        "11;;;a;;",
        "12;;;a;;",
        f"8;;;{foreign.external_id};;",
        "8;;;;C;twin",
    )
    said = {line: (code, params) for line, _listing, _product, code, params in run.counts["shown"]}
    assert {line: code for line, (code, _params) in said.items()} == {
        2: "no_listing",
        3: "listing_unknown",
        4: "listing_twice",
        5: "no_item",
        6: "item_unknown",
        7: "item_twice",
        8: "items_differ",
        9: "not_linkable",
        11: "line_twice",
        12: "items_differ",
        13: "listing_unknown",
        14: "listing_unknown",
        15: "item_unknown",
        16: "line_twice",
    }
    assert said[11][1] == {"line": "10"}
    assert run.counts["new"] == 1
    link_runs.agree(run)
    work(run)
    assert links(shop) == {"6": ("a", "file")}


def test_a_line_named_twice_is_noticed_in_a_later_portion_too(shop: Shop, small_portions: None) -> None:
    product(shop, "a")
    product(shop, "b")
    for number in range(1, 6):
        listing(shop, str(number), sku=f"S-{number}")
    run = file(shop, "1;;;a;;", "2;;;a;;", "3;;;a;;", "4;;;a;;", "1;;;b;;", ";;S-5;b;;")
    assert run.counts["line_twice"] == 1
    link_runs.agree(run)
    work(run)
    assert links(shop)["1"] == ("a", "file")
    assert links(shop)["5"] == ("b", "file")


def test_the_download_sent_back_changes_nothing(shop: Shop) -> None:
    linked = listing(shop, "1", sku="=1+1", name="Кружка; «белая»")
    bindings.bind(linked, product(shop, "a", article="-A", code="00012"))
    product(shop, "b", name="Плед шерстяной")
    listing(shop, "2", name="Плед шерстяной")
    list(suggestions.look(shop))
    text = "".join(spreadsheet.lines(table.rows(shop, str)))
    assert "Плед шерстяной" in text.split("\r\n")[2].split(";")[-1]
    run = work(link_runs.from_file(shop, "owner", "links.csv", text.encode()))
    assert {code: n for code, n in run.counts.items() if code != "shown"} == {"same": 1, "no_item": 1}
    assert links(shop) == {"1": ("a", "person")}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "columns"), (b"name\nx", "columns"), (b"sku;code\n", "empty"), (b"\x00\x81\xff", "encoding")],
)
def test_what_is_no_table_of_links_begins_nothing(shop: Shop, content: bytes, reason: str) -> None:
    with pytest.raises(NotATable, match=reason):
        link_runs.from_file(shop, "owner", "x", content)
    assert not LinkRun.objects.exists()


def test_sure_suggestions_become_links_and_orders_that_waited_go_on(shop: Shop, small_portions: None) -> None:
    names = ("Кружка белая", "Плед шерстяной", "Ваза высокая стеклянная", "Поднос круглый", "Шкатулка резная")
    for number, name in enumerate(names):
        product(shop, f"p{number}", name=name)
        listing(shop, str(number), name=name)
    vague = listing(shop, "vague", name="Кружка")
    parked = factories.ParkedFactory(shop=shop, order=factories.OrderFactory(shop=shop))
    match_shop(shop)
    list(suggestions.look(shop))
    run = work(link_runs.from_suggestions(shop, "owner", 95))
    assert (run.step, run.counts["made"], run.total) == ("made", 5, 5)
    assert set(links(shop).values()) == {(f"p{number}", "person") for number in range(5)}
    assert not hasattr(Listing.objects.get(pk=vague.pk), "binding")
    parked.refresh_from_db()
    assert parked.state == "waiting"
    assert set(Listing.objects.exclude(pk=vague.pk).values_list("match", "suggestion", "stock_stale")) == {
        ("linked", None, True)
    }
    assert link_runs.take_back(run)
    run = work(run)
    assert (run.step, links(shop)) == ("undone", {})
    assert suggestions.waiting(shop).count() >= 5  # they are looked for again


def test_links_of_an_earlier_plugin_are_taken_over_where_nothing_speaks_against_it(shop: Shop) -> None:
    for name in ("a", "b", "c", "d", "e"):
        product(shop, name, article=name.upper())
    product(shop, "v", kind="variant", parent_external_id="e")
    product(shop, "old", archived=True)
    for number, (item, fields) in enumerate(
        {
            "a": {},
            "b": {"sku": "C"},  # linked by its SKU with another
            "c-": {},
            "d": {"sku": "D"},
            "v": {"variation_id": "7"},
            "e": {"kind": "variable"},
            "old": {},
        }.items()
    ):
        listing(shop, str(number), earlier_link=item, **fields)
    listing(shop, "8", earlier_link="v", kind="simple")
    match_shop(shop)
    run = work(link_runs.from_earlier(shop, "owner"))
    codes = {
        Listing.objects.get(pk=pk).product_id: code for _line, pk, _item, code, _params in run.counts["shown"]
    }
    assert codes == {
        "1": "linked_otherwise",
        "2": "item_unknown",
        "4": "shared",
        "6": "not_linkable",
        "8": "shared",
    }
    assert (run.counts["new"], run.counts["same"]) == (2, 1)
    link_runs.agree(run)
    work(run)
    assert links(shop) == {
        "0": ("a", "earlier"),
        "1": ("c", "sku"),
        "3": ("d", "sku"),
        "5": ("e", "earlier"),
    }
    Listing.objects.filter(product_id="8").delete()
    Listing.objects.filter(product_id="4").update(variation_id="")
    again = work(link_runs.from_earlier(shop, "owner"))
    assert again.counts["other_kind"] == 1


def test_a_worker_that_died_loses_nothing_and_counts_nothing_twice(shop: Shop, small_portions: None) -> None:
    for number in range(5):
        product(shop, f"p{number}")
        listing(shop, str(number))
    run = link_runs.from_file(
        shop,
        "owner",
        "x.csv",
        ("product_id;moysklad_id\n" + "".join(f"{n};p{n}\n" for n in range(5))).encode(),
    )
    leased.run("linkrun", run.pk, routes.LONG_WORK)
    run.refresh_from_db()
    assert (run.done, run.place) == (2, 3)
    LinkRun.objects.update(running_since=timezone.now())  # a worker took it and fell silent
    assert not leased.run("linkrun", run.pk, routes.LONG_WORK)
    LinkRun.objects.update(running_since=timezone.now() - timedelta(days=1))
    run = work(run)
    assert (run.step, run.counts["new"], run.done) == ("ready", 5, 5)


def test_only_one_at_a_time_and_a_new_one_drops_what_waited(shop: Shop) -> None:
    product(shop, "a")
    listing(shop, "1")
    ready = file(shop, "1;;;a;;")
    running = link_runs.from_earlier(shop, "owner")
    ready.refresh_from_db()
    assert (ready.step, ready.content) == ("dropped", "")
    with pytest.raises(DomainError) as caught:
        link_runs.from_earlier(shop, "owner")
    assert caught.value.problem.code == "links_open"
    work(running)
    assert not link_runs.agree(ready)
    assert not link_runs.take_back(ready)


def test_suggestions_wait_for_the_goods_and_follow_each_reading(shop: Shop) -> None:
    goods = Watermark.objects.create(connection=shop.account, flow="catalogue", next_due_at=timezone.now())
    mark = Watermark.objects.create(connection=shop.site, flow="suggestions", next_due_at=timezone.now())
    row = listing(shop, "1", name="Кружка белая")
    suggested.find(mark)
    row.refresh_from_db()
    assert row.suggestion_score is None  # nothing to compare with yet
    goods.last_success_at = timezone.now()
    goods.save()
    suggested.find(mark)
    row.refresh_from_db()
    assert row.suggestion_score == 0
    item = product(shop, "a", name="Кружка белая")
    suggested.find(mark)
    row.refresh_from_db()
    assert row.suggestion is None  # was looked at, and no reading came since
    goods.last_success_at = timezone.now()
    goods.save()
    suggested.find(mark)
    row.refresh_from_db()
    assert row.suggestion == item
    assert not OutboxMessage.objects.exists()


def test_every_verdict_has_its_words() -> None:
    from bridge.dashboard.links import link_words
    from bridge.sync.links import verdicts

    codes = {value for name, value in vars(verdicts).items() if name.isupper() and isinstance(value, str)}
    assert codes == set(link_words.SENTENCES)
    assert codes >= FINE
