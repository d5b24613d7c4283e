"""Every page of the desk opens in both languages, shows no credentials, and asks as little for 50 rows as for 10."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bridge.catalog.models import Listing, Product
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.orders.after_sale import Refund, Return
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Watermark
from tests import factories
from tests.admin.conftest import Desk, Rows

LISTS = (
    "order",
    "outboxmessage",
    "return",
    "refund",
    "listing",
    "product",
    "inboxevent",
    "watermark",
    "shop",
    "connection",
)
MODELS: dict[str, Any] = {
    "order": Order,
    "outboxmessage": OutboxMessage,
    "return": Return,
    "refund": Refund,
    "listing": Listing,
    "product": Product,
    "inboxevent": InboxEvent,
    "watermark": Watermark,
    "shop": Shop,
    "connection": Connection,
}
ADDABLE = ("shop", "connection")
READ_ONLY = ("order", "outboxmessage", "return", "refund", "listing", "product", "inboxevent", "watermark")


def every_page() -> list[str]:
    """Addresses of all pages with the rows of the database."""
    pages = [
        "/admin/",
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        "/admin/admin/logentry/",
        "/admin/bridge/",
    ]
    for name in LISTS:
        pages.append(f"/admin/bridge/{name}/")
        pages += [f"/admin/bridge/{name}/{row.pk}/change/" for row in MODELS[name].objects.all()]
        pages += [f"/admin/bridge/{name}/{row.pk}/history/" for row in MODELS[name].objects.all()[:1]]
    pages += [f"/admin/bridge/{name}/add/" for name in ADDABLE]
    pages += ["/admin/bridge/outboxmessage/?state=all", "/admin/bridge/order/?standing=needs_you&q=5"]
    return pages + [f"/admin/auth/user/{row.pk}/change/" for row in User.objects.all()]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_opens_and_shows_no_credentials(desk: Desk, rows: Rows, language: str) -> None:
    secrets = [
        value for row in Connection.objects.all() for value in (*row.credentials.values(), row.hook_token)
    ]
    assert len(secrets) == 6
    for url in every_page():
        html = desk.get(url, language)
        for secret in secrets:
            assert not re.search(rf"\b{re.escape(secret)}\b", html), (url, secret)


def test_an_empty_bridge_opens_and_says_what_to_do_first(desk: Desk) -> None:
    html = desk.get("/admin/")
    assert "Подключите аккаунт МойСклад" in html
    assert "Добавьте магазин" in html
    for name in LISTS:
        desk.get(f"/admin/bridge/{name}/")


def test_the_first_page_shows_the_figures(desk: Desk, rows: Rows) -> None:
    html = words_of(desk.get("/admin/"))
    assert "Требует внимания 4 заказы и остатки" in html
    assert "Входящие, не обработано 1 из них не удалось прочитать: 1" in html
    assert "обработчик ещё не запускали" in html


class Words(HTMLParser):
    """What a person reads or hears of a page: texts, placeholders, titles; no scripts, codes, icons' names, nothing
    that is marked as the same in every language."""

    SILENT = ("script", "style", "code", "pre")
    READ = ("placeholder", "title", "aria-label", "data-label", "alt")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0
        self.stack: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value for name in self.READ if (value := given.get(name))]
        if tag not in ("input", "img", "link", "meta", "br", "hr", "path", "source"):
            icon = "material-symbols-outlined" in (given.get("class") or "")
            silent = icon or tag in self.SILENT or given.get("translate") == "no"
            self.stack.append(silent)
            self.silent += silent

    def handle_endtag(self, tag: str) -> None:
        if self.stack:
            self.silent -= self.stack.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def words_of(html: str) -> str:
    reader = Words()
    reader.feed(html)
    return re.sub(r"\s+", " ", " ".join(reader.found))


# Names of products and formats, which are the same in every language.
NAMES = re.compile(
    r"Sklad Bridge: test|[A-Z]+(?:_[A-Z]+)+|Cron|HPOS|HTTP|STARTTLS|TLS|CSV|csv|REST API|wp-admin|Gmail|SMTP|SSL|TOTP|"
    r"Telegram|BotFather|/newbot|«bot»|"
    r"Sklad|Bridge|WooCommerce|MoySklad|API|JSON|EAN|GTIN|ISBN|UPC|E-mail|e-mail|Consumer|key|secret|https?|English|"
    r"LDAP|Single Sing-On|"
    r"[a-zA-Z]+-[\w-]*\d[\w-]*|[oO]wner|token|Kruzhki|SHA|PBKDF|pbkdf|sha|esc|Ctrl|Control|Command|Mac"
)


def english_in(html: str) -> set[str]:
    """English words that a person reads or hears of a Russian page."""
    text = words_of(html)
    text = re.sub(
        r"[\w.+-]+@\S+|https?://\S+|\b[\w/:.]+\.(?:test|ru)\S*|127\.0\.0\.1\S*|\b[A-Z]{3,6} /\S*", " ", text
    )
    return set(re.findall(r"[A-Za-z]{3,}", NAMES.sub(" ", text)))


def test_a_russian_page_has_no_english_words(desk: Desk, rows: Rows) -> None:
    found: dict[str, set[str]] = {}
    for url in every_page():
        found[url] = english_in(desk.get(url))
    assert not {url: left for url, left in found.items() if left}


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_came_from_outside_is_not_added_or_deleted(desk: Desk, rows: Rows, name: str) -> None:
    pk = MODELS[name].objects.first().pk
    assert desk.client.get(f"/admin/bridge/{name}/add/").status_code == 403
    assert desk.client.get(f"/admin/bridge/{name}/{pk}/delete/").status_code == 403
    assert "delete_selected" not in desk.get(f"/admin/bridge/{name}/")


@pytest.mark.parametrize("name", [name for name in READ_ONLY if name != "listing"])
def test_what_came_from_outside_is_not_edited(desk: Desk, rows: Rows, name: str) -> None:
    pk = MODELS[name].objects.first().pk
    before = MODELS[name].objects.values().get(pk=pk)
    assert desk.post(f"/admin/bridge/{name}/{pk}/change/", {"status": "x"}).status_code == 403
    assert MODELS[name].objects.values().get(pk=pk) == before


def test_nobody_looks_without_logging_in(client: Client, rows: Rows) -> None:
    for url in (*every_page(), f"/admin/bridge/listing/{Listing.objects.first().pk}/products/"):
        assert client.get(url).status_code == 302, url


def test_a_person_without_rights_sees_nothing(client: Client, rows: Rows) -> None:
    client.force_login(User.objects.create_user("guest", is_staff=True))
    for name in LISTS:
        assert client.get(f"/admin/bridge/{name}/").status_code == 403
    message = rows.parked
    url = f"/admin/bridge/outboxmessage/{message.pk}/discard/"
    assert client.post(url, {"_form_submitted": "1"}).status_code == 403
    message.refresh_from_db()
    assert message.state == OutboxMessage.State.PARKED


def test_a_button_does_nothing_until_its_question_is_answered(desk: Desk, rows: Rows) -> None:
    desk.get(f"/admin/bridge/outboxmessage/{rows.parked.pk}/discard/")
    rows.parked.refresh_from_db()
    assert rows.parked.state == OutboxMessage.State.PARKED


def fill(shop: Shop, count: int) -> None:
    """`count` more rows of each list, of every kind that costs a look-up."""
    for number in range(count):
        order = factories.OrderFactory(shop=shop)
        if number % 2:
            factories.BindingFactory(order=order)
            factories.FlagFactory(order=order)
            factories.RefundFactory(order=order)
        else:
            factories.ParkedFactory(order=order)
        factories.LinkedListingFactory(shop=shop)
        factories.EventFactory(connection=shop.site)
        factories.ReturnFactory(connection=shop.account)
        factories.WatermarkFactory(connection=shop.account, flow=f"flow-{number}-{count}")
        factories.ShopFactory(account=shop.account)


def test_fifty_rows_cost_no_more_queries_than_ten(desk: Desk) -> None:
    shop = factories.ShopFactory()
    pages = ["/admin/", *(f"/admin/bridge/{name}/" for name in LISTS)]
    fill(shop, 10)
    desk.get("/admin/")  # what is read once a process is read
    few = {url: queries(desk, url) for url in pages}
    fill(shop, 40)
    many = {url: queries(desk, url) for url in pages}
    # Of a list with more pages than one, the keys of the page are read first.
    assert many.pop("/admin/bridge/listing/") == few["/admin/bridge/listing/"] + 1
    assert many == {url: few[url] for url in many}
    assert few.pop("/admin/") <= 32
    # Above the list of what the site sells stand figures, each counted through an index of its own: links_page.PARTS.
    assert few.pop("/admin/bridge/listing/") <= 17
    assert max(few.values()) <= 11


def test_an_order_with_many_lines_and_tries_costs_no_more(desk: Desk) -> None:
    shop = factories.ShopFactory()
    order = factories.OrderFactory(shop=shop)
    url = f"/admin/bridge/order/{order.pk}/change/"
    factories.AttemptFactory(message=factories.MessageFactory(order=order, state="done"))
    factories.RefundFactory(order=order)
    factories.ReturnFactory(connection=shop.account, order=order)
    factories.RelatedDocumentFactory(order=order)
    factories.EventFactory(connection=shop.site, source_id=order.source_id)
    desk.get(url)  # what is read once a process is read
    before = queries(desk, url)
    for _number in range(20):
        factories.AttemptFactory(message=factories.MessageFactory(order=order, state="done"))
        factories.EventFactory(connection=shop.site, source_id=order.source_id)
        factories.RefundFactory(order=order)
        factories.ReturnFactory(connection=shop.account, order=order)
        factories.RelatedDocumentFactory(order=order, source_key=f"refund:{_number}:1")
    assert queries(desk, url) == before


def queries(desk: Desk, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        desk.get(url)
    return len(seen)


def test_the_desk_speaks_russian_whatever_the_browser_asks_for(client: Client, db: None) -> None:
    page = client.get("/admin/login/", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert '<html lang="ru"' in page.content.decode()
    client.post("/i18n/setlang/", {"language": "en", "next": "/admin/login/"})
    assert '<html lang="en"' in client.get("/admin/login/").content.decode()
