"""What would change on the site is shown first, written as it was shown, and taken back where nothing else happened."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation
from killing import cluster_workers, kill
from world import KILLING

from bridge.connections.models import GoodsRule, Shop
from bridge.domain.errors import DomainError
from bridge.sync import leased, settings_changed
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import leaving, runs

WORLD = {"env": KILLING}


STORE = "Основной склад"
GOODS = range(1, 8)
State, Step = GoodsChange.State, GoodsRun.Step


@pytest.fixture(autouse=True)
def cautious(world: Any) -> Iterator[None]:
    """Each test begins with both sides equal, and with nothing written by itself."""
    Shop.objects.update(write_goods=True)
    agree_on_everything(world)
    Shop.objects.update(write_goods=False, owned_fields=[])
    GoodsChange.objects.all().delete()
    GoodsRun.objects.all().delete()
    world.box.store.clear_stock_writes()
    yield
    world.box.store.accept_products()
    GoodsRule.objects.all().delete()


def agree_on_everything(world: Any) -> None:
    world.box.moysklad.set_stocks(STORE, {f"S-{n:05}": 40 + n for n in range(1, 16)})
    look(world)


def look(world: Any) -> None:
    """Both sides are read through, and what follows from that has been done."""
    world.run_flow("stock_full")
    world.run_flow("site_catalogue")
    world.quiet()


def warehouse(world: Any, **pieces: float) -> None:
    """Pieces in MoySklad by the last digits of the article, known to the bridge."""
    world.box.moysklad.set_stocks(STORE, {f"S-{int(name[1:]):05}": n for name, n in pieces.items()})
    world.run_flow("stock_full")


def site(world: Any, number: int) -> float | None:
    return world.box.store.stocks()[f"S-{number:05}"]  # type: ignore[no-any-return]


def shown(world: Any) -> GoodsRun:
    """A preview that is ready."""
    run = runs.start(world.shop)
    return until(world, run, Step.READY)


def until(world: Any, run: GoodsRun, step: str) -> GoodsRun:
    def there() -> bool:
        run.refresh_from_db()
        return run.step == step

    world.until(there, f"the run is {step}")
    return run


def written(world: Any, run: GoodsRun, *, then_on: bool = False) -> GoodsRun:
    assert runs.confirm(run, then_on=then_on)
    return until(world, run, Step.WRITTEN)


def rows(run: GoodsRun, *states: str) -> set[tuple[str, str, str, str]]:
    found = run.changes.filter(state__in=states) if states else run.changes.all()
    return set(found.values_list("listing__sku", "field", "old", "new"))


def states(run: GoodsRun) -> dict[str, str]:
    return dict(run.changes.values_list("listing__sku", "state"))


def test_nothing_is_written_before_the_owner_agrees_and_then_exactly_what_was_shown(world: Any) -> None:
    warehouse(world, s1=8, s2=0)
    world.quiet()
    assert (site(world, 1), site(world, 2)) == (41, 42)
    run = shown(world)
    assert rows(run) == {("S-00001", "stock", "41", "8"), ("S-00002", "stock", "42", "0")}
    assert {row.listing.sku: row.mark for row in run.changes.all()} == {"S-00001": "jump", "S-00002": "zero"}
    assert run.changes.get(listing__sku="S-00001").reason_params == {"stock": "8"}
    assert not world.box.store.stock_writes()
    written(world, run)
    assert (site(world, 1), site(world, 2), site(world, 3)) == (8, 0, 43)
    assert states(run) == {"S-00001": "written", "S-00002": "written"}
    assert {row["sku"] for row in world.box.store.stock_writes()} == {"S-00001", "S-00002"}
    assert not world.shop.write_goods
    warehouse(world, s1=5)
    world.quiet()
    assert site(world, 1) == 8, "it was agreed to once only"


def test_with_the_owners_word_later_changes_go_by_themselves_and_can_be_seen(world: Any) -> None:
    warehouse(world, s1=12)
    run = written(world, shown(world), then_on=True)
    assert world.shop.write_goods
    warehouse(world, s3=7)
    world.until(lambda: site(world, 3) == 7, "the change is written by itself")
    world.quiet()
    by_itself = GoodsChange.objects.filter(run=None).values_list("listing__sku", "field", "old", "new")
    assert list(by_itself) == [("S-00003", "stock", "43", "7")]
    assert run.counts == {"stock": {"written": 1}}


def test_what_changed_since_the_preview_is_not_written_but_named(world: Any) -> None:
    warehouse(world, s8=12, s2=13, s3=14, s4=15)
    run = shown(world)
    world.box.store.place_order({"S-00008": 2})  # reserved from here on: no other test uses it
    world.box.store.set_stock("S-00002", 5)  # a person's edit, of which nobody told us
    warehouse(world, s3=20)
    world.quiet()
    written(world, run)
    assert states(run) == {
        "S-00008": "overtaken",
        "S-00002": "overtaken",
        "S-00003": "overtaken",
        "S-00004": "written",
    }
    assert [site(world, n) for n in (8, 2, 3, 4)] == [46, 5, 43, 15]
    edited = run.changes.get(listing__sku="S-00002")
    assert (edited.reason, edited.reason_params) == ("changed_since_shown", {"now": "5", "wanted": "13"})


def test_what_a_person_leaves_out_is_not_written_and_a_rule_keeps_it_so(world: Any) -> None:
    warehouse(world, s1=12, s2=13, s3=14)
    run = shown(world)
    assert leaving.leave(run.changes.filter(listing__sku="S-00001")) == 1
    assert leaving.pin(run.changes.filter(listing__sku="S-00002")) == 1
    assert leaving.unpinned(run).count() == 1
    assert run.changes.filter(state=State.PLANNED).count() == 1
    written(world, run, then_on=True)
    world.until(lambda: site(world, 1) == 12, "what was left this time only is written by the shop itself")
    world.quiet()
    assert (site(world, 2), site(world, 3)) == (42, 14)
    rule = GoodsRule.objects.get()
    assert (rule.scope, rule.sets, rule.value) == ("item", "stock", "site")
    assert rows(shown(world)) == set()


def test_a_refused_item_holds_up_no_other_and_says_why(world: Any) -> None:
    warehouse(world, s1=12, s2=13)
    world.box.store.refuse_product("S-00001", code="sealed", message="Товар заморожен")
    run = written(world, shown(world))
    refused = run.changes.get(listing__sku="S-00001")
    assert refused.state == State.REFUSED
    assert "Товар заморожен" in refused.detail
    assert (site(world, 1), site(world, 2)) == (41, 13)


@pytest.mark.parametrize(("plugin", "sold"), [("", 9), ("0", 10)], ids=["by the plugin", "by the REST API"])
def test_a_run_is_undone_where_only_sales_happened_since(world: Any, plugin: str, sold: int) -> None:
    Shop.objects.update(plugin_version=plugin)
    warehouse(world, **{f"s{sold}": 12}, s2=13, s3=14)
    run = written(world, shown(world), then_on=True)
    world.box.store.place_order({f"S-{sold:05}": 2})
    world.quiet()
    assert site(world, sold) == 10
    world.box.store.set_stock("S-00002", 99)
    undoing = until(world, runs.undo(run), Step.WRITTEN)
    assert not world.shop.write_goods
    assert [site(world, n) for n in (sold, 2, 3)] == [38 + sold, 99, 43]
    assert states(undoing) == {f"S-{sold:05}": "written", "S-00002": "overtaken", "S-00003": "written"}
    assert undoing.changes.get(listing__sku="S-00002").reason == "changed_since_written"
    assert states(run) == {f"S-{sold:05}": "undone", "S-00002": "written", "S-00003": "undone"}
    with pytest.raises(DomainError, match="undone_already"):
        runs.undo(run)
    world.quiet()
    assert site(world, 3) == 43, "nothing writes the new number again"
    Shop.objects.update(plugin_version="")


def test_pieces_sold_beyond_the_old_number_are_owed_once_it_is_back(world: Any) -> None:
    Shop.objects.update(write_goods=True)
    warehouse(world, s4=1)
    world.until(lambda: site(world, 4) == 1, "the old number is there")
    Shop.objects.update(write_goods=False)
    warehouse(world, s4=12)
    run = written(world, shown(world))
    order = world.box.store.place_order({"S-00004": 3})
    world.quiet()
    until(world, runs.undo(run), Step.WRITTEN)
    assert site(world, 4) == -2
    world.box.store.set_status(order["id"], "cancelled")
    assert site(world, 4) == 1, "what the buyer gave back is on sale once, not three times"


def test_prices_are_shown_written_and_taken_back(world: Any) -> None:
    before = world.shop
    moysklad, store = world.box.moysklad, world.box.store
    own = store.product("S-00001")["regular_price"]
    moysklad.set_price("S-00001", 123400.0)
    world.run_flow("catalogue")
    Shop.objects.update(owned_fields=["price"])
    settings_changed.shop_changed(before, world.shop)
    world.quiet()
    run = shown(world)
    row = run.changes.get(listing__sku="S-00001", field="price")
    assert (row.old, row.new, row.reason) == (own, "1234.00", "price_of_type")
    leaving.leave(run.changes.exclude(pk=row.pk))
    written(world, run)
    assert Decimal(store.product("S-00001")["regular_price"]) == 1234
    until(world, runs.undo(run), Step.WRITTEN)
    assert store.product("S-00001")["regular_price"] == own


def test_new_goods_become_drafts_and_archived_ones_are_hidden_where_the_owner_wants_that(world: Any) -> None:
    moysklad, store = world.box.moysklad, world.box.store
    moysklad.add_goods(2, prefix="NEW", stock={STORE: 3})
    moysklad.archive(moysklad.item("S-00011")["id"], "product")
    world.run_flow("catalogue")
    assert not rows(shown(world)) & {("S-00011", "hide", "publish", "draft"), (None, "publish", "", "draft")}
    Shop.objects.update(publish_new=True, hide_archived=True)
    run = shown(world)
    fresh = run.changes.filter(field="publish", product__article__startswith="NEW")
    assert fresh.count() == 2
    archived = run.changes.filter(listing__sku="S-00011")
    assert set(archived.values_list("field", "old", "new", "reason")) == {
        ("stock", "51", "0", "archived_in_moysklad"),
        ("hide", "publish", "draft", "archived_in_moysklad"),
    }
    leaving.leave(run.changes.exclude(pk__in=fresh.values("pk")).exclude(pk__in=archived.values("pk")))
    written(world, run)
    assert {store.product(f"NEW-{n:06}")["status"] for n in (1, 2)} == {"draft"}
    assert (store.product("S-00011")["status"], site(world, 11)) == ("draft", 0)
    assert fresh.filter(listing__binding__product__article__startswith="NEW").count() == 2
    undoing = until(world, runs.undo(run), Step.WRITTEN)
    kept = undoing.changes.filter(state=State.KEPT).values_list("field", "reason")
    assert sorted(kept) == [("hide", "undo_by_hand"), *[("publish", "undo_by_hand")] * 2]
    assert (store.product("S-00011")["status"], site(world, 11)) == ("draft", 51)
    Shop.objects.update(publish_new=False, hide_archived=False)


def test_a_killed_worker_writes_nothing_twice_and_leaves_nothing_out(world: Any) -> None:
    warehouse(world, **{f"s{n}": 100 + n for n in GOODS})
    run = shown(world)
    world.box.store.faults.add("slow", method="POST", path="/stock|/batch", ms=1500)
    assert runs.confirm(run, then_on=False)
    world.until(lambda: run.changes.filter(values__sent=True).exists(), "it is being written")
    kill(cluster_workers(world.bridge.worker.pid))
    until(world, run, Step.WRITTEN)
    assert set(states(run).values()) == {"written"}
    assert [site(world, n) for n in GOODS] == [100 + n for n in GOODS]


def test_it_can_be_paused_and_ended_and_a_second_one_waits_its_turn(world: Any) -> None:
    warehouse(world, s1=12)
    run = shown(world)
    again = shown(world)
    run.refresh_from_db()
    assert (run.state, run.step, run.changes.count()) == ("cancelled", "dropped", 0)
    world.box.store.faults.add("status", path="/products", status=503, count=None)
    assert runs.confirm(again, then_on=True)
    world.until(lambda: GoodsRun.objects.get(pk=again.pk).problem != "", "it says why it does not go on")
    assert leased.pause(again)
    with pytest.raises(DomainError, match="preview_open"):
        runs.start(world.shop)
    assert runs.drop(again)
    again.refresh_from_db()
    assert (again.state, again.step) == ("cancelled", "writing")
    assert not runs.confirm(again, then_on=True)
    assert not world.shop.write_goods
    assert site(world, 1) == 41
    assert states(again) == {"S-00001": "planned"}


def test_the_command_shows_writes_and_saves_a_preview(world: Any, tmp_path: Any, settings: Any) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    warehouse(world, s1=12)
    out, file = StringIO(), tmp_path / "changes.csv"
    with translation.override("en"):
        call_command("preview_goods", shop="site", csv=str(file), stdout=out)
    assert "S-00001" in out.getvalue()
    assert "41 → 12" in out.getvalue()
    text = file.read_bytes().decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert site(world, 1) == 41
    with translation.override("en"):
        call_command("preview_goods", shop="site", confirm=True, stdout=out)
    assert "written 1" in out.getvalue()
    assert site(world, 1) == 12
