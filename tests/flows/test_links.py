"""Links as people make them: written otherwise, from a file, left by an earlier plugin, and gone on one side."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from django.contrib.auth.models import User
from world import SLOW_MACHINE

from bridge.catalog.bindings import LOST
from bridge.catalog.models import Listing, ProductBinding
from bridge.sync.links import link_runs, suggested
from bridge.sync.models import LinkRun


def listing(world: Any, sku: str) -> Listing:
    """The listing as the site names it by this SKU."""
    wire = world.box.store.product(sku)
    own = str(wire["id"])
    rows = Listing.objects.select_related("binding__product", "suggestion")
    return rows.get(
        product_id=str(wire.get("parent_id") or own), variation_id=own if wire.get("parent_id") else ""
    )


def article(world: Any, sku: str) -> str:
    found = listing(world, sku)
    return found.binding.product.article if hasattr(found, "binding") else ""


def done(world: Any, run: LinkRun, step: str) -> LinkRun:
    """The run once the workers have brought it there."""
    world.until(lambda: LinkRun.objects.get(pk=run.pk).step == step, f"the run is {step}")
    return LinkRun.objects.select_related("shop__site", "shop__account").get(pk=run.pk)


@pytest.fixture(autouse=True)
def nobody_at_the_desk(world: Any) -> None:
    User.objects.all().delete()


def signed_in(world: Any) -> requests.Session:
    """A browser of the desk's owner."""
    User.objects.create_superuser("linker", password="a long password")
    session = requests.Session()
    login = f"{world.bridge.url}/admin/login/"
    session.get(login, timeout=SLOW_MACHINE)
    answer = session.post(
        login,
        data={
            "username": "linker",
            "password": "a long password",
            "csrfmiddlewaretoken": session.cookies["csrftoken"],
        },
        headers={"Referer": login},
        timeout=SLOW_MACHINE,
    )
    assert answer.status_code == 200
    return session


def test_a_sku_in_another_case_waits_for_one_click_and_the_order_goes_on(world: Any) -> None:
    world.box.store.set_sku("S-00003", "s -00003")
    world.run_flow("site_catalogue")
    order = world.box.store.place_order({"s -00003": 1})
    assert world.message(order["id"], state="parked").problem == "unlinked_lines"
    suggested.again(world.shop)
    world.until(lambda: listing(world, "s -00003").suggestion_score == 99, "it is suggested")
    found = listing(world, "s -00003")
    assert (found.match, found.suggestion.article) == ("missing", "S-00003")
    desk = signed_in(world)
    page = f"{world.bridge.url}/admin/bridge/listing/"
    assert f"{found.pk}/confirm/" in desk.get(page, timeout=SLOW_MACHINE).text
    answer = desk.post(
        f"{page}{found.pk}/confirm/",
        data={"suggestion": found.suggestion_id, "csrfmiddlewaretoken": desk.cookies["csrftoken"]},
        headers={"Referer": page},
        timeout=SLOW_MACHINE,
    )
    assert answer.status_code == 200
    world.document(order["id"])
    world.run_flow("site_catalogue")  # what a person linked stays
    assert article(world, "s -00003") == "S-00003"


def test_a_file_links_and_takes_back_and_the_site_gets_its_numbers(world: Any) -> None:
    world.box.store.set_sku("S-00007", "OWN-7")
    world.run_flow("site_catalogue")
    before = article(world, "OWN-7")
    assert before == ""
    item = world.box.moysklad.item("S-00007")
    content = f"sku;moysklad_id\nOWN-7;{item['id']}\nNOT-THERE;{item['id']}\n".encode()
    run = done(world, link_runs.from_file(world.shop, "owner", "links.csv", content), "ready")
    assert (run.counts["new"], run.counts["listing_unknown"]) == (1, 1)
    assert article(world, "OWN-7") == ""
    link_runs.agree(run)
    run = done(world, run, "made")
    assert article(world, "OWN-7") == "S-00007"
    order = world.box.store.place_order({"OWN-7": 1})
    world.document(order["id"])
    link_runs.take_back(run)
    done(world, run, "undone")
    assert article(world, "OWN-7") == ""
    world.box.store.set_sku("OWN-7", "S-00007")
    world.run_flow("site_catalogue")
    assert article(world, "S-00007") == "S-00007"


def test_links_left_by_an_earlier_plugin_are_taken_over(world: Any) -> None:
    item = world.box.moysklad.item("S-00008")
    wire = world.box.store.product("S-00008")
    world.box.store.edit_product("S-00008", meta_data=[{"key": "wooms_id", "value": item["id"]}])
    world.box.store.edit_product("S-00009", meta_data=[{"key": "wooms_id", "value": "deleted-long-ago"}])
    world.box.store.set_sku("S-00008", "WOOMS-8")
    world.box.store.set_sku("S-00009", "WOOMS-9")
    # What an earlier plugin left is read once, with the first reading of the site's goods.
    Listing.objects.update(kind="")
    world.run_flow("site_catalogue")
    assert listing(world, "WOOMS-8").earlier_link == item["id"]
    run = done(world, link_runs.from_earlier(world.shop, "owner"), "ready")
    assert (run.counts["new"], run.counts["item_unknown"]) == (1, 1)
    link_runs.agree(run)
    done(world, run, "made")
    assert ProductBinding.objects.get(listing__product_id=str(wire["id"])).origin == "earlier"
    assert article(world, "WOOMS-8") == "S-00008"
    world.run_flow("site_catalogue")
    assert article(world, "WOOMS-8") == "S-00008"


def test_an_item_deleted_in_moysklad_is_told_and_its_orders_wait(world: Any) -> None:
    assert article(world, "S-00010") == "S-00010"
    world.box.moysklad.delete_item("S-00010")
    world.run_flow("catalogue")
    # What a webhook called deleted is asked for by itself, maybe after the catalogue was read.
    lost = world.until(lambda: Listing.objects.filter(LOST).first(), "it is told")
    assert (lost.sku, lost.match) == ("S-00010", "missing")
    world.until(
        lambda: world.box.store.product("S-00010")["stock_quantity"] == 0, "nothing of it is for sale"
    )
    world.box.store.set_stock("S-00010", 5)  # by hand, so that it can be bought
    order = world.box.store.place_order({"S-00010": 1})
    parked = world.message(order["id"], state="parked")
    assert (parked.problem, "S-00010" in parked.problem_params["lines"]) == ("unlinked_lines", True)
    assert world.documents(order["id"]) == []
    desk = signed_in(world)
    page = desk.get(f"{world.bridge.url}/admin/bridge/listing/?link=lost", timeout=SLOW_MACHINE).text
    assert lost.name in page


def test_an_item_deleted_on_the_site_is_told(world: Any) -> None:
    found = listing(world, "S-00012")
    assert found.match == "linked"
    world.box.store.delete_product("S-00012")
    world.run_flow("site_catalogue")
    assert Listing.objects.filter(LOST, pk=found.pk).exists()
