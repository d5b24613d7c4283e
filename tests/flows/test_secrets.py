"""Not one secret in clear, wherever somebody may look, after a run in which each was used, with the chattiest logs.

Meant to be shown, once, to whoever asked for it, for there is no other way to hand it over: a pairing code, an API
token, a link of invitation or for a new password, the key and the recovery codes of a second step, a new secret of the
plugin, each on the page (or by the command) that makes it; the event secret also to the shop that pairs with good keys
and to whoever runs `configure`, and the link of the first owner in the log of a bridge that has none.

Not looked for: the six digits of a second step, which are good for half a minute and stand in many a number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet
from desk_pages import ELSEWHERE, MODELS, pages_of
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Min
from django.test import Client, override_settings
from django_otp.oath import TOTP
from world import SLOW_MACHINE

from bridge.alerts.models import AlertRules, Recipient
from bridge.api.urls import router
from bridge.apilog.models import ApiCall
from bridge.connections.models import PaymentMethod, Shop
from bridge.demo.launch import free_port
from bridge.models import Connection
from bridge.people.models import AuthenticatorApp
from bridge.people.roles import Role, give_role
from tests.alerts.mail_sink import mail_sink
from tests.alerts.telegram_box import TOKEN, telegram_box
from tests.security.database_files import database_files
from tests.security.dump import dump
from tests.security.spellings import places

MAIL, TELEGRAM = free_port(), free_port()
KEYS = [Fernet.generate_key().decode() for _key in range(2)]
# Those that the test hands in; all others are made on the way.
GIVEN = {
    "the metrics token": "metrics-token-4c1f8e",
    "the password of the mail server": "mail-password-77d0a2",
    "the bot's token": TOKEN,
    "a password": "right & true password of olga 5",
    "a wrong password": "wrong password of olga 6",
    "a new person's password": "the password anna chose 7",
    "a refused consumer key": "ck_of_a_refused_shop_52",
    "a refused consumer secret": "cs_of_a_refused_shop_91",
    "a wrong API token": "skb_mistyped-61d0c5f2b84e97a3",
    "SECRET_KEY": settings.SECRET_KEY,
    "the present CREDENTIALS_KEYS": KEYS[0],
    "the former CREDENTIALS_KEYS": KEYS[1],
}
WORLD = {
    "env": {
        "LOG_LEVEL": "DEBUG",
        "CREDENTIALS_KEYS": ",".join(KEYS),
        "METRICS_TOKEN": GIVEN["the metrics token"],
        "TELEGRAM_API_URL": f"http://127.0.0.1:{TELEGRAM}",
        "RETRY_SCALE": "0.02",
    }
}


@pytest.fixture(scope="module", autouse=True)
def same_keys() -> Iterator[None]:
    """The test reads and writes the tables of the bridge."""
    with override_settings(CREDENTIALS_KEYS=KEYS):
        yield


class Browser:
    """Somebody before the bridge's real pages."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()
        self.session.cookies.set("django_language", "en")

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=SLOW_MACHINE)

    def post(self, path: str, **data: Any) -> requests.Response:
        page = f"{self.url}{path}"
        self.get(path)
        data["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        return self.session.post(page, data=data, headers={"Referer": page}, timeout=SLOW_MACHINE)

    def shown(self, path: str, pattern: str, **data: Any) -> str:
        """What this page shows there once; it is kept by nobody on the way."""
        answer = self.post(path, **data)
        found = re.search(pattern, answer.text)
        assert found, (path, answer.status_code, answer.text[-2000:])
        assert "no-store" in answer.headers["Cache-Control"]
        return unescape(found[1])

    def sign_in(self, name: str, password: str) -> bool:
        answer = self.post("/admin/login/", username=name, password=password, next="/admin/")
        assert answer.status_code == 200
        return "sessionid" in self.session.cookies


def work(world: Any) -> None:
    """An order that is paid, and part of whose money goes back; and one that MoySklad refuses."""
    expense_item = next(iter(world.box.moysklad.directory("expenseitem").values()))
    Shop.objects.update(expense_item_id=expense_item)
    PaymentMethod.objects.create(shop=world.shop, method="bacs", document="paymentin")
    order = world.box.store.place_order({"S-00001": 2}, payment_method="bacs", paid=True)
    document = world.document(order["id"])
    world.quiet()
    assert world.box.moysklad.document(document["id"])["payedSum"]
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.quiet()
    world.box.moysklad.configure(closed_before="2099-01-01")
    world.message(world.box.store.place_order({"S-00002": 1})["id"], state="dead")


def two_ways_of_alerts(olga: Browser) -> None:
    rules, _made = AlertRules.objects.get_or_create(pk=1)
    rules.smtp_host, rules.smtp_port, rules.smtp_security = "127.0.0.1", MAIL, AlertRules.Security.NONE
    rules.smtp_user, rules.secrets = (
        "bridge@example.test",
        {"smtp_password": GIVEN["the password of the mail server"]},
    )
    rules.save()
    assert "@sklad_alerts_bot" in olga.post("/admin/bridge/recipient/telegram/", do="token", token=TOKEN).text
    for channel, address in (("email", "anna@example.test"), ("telegram", "77")):
        Recipient.objects.create(name=channel, channel=channel, address=address, kinds=["failure"])


def pairing(world: Any, olga: Browser) -> tuple[dict[str, str], dict[str, str]]:
    """With keys that are not good, then with good ones, then once more with the code that is used up."""
    data = {"account": world.shop.account_id, "site": world.box.store.url}
    shown = olga.shown("/admin/bridge/pairingcode/add/", r'id="pairing-code">([^<]+)</code>', **data)
    code = shown.partition("#")[2]
    offer = {"code": code, "site": world.box.store.url}
    offer |= {
        name: GIVEN[f"a refused {name.replace('_', ' ')}"] for name in ("consumer_key", "consumer_secret")
    }
    refused = requests.post(f"{world.bridge.url}/api/v1/pair/", json=offer, timeout=SLOW_MACHINE)
    assert refused.status_code == 422, refused.text
    paired = world.box.store.connect(shown)
    assert paired["ok"], paired
    again = world.box.store.connect(shown)
    assert again["code"] == "code_used"
    secrets = {
        "a pairing code": code,
        "a consumer key of a pairing": paired["consumer_key"],
        "a consumer secret of a pairing": paired["consumer_secret"],
    }
    return secrets, {"a refusal of a pairing": refused.text, "a refusal of a used code": str(again)}


def somebody_comes_in(world: Any, olga: Browser) -> tuple[dict[str, str], dict[str, str]]:
    """By a link, with a second step; first the link is sent to without its page, afterwards once more."""
    link = olga.shown("/admin/auth/user/add/", r">(http[^<]+/people/welcome/[^<]+)</code>", role=Role.STAFF)
    path = link.removeprefix(world.bridge.url)
    assert requests.post(link, data={"username": "anna"}, timeout=SLOW_MACHINE).status_code == 403
    anna, password = Browser(world.bridge.url), GIVEN["a new person's password"]
    anna.post(path, username="anna", first_name="", password1=password, password2=password)
    assert "sessionid" in anna.session.cookies
    late = anna.get(path)
    assert late.status_code == 410
    key = re.search(r"<code[^>]*>([A-Z2-7 ]{32,})</code>", anna.get("/people/set-up/").text)
    assert key
    app = AuthenticatorApp.objects.get(user__username="anna")
    totp = TOTP(app.bin_key)
    totp.time = time.time()
    page = anna.post("/people/set-up/", code=f"{totp.token():06d}").text
    codes = page.partition('<pre class="desk-code"')[2].partition(">")[2].partition("<")[0].split()
    assert len(codes) == 10
    again = Browser(world.bridge.url)
    assert again.sign_in("anna", password)
    assert "not right" in again.post("/people/code/", code="zzzzzzzz").text
    again.post("/people/code/", code=codes[0])
    person = User.objects.get(username="anna").pk
    password_link = olga.shown(
        f"/admin/auth/user/{person}/password/",
        r">(http[^<]+/people/welcome/[^<]+)</code>",
        _form_submitted="1",
    )
    secrets = {
        "a link of invitation": link.rstrip("/").rpartition("/")[2],
        "a link for a new password": password_link.rstrip("/").rpartition("/")[2],
        "the key of a second step": key[1].replace(" ", ""),
        "the key of a second step as it is typed": key[1],
        "the key of a second step as the library has it": app.bin_key.hex(),
        **{f"recovery code {number}": code for number, code in enumerate(codes)},
    }
    return secrets, {"a used link": late.text}


def programs(world: Any, olga: Browser) -> tuple[dict[str, str], dict[str, str]]:
    """With a token, with a wrong one, and whoever reads the figures."""
    token = olga.shown(
        "/admin/bridge/apitoken/add/",
        r'id="api-token">([^<]+)</code>',
        name="Reports",
        role=Role.OWNER,
        lasts="30",
    )

    def asked(path: str, bearer: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {bearer}", "X-Forwarded-For": "203.0.113.5"}
        return requests.get(f"{world.bridge.url}{path}", headers=headers, timeout=SLOW_MACHINE)

    assert asked("/api/v1/orders/", token).ok
    refused = asked("/api/v1/orders/", GIVEN["a wrong API token"])
    assert refused.status_code == 401
    figures = asked("/metrics", GIVEN["the metrics token"])
    assert figures.ok
    assert asked("/metrics", GIVEN["a wrong API token"]).status_code >= 400
    return {"an API token": token}, {"/metrics": figures.text, "a refused token": refused.text}


def knocks(world: Any, hook: str) -> dict[str, str]:
    """MoySklad's own address with what is none of MoySklad's, and with one sign too many."""
    paths = (
        f"/hooks/moysklad/{hook}/changed/",
        f"/hooks/moysklad/{hook}x/changed/",
        f"/hooks/moysklad/{hook}/",
    )
    url = world.bridge.url
    answers = {
        f"a knock {number}": requests.post(f"{url}{path}", data=b"{", timeout=SLOW_MACHINE)
        for number, path in enumerate(paths)
    }
    assert all(400 <= answer.status_code < 500 for answer in answers.values())
    return {name: answer.text for name, answer in answers.items()}


def credentials() -> dict[str, str]:
    """Of the account and the site, as they are stored now."""
    rows = Connection.objects.all()
    every = {f"{key} of {row}": value for row in rows for key, value in row.credentials.items()}
    return {f"{name} ({value[:4]})": value for name, value in every.items()}


def commands(world: Any) -> tuple[dict[str, str], dict[str, str]]:
    manage = world.bridge.manage
    link = re.search(r"/people/welcome/([^/\s]+)/", manage("owner_link", "--name", "olga"))
    assert link
    asked = [
        ("bridge_status", "--json"),
        ("bridge_status",),
        ("diagnose",),
        ("diagnose", "--json"),
        ("configure", "--show"),
    ]
    said = {" ".join(words): manage(*words) for words in [*asked, ("metrics",), ("rotate_secrets",)]}
    return {"a link of the console": link[1]}, said


def desk_and_api(olga: User) -> dict[str, str]:
    """All pages of the desk and lists of the API, a few rows of each table, of the log's calls one of every kind."""
    client = Client()
    client.force_login(olga)
    paths = [*ELSEWHERE, *(path for model in MODELS for path in pages_of(model, olga, parts=True))]
    kinds = ApiCall.objects.values("direction", "vendor", "method", "purpose", "status", "error")
    calls = [row["one"] for row in kinds.annotate(one=Min("pk"))]
    paths += [f"/admin/bridge/apicall/{pk}/change/" for pk in calls]
    paths += [f"/api/v1/calls/{pk}/" for pk in calls]
    for name, resource, _basename in router.registry:
        model = getattr(resource, "model", None)
        rows = model._default_manager.order_by("-pk").values_list("pk", flat=True)[:3] if model else []
        paths += [f"/api/v1/{name}/", *(f"/api/v1/{name}/{pk}/" for pk in rows)]
    answers = {path: client.get(path, follow=True) for path in dict.fromkeys(paths)}
    return {path: answer.content.decode() for path, answer in answers.items() if answer.status_code == 200}


def test_no_secret_is_anywhere_in_clear_after_all_of_them_were_used(world: Any) -> None:
    owner = User.objects.create_user("olga", password=GIVEN["a password"])
    give_role(owner, Role.OWNER)
    olga = Browser(world.bridge.url)
    assert not olga.sign_in("olga", GIVEN["a wrong password"])
    assert olga.sign_in("olga", GIVEN["a password"])
    hook = world.shop.account.hook_token
    secrets, told = {**GIVEN, **credentials()}, {}
    with mail_sink(MAIL) as sink, telegram_box(TELEGRAM) as box:
        sink.login = ("bridge@example.test", GIVEN["the password of the mail server"])
        box.chats.add("77")
        two_ways_of_alerts(olga)
        work(world)
        world.until(lambda: sink.messages and box.messages, "both ways have told of the refused order")
        told["alerts"] = "\n".join(map(str, sink.messages)) + str(box.messages)
    for known, said in (
        pairing(world, olga),
        somebody_comes_in(world, olga),
        programs(world, olga),
        commands(world),
        ({}, knocks(world, hook)),
    ):
        secrets, told = {**secrets, **known}, {**told, **said}
    secrets |= credentials()
    site = f"/admin/bridge/connection/{world.shop.site_id}"
    secrets["a new secret of the plugin"] = olga.shown(
        f"{site}/new-secret/", r"<code[^>]*>([^<]+)</code>", _form_submitted="1"
    )
    for path in ("/admin/", f"{site}/change/", "/admin/bridge/recipient/telegram/", "/api/v1/calls/"):
        told[f"GET {path}"] = olga.get(path).text
    secrets |= credentials()
    session = olga.session.cookies["sessionid"]
    world.quiet()
    world.bridge.stop()  # whatever it had still to write down is written

    told |= desk_and_api(owner)
    own_file = "shop.toml"  # the owner's, who wrote the keys into it
    files = [path for path in world.bridge.directory.rglob("*") if path.is_file() and path.name != own_file]
    told |= {path.name: path.read_bytes().decode(errors="replace") for path in files}
    assert " DEBUG " in told["worker.log"]
    assert " DEBUG " in told["web.log"]
    whole = database_files()
    told |= {**dump(), **whole}
    assert len(secrets) >= 30
    assert len(told) > 200
    # Compared as they are (docs/security.md): each in its own column, and nowhere else.
    own_column = {"the secret address of the webhooks": "bridge_connection", "a session": "django_session"}
    secrets |= {"the secret address of the webhooks": hook, "a session": session}
    kept = {name for name in whole if name.startswith("database")}
    leaks = {
        (name, place)
        for name, where in places(secrets, told).items()
        for place in where
        if name not in own_column or place not in kept | {own_column[name]}
    }
    assert leaks == set()
