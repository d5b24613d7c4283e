"""Previews on the desk: asked for, looked through, confirmed, ended, undone; what was written can be seen later."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bridge.connections.models import GoodsRule, Shop
from bridge.sync.last_writes import Write, keep
from bridge.sync.models import Drift, GoodsChange, GoodsRun, Reconciliation
from bridge.sync.previews.shop_causes import said_once
from bridge.sync.previews.totals import by_weight
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of

RUNS, CHANGES = "/admin/bridge/goodsrun/", "/admin/bridge/goodschange/"
EN = "en"
State, Step = GoodsChange.State, GoodsRun.Step


@pytest.fixture
def shop(db: None) -> Shop:
    made: Shop = factories.ShopFactory(name="kruzhki")
    return made


def run_of(shop: Shop, step: str = Step.READY, **fields: Any) -> GoodsRun:
    state = {Step.READY: "paused", Step.WRITTEN: "done", Step.DROPPED: "cancelled"}.get(Step(step), "running")
    return GoodsRun.objects.create(
        shop=shop, **({"step": step, "state": state, "total": 4, "done": 2} | fields)
    )


def change(run: GoodsRun | None, shop: Shop, **fields: Any) -> GoodsChange:
    listing = fields.pop("listing", None) or factories.LinkedListingFactory(shop=shop)
    values = {"field": "stock", "old": "9", "new": "4", "values": {"old": "9", "new": "4"}}
    values |= {"reason": "pieces_in_stock", "reason_params": {"stock": "6", "sold": "1", "less": "1"}}
    return GoodsChange.objects.create(run=run, shop=shop, listing=listing, **(values | fields))


def page(run: GoodsRun) -> str:
    return f"{RUNS}{run.pk}/change/"


def press(desk: Desk, run: GoodsRun, button: str) -> list[str]:
    url = f"{RUNS}{run.pk}/{button}/"
    assert 'name="_form_submitted"' in desk.get(url, EN)
    return desk.said(desk.post(url, {"_form_submitted": "1"}, EN))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_opens_in_every_step(desk: Desk, shop: Shop, language: str) -> None:
    desk.get(f"{RUNS}add/", language)
    for step in Step.values:
        run = run_of(shop, step)
        for state in State.values:
            change(run, shop, state=state, mark="zero")
        desk.get(page(run), language)
        desk.get(CHANGES, language, run=run.pk)
    desk.get(page(run_of(shop)), language)
    desk.get(page(run_of(shop, kind="undo", undoes=GoodsRun.objects.first())), language)
    for url in (RUNS, CHANGES, f"{CHANGES}?run=none", f"{CHANGES}?run=999"):
        desk.get(url, language)


def test_the_shop_and_the_first_page_say_that_nothing_is_written_and_lead_to_the_preview(
    desk: Desk, shop: Shop
) -> None:
    asked = f"{RUNS}add/?shop={shop.pk}"
    for url in ("/admin/", f"/admin/bridge/shop/{shop.pk}/change/"):
        assert asked in desk.get(url, EN), url
    Shop.objects.update(write_goods=True)
    assert asked not in desk.get("/admin/", EN)
    assert asked in desk.get(f"/admin/bridge/shop/{shop.pk}/change/", EN), "it can be looked at any time"


def test_a_preview_is_asked_for_and_an_open_one_is_shown_instead(desk: Desk, shop: Shop) -> None:
    html = desk.get(f"{RUNS}add/", EN, shop=shop.pk)
    assert f'<option value="{shop.pk}" selected>' in html
    assert desk.said(desk.post(f"{RUNS}add/", {"shop": shop.pk}, EN)) == [
        "The preview is being worked out. Nothing is written."
    ]
    run = GoodsRun.objects.get()
    assert (run.step, run.state) == ("comparing", "running")
    for answer in (
        desk.post(f"{RUNS}add/", {"shop": shop.pk}),
        desk.client.get(f"{RUNS}add/?shop={shop.pk}"),
    ):
        assert answer["Location"] == page(run)
    assert GoodsRun.objects.count() == 1


def test_it_is_worked_out_anew(desk: Desk, shop: Shop) -> None:
    run = run_of(shop)
    change(run, shop)
    assert 'name="anew"' in desk.get(page(run), EN)
    desk.post(f"{RUNS}add/", {"shop": shop.pk, "anew": "1"}, EN)
    run.refresh_from_db()
    assert (run.step, run.changes.count()) == ("dropped", 0)
    assert GoodsRun.objects.get(step=Step.COMPARING).shop == shop


def test_it_shows_figures_by_field_and_the_most_remarkable_first(desk: Desk, shop: Shop) -> None:
    run = run_of(shop)
    change(run, shop)
    change(run, shop, new="0", mark="zero", reason="archived_in_moysklad", reason_params={})
    change(
        run,
        shop,
        field="price",
        old="100.00",
        new="120.00",
        reason="price_of_type",
        reason_params={"type": "Розница"},
    )
    change(
        run, shop, field="price", state=State.KEPT, reason="price_missing", reason_params={"type": "Розница"}
    )
    text = words_of(desk.get(page(run), EN))
    assert "Stock Planned 2 To zero 1 Not written 0" in text
    assert "Regular price Planned 1 To zero 0 Not written 1" in text
    assert text.index("archived in MoySklad, so none is offered") < text.index("in the warehouses 6")
    assert "of which sold and not yet in the report 1; kept back or another shop's share 1" in text
    assert "price type “Розница”" in text
    assert "MoySklad has no price of the type" in text
    assert text.index("Write changes: 3") < text.index("By field")


def test_the_list_has_filters_search_and_pages(desk: Desk, shop: Shop) -> None:
    run, other = run_of(shop), run_of(shop)
    names = ("Алая кружка", "Синяя кружка", "Лампа")
    listings = [
        factories.LinkedListingFactory(shop=shop, name=name, sku=f"SKU-{n}") for n, name in enumerate(names)
    ]
    change(run, shop, listing=listings[0], mark="zero")
    change(run, shop, listing=listings[1], mark="jump")
    change(run, shop, listing=listings[2], field="price", reason="price_of_type")
    change(other, shop)

    def found(**query: Any) -> list[str]:
        text = words_of(desk.get(CHANGES, EN, run=run.pk, **query))
        return [name for name in names if name in text]

    assert found() == list(names)
    assert found(field="stock") == list(names[:2])
    assert found(mark="zero") == ["Алая кружка"]
    assert found(mark="jump") == ["Синяя кружка"]
    assert found(reason="price_of_type") == ["Лампа"]
    assert found(state="written") == []
    assert found(q="кружка синяя") == ["Синяя кружка"]
    assert found(q="SKU-2") == ["Лампа"]
    for _n in range(60):
        change(run, shop)
    assert "In all: 63" in words_of(desk.get(CHANGES, EN, run=run.pk))
    assert desk.get(CHANGES, EN, run=run.pk).count('class="field-shown_state') <= 50


def test_the_list_costs_no_more_with_more_rows(desk: Desk, shop: Shop) -> None:
    run = run_of(shop)
    urls = (page(run), f"{CHANGES}?run={run.pk}", RUNS)

    def queries() -> list[int]:
        counted = []
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                desk.get(url)
            counted.append(len(seen))
        return counted

    change(run, shop)
    desk.get(page(run))
    few = queries()
    for _n in range(30):
        change(run, shop)
    assert queries() == few
    assert max(few) <= 17


def test_rows_are_left_this_time_or_always_and_taken_in_again(desk: Desk, shop: Shop) -> None:
    run = run_of(shop)
    first, second, third = (change(run, shop) for _n in range(3))
    url = f"{CHANGES}?run={run.pk}"

    def do(action: str, *rows: GoodsChange) -> list[str]:
        data = {"action": action, "_selected_action": [row.pk for row in rows], "index": "0"}
        return desk.said(desk.post(url, data, EN))

    assert do("leave", first, third) == ["Left as they are, this time: 2."]
    assert do("take_again", third) == ["To be written after all: 1."]
    assert do("pin", second) == ["Left to the site from now on, by rules for these items: 1."]
    states = [GoodsChange.objects.get(pk=row.pk).state for row in (first, second, third)]
    assert states == ["left", "left", "planned"]
    rule = GoodsRule.objects.get()
    assert second.listing is not None
    assert (rule.external_id, rule.sets, rule.value) == (
        second.listing.binding.product.external_id,
        "stock",
        "site",
    )
    run.refresh_from_db()
    assert run.counts["stock"] == {"left": 2, "planned": 1}
    data = {"action": "pin", "_selected_action": [third.pk], "index": "0"}
    [said] = desk.said(desk.post(f"{url}&state=planned", data, EN))
    assert said.endswith(": 1."), "also of a list that shows only what is planned"
    assert GoodsRule.objects.count() == 2
    GoodsRun.objects.update(step=Step.WRITTEN)
    assert 'name="action"' not in desk.get(CHANGES, EN, run=run.pk)


@pytest.mark.parametrize(("how", "then_on"), [("on", True), ("once", False)])
def test_it_is_confirmed_once(desk: Desk, shop: Shop, how: str, then_on: bool) -> None:
    run = run_of(shop)
    change(run, shop)
    url = f"{RUNS}{run.pk}/confirm/"
    assert desk.client.get(url).status_code == 404
    [said] = desk.said(desk.post(url, {"how": how}, EN))
    assert said.startswith("It is being written")
    run.refresh_from_db()
    assert (run.step, run.state, run.then_on, run.total) == ("writing", "running", then_on, 1)
    [again] = desk.said(desk.post(url, {"how": how}, EN))
    assert again == "The shop kruzhki has a preview that is being worked out or written."
    assert not Shop.objects.get(pk=shop.pk).write_goods, "only what was written counts as agreed to"


def test_what_was_left_out_gets_its_rules_when_later_changes_go_by_themselves(desk: Desk, shop: Shop) -> None:
    run = run_of(shop)
    change(run, shop, state=State.LEFT)
    assert "What I left out (1) stays as it is also later" in words_of(desk.get(page(run), EN))
    desk.post(f"{RUNS}{run.pk}/confirm/", {"how": "on", "pin": "1"})
    assert GoodsRule.objects.get().value == "site"


def test_it_is_paused_gone_on_with_and_ended(desk: Desk, shop: Shop) -> None:
    run = run_of(shop, Step.WRITING)
    change(run, shop)
    assert press(desk, run, "pause") == ["It is paused."]
    assert f"/{run.pk}/pause/" not in desk.get(page(run), EN)
    assert press(desk, run, "resume") == ["It goes on."]
    assert press(desk, run, "cancel") == ["It is ended."]
    run.refresh_from_db()
    assert (run.state, run.step, run.changes.count()) == ("cancelled", "writing", 1)
    assert press(desk, run, "cancel") == ["It has ended by itself."]


def test_a_written_run_is_undone_once_and_the_shop_stops_writing(desk: Desk, shop: Shop) -> None:
    Shop.objects.update(write_goods=True)
    run = run_of(shop, Step.WRITTEN)
    change(run, shop, state=State.WRITTEN, at=timezone.now())
    assert press(desk, run, "undo") == [
        "It is being undone. The shop no longer writes stock and prices by itself."
    ]
    assert not Shop.objects.get(pk=shop.pk).write_goods
    undoing = run.undone_by.get()
    assert (undoing.kind, undoing.total) == ("undo", 1)
    GoodsRun.objects.filter(pk=undoing.pk).update(state="done", step=Step.WRITTEN)
    assert press(desk, run, "undo") == ["This run was undone already."]
    assert "/undo/" not in desk.get(page(run), EN)
    assert run.undone_by.count() == 1


def test_a_finished_page_stands_still_and_a_running_one_renews_itself(desk: Desk, shop: Shop) -> None:
    assert 'hx-trigger="every 2s"' in desk.get(page(run_of(shop, Step.COMPARING)), EN)
    done = run_of(shop, Step.WRITTEN)
    assert "every 2s" not in desk.get(page(done), EN)
    assert desk.client.get(page(done), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_file_has_all_rows_of_the_list_and_no_formulas(desk: Desk, shop: Shop) -> None:
    run = run_of(shop)
    bad = factories.LinkedListingFactory(shop=shop, name='=HYPERLINK("http://evil.example.test")', sku="-1+1")
    change(run, shop, listing=bad, old="-5", new="4")
    for _n in range(70):
        change(run, shop, field="price")
    response = desk.client.get(f"{CHANGES}csv/?run={run.pk}")
    assert response.streaming
    assert f"changes-kruzhki-{run.pk}.csv" in response["Content-Disposition"]
    with CaptureQueriesContext(connection) as seen:
        content = b"".join(response.streaming_content)
    assert len(seen) == 1, "all rows in one query, however many"
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 72
    assert rows[1][1:3] == ["'-1+1", '\'=HYPERLINK("http://evil.example.test")']
    assert rows[1][5:7] == ["-5", "4"]
    filtered = b"".join(desk.client.get(f"{CHANGES}csv/?run={run.pk}&field=stock").streaming_content)
    assert len(filtered.decode().splitlines()) == 2


def test_what_was_written_by_itself_can_be_seen_for_a_month(desk: Desk, shop: Shop) -> None:
    listing = factories.LinkedListingFactory(shop=shop, name="Алая кружка")
    keep(
        shop,
        [Write(listing.pk, "stock", Decimal("9.0000"), Decimal("4.5000")), Write(listing.pk, "stock", 1, 1)],
    )
    row = GoodsChange.objects.get()
    assert (row.old, row.new, row.run, row.state) == ("9", "4.5", None, "written")
    assert "9 → 4.5" in words_of(desk.get(CHANGES, EN))
    GoodsChange.objects.update(at=timezone.now() - timedelta(days=31))
    keep(shop, [Write(listing.pk, "price", "100", "120")])
    assert GoodsChange.objects.get().field == "price"


def test_who_may_only_look_decides_nothing(client: Any, shop: Shop) -> None:
    viewer = User.objects.create_user("viewer", password="a long password", is_staff=True)
    viewer.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_goodsrun", "view_goodschange"])
    )
    client.force_login(viewer)
    run = run_of(shop)
    row = change(run, shop)
    html = client.get(page(run)).content.decode()
    assert "/confirm/" not in html
    assert "/cancel/" not in html
    assert client.post(f"{RUNS}{run.pk}/confirm/", {"how": "on"}).status_code == 403
    assert client.get(f"{RUNS}add/").status_code == 403
    client.post(f"{CHANGES}?run={run.pk}", {"action": "leave", "_selected_action": [row.pk], "index": "0"})
    row.refresh_from_db()
    assert row.state == State.PLANNED
    assert client.get(f"{CHANGES}csv/?run={run.pk}").status_code == 200
    client.force_login(User.objects.create_user("guest", is_staff=True))
    assert client.get(f"{CHANGES}csv/?run={run.pk}").status_code == 403


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("goodsrun", "What would change"),
        ("goodschange", "Last changes"),
        ("watermark", "Schedule"),
        ("reconciliation", "Comparisons"),
        ("recipient", "Who is told what"),
    ],
)
def test_a_page_has_the_name_it_has_in_the_sidebar(desk: Desk, shop: Shop, model: str, name: str) -> None:
    html = desk.get(f"/admin/bridge/{model}/", EN)
    assert re.search(rf"<title>\s*{name} \|", html)
    above = re.findall(r'leading-5 min-w-0 truncate tracking-tight">([^<]+)<', html)
    assert above == [name]


@pytest.mark.parametrize(
    ("model", "button"), [("goodsrun", "See what would change"), ("reconciliation", "Compare both sides")]
)
def test_the_list_begins_with_a_button_that_says_what_it_does(
    desk: Desk, shop: Shop, client: Any, model: str, button: str
) -> None:
    url = f"/admin/bridge/{model}/"
    link = re.compile(rf'<a class="desk-button desk-button-main" href="{url}add/">{button}</a>')
    assert link.search(desk.get(url, EN))
    viewer = User.objects.create_user("viewer", password="a long password", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename=f"view_{model}"))
    client.force_login(viewer)
    assert not link.search(desk.get(url, EN)), "who may only look starts nothing"


def test_the_first_page_counts_what_does_not_fit_together_and_leads_there(desk: Desk, shop: Shop) -> None:
    said = words_of(desk.get("/admin/", EN))
    assert "Both sides compared — the first one runs tonight" in said
    assert "Not linked 0 all goods of the site are linked" in said
    done = timezone.now() - timedelta(hours=3)
    run = Reconciliation.objects.create(shop=shop, state="done", finished_at=done)
    for state in ("open", "open", "gone"):
        Drift.objects.create(reconciliation=run, shop=shop, subject="stock", code="x", title="y", state=state)
    for match, present in (("missing", True), ("no_sku", True), ("missing", False), ("linked", True)):
        factories.ListingFactory(shop=shop, match=match, present=present)
    html = desk.get("/admin/", EN)
    assert "Both sides compared 3 h ago differences: 2 Not linked 2" in words_of(html)
    assert 'href="/admin/bridge/drift/?state=open"' in html
    assert 'href="/admin/bridge/listing/?link=unlinked"' in html


def test_written_values_are_those_of_before_and_after(desk: Desk, shop: Shop) -> None:
    planned, done = run_of(shop), run_of(shop, Step.WRITTEN)
    change(planned, shop)
    change(done, shop, state=State.WRITTEN)
    for run, arrow, other in ((planned, "Now → then", "Was → is"), (done, "Was → is", "Now → then")):
        for url in (page(run), f"{CHANGES}?run={run.pk}"):
            text = words_of(desk.get(url, EN))
            assert arrow in text, url
            assert other not in text, url
    assert "Was → is" in words_of(desk.get(CHANGES, EN))


def test_what_is_planned_comes_first_and_a_cause_in_the_settings_once(desk: Desk, shop: Shop) -> None:
    run = run_of(shop, Step.COMPARING)
    for _n in range(20):
        change(
            run,
            shop,
            field="sale_price",
            state=State.KEPT,
            reason="sale_price_type_missing",
            reason_params={},
        )
    refused = change(run, shop, field="price", state=State.KEPT, reason="price_missing")
    said_once(run)
    kept = run.changes.filter(state=State.KEPT)
    assert set(kept.values_list("field", "listing")) == {("sale_price", None), ("price", refused.listing_id)}
    planned = [change(run, shop) for _n in range(3)]
    listed = [row.pk for row in by_weight(run.changes.all())]
    assert listed[:3] == [row.pk for row in planned]
    GoodsRun.objects.filter(pk=run.pk).update(step=Step.READY, state="paused")
    for url in (page(run), f"{CHANGES}?run={run.pk}"):
        assert words_of(desk.get(url, EN)).count("Items concerned: 20") == 1
    assert b"Items concerned: 20" in b"".join(
        desk.client.get(f"{CHANGES}csv/?run={run.pk}").streaming_content
    )
