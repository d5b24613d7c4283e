"""`make screenshots`: from an empty database to a shop at work, with a picture of every page the guide shows.

It runs as a test, since it needs what tests of the browser need, but is none: it is collected only where it is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from browser.conftest import browser
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from world import FAST, World, database_url, eventually

from bridge.alerts.models import Recipient
from bridge.catalog.models import Listing
from bridge.demo.launch import Bridge
from bridge.models import Connection, Shop
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.people import links
from bridge.people.roles import Role, give_role
from bridge.sync.models import Drift, GoodsRun
from bridge.sync.reconcile import reconciliations
from connectors.sandbox.control import running_sandbox
from tests.alerts.mail_sink import MailSink, mail_sink
from tests.browser.visitor import NAMES
from tests.guide import days
from tests.guide.camera import IMAGES, Camera, clear

__all__ = ["browser"]

SETUP = "/admin/bridge/setup/"
BUYERS = tuple(
    dict(zip(("first_name", "last_name", "city", "state", "email", "phone"), one, strict=True))
    for one in (
        ("Анна", "Сидорова", "Москва", "Москва", "anna@example.org", "+7 916 000-00-01"),
        ("Иван", "Петров", "Казань", "Респ Татарстан", "ivan@example.org", "+7 916 000-00-02"),
        ("Мария", "Петрова", "Гатчина", "Ленинградская обл", "maria@example.org", "+7 916 000-00-03"),
        ("Пётр", "Сидоров", "Сочи", "Краснодарский край", "petr@example.org", "+7 916 000-00-04"),
    )
)
BASKETS: tuple[dict[str, float], ...] = (
    {"S-00001": 2, "V-00001-1": 1},
    {"S-00003": 1},
    {"S-00006": 1, "S-00002": 4},
    {"V-00002-3": 1},
    {"S-00008": 2},
    {"S-00004": 1, "S-00005": 1, "V-00001-2": 2},
    {"S-00007": 1},
)
UNKNOWN = "X-NOMS"  # goods of the site that MoySklad does not have


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def empty(mail: MailSink, database: None, django_db_blocker: Any, tmp_path: Any) -> Iterator[World]:
    """A running bridge that knows nothing."""
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
        environment = {**FAST, "SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": database_url()}
        environment["MOYSKLAD_CALLS"] = "45"  # as a real account has it
        environment |= {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "EMAIL_FROM": "bridge@example.org"}
        with running_sandbox(items=40, limiter=False, special=["missing_in_moysklad", "bundle"]) as box:
            with Bridge(tmp_path, environment, web_workers=2) as bridge:
                yield World(bridge, box, tmp_path)
            connection.close()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def camera(empty: World, browser: Any) -> Iterator[Camera]:
    names = {
        "sandbox": "romashka",
        empty.box.moysklad.url: "https://api.moysklad.ru/api/remap/1.2",
        empty.box.store.url: "https://shop.example.com",
        empty.bridge.url: "https://bridge.example.com",
        empty.box.store.url.removeprefix("http://"): "shop.example.com",
        empty.bridge.url.removeprefix("http://"): "bridge.example.com",
    }
    clear(IMAGES)
    taking = Camera(browser, empty.bridge.url, names)
    yield taking
    assert taking.close() == []


@pytest.mark.timeout(1800)
def test_pictures(empty: World, camera: Camera) -> None:
    first_sign_in(empty, camera)
    assistant(empty, camera)
    colleagues()
    work(empty)
    every_day(empty, camera)
    goods(empty, camera)
    household(empty, camera)


def first_sign_in(world: World, camera: Camera) -> None:
    address = links.first_owner()
    camera.take("welcome", address[address.index("/people/") :], fill_welcome, role=None)


def fill_welcome(page: Page, language: str) -> None:
    page.locator("input[name=username]").fill(NAMES[Role.OWNER])


def assistant(world: World, camera: Camera) -> None:
    """Each step before it is answered, then answered as an owner would."""
    page, box = camera.window("ru").page, world.box
    camera.take("setup-account", SETUP)
    page.locator("[name=token-token]").fill(box.moysklad.token)
    page.locator("[name=token-base_url]").evaluate("(field, url) => { field.value = url }", box.moysklad.url)
    page.locator("button[value=token]").click()
    page.wait_for_url(f"**{SETUP}**")
    box.moysklad.configure(limiter=True, weight=1)  # as a real account has it: its answers state the limit
    camera.take("setup-connected", f"{SETUP}account/")
    box.moysklad.configure(limiter=False)
    camera.take(
        "setup-site", f"{SETUP}shop/", lambda page, _l: page.locator("[name=site]").fill(box.store.url)
    )
    page.locator("[name=site]").fill(box.store.url)
    page.locator("button[value=code]").click()
    code = page.locator("#pairing-code").inner_text()
    paired = box.store.connect(unescape(code))
    assert paired["ok"], paired
    shop = eventually(lambda: Shop.objects.first(), "the shop is connected")
    Shop.objects.update(name="shop.example.com")
    Connection.objects.filter(pk=shop.site_id).update(name="shop-example-com")
    Connection.objects.filter(pk=shop.account_id).update(name="romashka")
    at = f"{SETUP}{shop.pk}/"
    camera.take("setup-choices", f"{at}choices/", choose, most=1620)
    page.locator("#setup-form [name=save]").click()
    page.wait_for_url(f"**{at}mapping/")
    camera.take("setup-mapping", f"{at}mapping/", most=1900)
    page.locator("#setup-form [name=save]").click()
    page.wait_for_url(f"**{at}links/")
    page.locator("#setup-form [name=next]").wait_for()
    eventually(lambda: Listing.objects.filter(match="linked").count() >= 35, "the goods are linked", 90)
    camera.take("setup-links", f"{at}links/")
    page.locator("#setup-form [name=next]").click()
    page.locator("#setup-form [name=look]").click()
    page.locator("#setup-form [name=start]").wait_for()
    camera.take("setup-start", f"{at}start/")
    page.locator("#setup-form [name=start]").click()
    eventually(lambda: Shop.objects.get().write_goods, "the shop writes by itself", 60)
    world.run_flow("subscriptions")
    page.goto(f"{world.bridge.url}{at}trial/")
    page.locator("#setup-form [name=trial]").check()
    page.locator("#setup-form [name=try]").click()
    page.locator("#diagnosis-report").wait_for(state="attached")
    camera.take("setup-trial", f"{at}trial/", most=1180)


def choose(page: Page, language: str) -> None:
    page.locator("[name=organization_id]").select_option(label="ООО «Ромашка»")
    page.locator("[name=number_prefix]").fill("WOO-")


def work(world: World) -> None:
    """A day of the shop: orders that went, one that came back, three that wait for a person."""
    box, store, moysklad = world.box, world.box.store, world.box.moysklad
    placed = []
    for number, basket in enumerate(BASKETS * 2):
        placed.append(store.place_order(basket, **BUYERS[number % len(BUYERS)])["id"])
    world.quiet(90)
    documents = {order: world.document(order) for order in placed[:5]}
    moysklad.set_state(documents[placed[0]]["id"], "Завершен")
    store.pay(placed[1])
    world.quiet()
    demand = moysklad.ship(documents[placed[2]]["id"])
    moysklad.return_goods(demand["id"], {"S-00006": 1})
    store.set_status(placed[3], "cancelled")
    moysklad.return_goods(None, {"S-00003": 1}, store="Магазин")
    world.quiet()
    for number in range(3):
        store.place_order({UNKNOWN: 1, f"S-0000{number + 1}": 1}, **BUYERS[number])
    moysklad.trash(documents[placed[4]]["id"])
    store.set_line(placed[4], "S-00008", quantity=3)
    box.settle()
    eventually(
        lambda: OutboxMessage.objects.filter(state=OutboxMessage.State.PARKED).count() >= 4,
        "four orders wait",
        60,
    )
    world.quiet()
    days.before_today()


def every_day(world: World, camera: Camera) -> None:
    shop = world.shop
    waiting = OutboxMessage.objects.filter(problem="unlinked_lines").order_by("pk")
    stopped = Order.objects.get(pk=waiting[0].object_key.split(":")[1])
    went = Order.objects.filter(shop=shop).order_by("pk")[0]
    camera.take("home", "/admin/", most=1400)
    camera.take("home-phone", "/admin/", screen="phone")
    camera.take("orders", reverse("admin:bridge_order_changelist"), most=900)
    camera.take("order", reverse("admin:bridge_order_change", args=[went.pk]), most=1600)
    camera.take("order-problem", reverse("admin:bridge_order_change", args=[stopped.pk]), most=900)
    attention = reverse("admin:bridge_outboxmessage_attention")
    camera.take("attention", attention)
    camera.take("attention-phone", attention, screen="phone")
    camera.take("retry", attention, press_first_retry, most=700)
    camera.take("catalogue", reverse("admin:bridge_outboxmessage_catalogue"), most=1000)
    camera.take("returns", reverse("admin:bridge_return_changelist"))


def press_first_retry(page: Page, language: str) -> None:
    page.locator("a[href*='/retry/']").first.click()


def goods(world: World, camera: Camera) -> None:
    shop, box = world.shop, world.box
    # What is alike but not equal: the site writes these SKUs in its own way.
    for number in (9, 10, 11):
        box.store.set_sku(f"S-000{number:02d}", f"{number}-S")
    world.run_flow("site_catalogue")
    world.run_flow("suggestions")
    box.store.set_stock("S-00012", 3)
    box.store.set_stock("S-00013", 0)
    reconciliations.start(shop)
    eventually(lambda: Drift.objects.filter(state="open").exists(), "something differs", 90)
    world.quiet()
    by_site = f"?shop__id__exact={shop.pk}"
    unlinked = Listing.objects.filter(sku=UNKNOWN).get()
    camera.take("listings", reverse("admin:bridge_listing_changelist") + by_site, most=1000)
    camera.take("link-one", reverse("admin:bridge_listing_change", args=[unlinked.pk]), most=900)
    camera.take("link-many", reverse("admin:bridge_listing_many", args=[shop.pk]), most=900)
    camera.take("differences", reverse("admin:bridge_drift_changelist"), most=1000)
    camera.take("changes", reverse("admin:bridge_goodschange_changelist"), most=900)
    preview(world, camera)
    settings_of_goods = f"{reverse('admin:bridge_shop_change', args=[shop.pk])}?section=goods"
    camera.take("shop-stock", settings_of_goods, most=1300)


def preview(world: World, camera: Camera) -> None:
    """Prices are to follow MoySklad from now on: that is looked at before anything is written."""
    from bridge.sync.previews import runs

    shop, moysklad = world.shop, world.box.moysklad
    for number, kopecks in enumerate((129000, 45000, 99900, 219000), start=1):
        moysklad.set_price(f"S-0000{number}", kopecks)
    world.run_flow("catalogue")
    Shop.objects.update(owned_fields=["price"], write_goods=False)
    run = runs.start(shop)
    eventually(
        lambda: GoodsRun.objects.get(pk=run.pk).step == GoodsRun.Step.READY, "the preview is ready", 60
    )
    camera.take("preview", reverse("admin:bridge_goodsrun_change", args=[run.pk]), most=1300)


def household(world: World, camera: Camera) -> None:
    camera.take("pause", reverse("admin:bridge_pause_add"), fill_pause)
    camera.take("replay", reverse("admin:bridge_replayrun_add"))
    camera.take("upload", reverse("admin:bridge_upload_add"), most=1100)
    camera.take("recipients", reverse("admin:bridge_recipient_changelist"))
    camera.take("alerts", reverse("admin:bridge_alert_changelist"))
    camera.take("people", reverse("admin:auth_user_changelist"))
    camera.take("second-step", "/people/set-up/")
    camera.take("api-token", reverse("admin:bridge_apitoken_add"), fill_token)
    camera.take("personal-data", reverse("admin:bridge_order_personal"), look_for_buyer)
    camera.take("history", reverse("admin:admin_logentry_changelist"), most=900)
    camera.take("pairing", reverse("admin:bridge_pairingcode_add"), ask_for_code)
    look_at_everything(camera)
    camera.take("diagnosis", reverse("admin:bridge_diagnosis_changelist"), most=1500)
    camera.take("api-log", reverse("admin:bridge_apicall_changelist"), most=900)


def fill_pause(page: Page, language: str) -> None:
    why = {"ru": "Инвентаризация до вечера", "en": "Stocktaking until the evening"}
    page.locator("[name=why]").fill(why[language])


def colleagues() -> None:
    """Who works there, and who is told what."""
    owner = User.objects.get(username=NAMES[Role.OWNER])
    for role in (Role.STAFF, Role.VIEWER):
        person, _made = User.objects.get_or_create(username=NAMES[role])
        person.last_login = timezone.now() - timedelta(hours=2)
        person.save()
        give_role(person, role)
    links.invitation(Role.STAFF, owner)
    Recipient.objects.create(name=NAMES[Role.OWNER], channel="email", address="olga@example.org")
    Recipient.objects.create(
        name=NAMES[Role.STAFF],
        channel="email",
        address="anna@example.org",
        quiet_from="22:00",
        quiet_to="08:00",
        kinds=["failure"],
    )


def fill_token(page: Page, language: str) -> None:
    page.locator("[name=name]").fill("Отчёт о продажах" if language == "ru" else "Report of sales")


def look_for_buyer(page: Page, language: str) -> None:
    page.locator("[name=who]").fill(BUYERS[3]["email"])
    page.locator("#content form button[type=submit]").first.click()
    page.locator("button[value=export]").wait_for()


def ask_for_code(page: Page, language: str) -> None:
    page.locator("[name=site]").fill("https://shop.example.com")
    page.locator("#content form button[type=submit], #content form input[type=submit]").last.click()
    page.locator("#pairing-code").wait_for()
    page.locator("#pairing-code").evaluate(
        "code => { code.textContent = code.textContent.slice(0, -12) + '…' }"
    )


def look_at_everything(camera: Camera) -> None:
    page = camera.window("ru").page
    page.goto(camera.url + reverse("admin:bridge_diagnosis_changelist"))
    page.locator("#diagnosis-form button").click()
    page.locator("#diagnosis-report").wait_for(state="attached")
