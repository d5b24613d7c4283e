"""Home, left open on a screen, follows what happens: nobody loads it anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from world import World

from bridge.connections.models import Connection, Shop
from bridge.people.roles import Role
from tests.browser.visitor import PATIENCE, Visitor

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.timeout(1200)
# A part that was being asked for when the clock was put forward asks again a minute later.
TWICE = 2 * PATIENCE


@pytest.mark.parametrize("role", [Role.OWNER, Role.VIEWER])
def test_home_changes_without_being_loaded_anew(visit: Visit, world: World, role: Role) -> None:
    """The window's own clock is put forward to when its parts ask again, so that the test waits for nothing else."""
    visitor = visit(role=role)
    visitor.page.clock.install()
    page = visitor.open()
    need_you = page.locator("#figure-attention .desk-value")
    before = int(need_you.inner_text())
    page.evaluate("window.neverLoadedAnew = true")

    unknown = f"UNKNOWN-{role.value}"
    world.box.store.set_sku("S-00003" if role is Role.OWNER else "S-00004", unknown)
    world.run_flow("site_catalogue", 120)
    order = world.box.store.place_order({unknown: 1})["id"]
    world.message(order, state="parked")
    page.clock.fast_forward("00:11")
    expect(need_you).to_have_text(str(before + 1))

    account = Connection.objects.get(pk=world.shop.account_id)
    Connection.objects.filter(pk=account.pk).update(name=f"renamed-{role.value}")
    shops = Shop.objects.filter(pk=world.shop.pk)
    channel = shops.values_list("sales_channel_id", flat=True)[0]
    shops.update(sales_channel_id="deleted")
    page.clock.fast_forward("01:01")
    expect(page.locator("#home-rest")).to_contain_text(f"renamed-{role.value}", timeout=TWICE)
    notices = page.locator("#home-notices")
    expect(notices).to_contain_text("Больше нет в МойСклад", timeout=TWICE)
    expect(notices.get_by_role("link")).to_have_count(1 if role is Role.OWNER else 0)
    shops.update(sales_channel_id=channel)
    page.clock.fast_forward("01:01")
    expect(notices).to_be_empty(timeout=TWICE)

    order = world.box.store.place_order({unknown: 1})["id"]
    world.message(order, state="parked")
    page.clock.fast_forward("00:11")  # the part that came anew asks again, too
    expect(need_you).to_have_text(str(before + 2))
    assert page.evaluate("window.neverLoadedAnew") is True
