"""Who may open which page and press which button: every address of the admin, every action, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, reverse

from bridge.connections.models import Connection
from bridge.outbox.models import OutboxMessage
from bridge.people import tokens
from bridge.people.roles import RIGHTS, Role, give_role, role_of
from tests.people.conftest import Rows, person

EVERYBODY = {"owner", "staff", "viewer"}
STAFF = {"owner", "staff"}
OWNER = {"owner"}
NOBODY: set[str] = set()

# Of each page: who may look at its list, rows and history; who may add; then its buttons, ways and bulk actions.
PAGES: dict[str, tuple[set[str], set[str], dict[str, set[str]]]] = {
    "bridge_order": (
        EVERYBODY,
        NOBODY,
        {
            **dict.fromkeys(
                (
                    *(
                        "send_again",
                        "create_again",
                        "leave_so",
                        "cancel_on_site",
                        "compare",
                        "send_again_many",
                    ),
                    *("hold", "release", "take_site", "take_document"),
                ),
                STAFF,
            ),
            "personal": OWNER,
        },
    ),
    "bridge_outboxmessage": (
        EVERYBODY,
        NOBODY,
        {
            **dict.fromkeys(("attention", "catalogue"), EVERYBODY),
            **dict.fromkeys(
                (f"attention_{deed}" for deed in ("retry", "discard", "assign", "snooze")), STAFF
            ),
            **dict.fromkeys(("retry_one", "discard_one", "assign_one", "snooze_one"), STAFF),
            **dict.fromkeys(("retry_many", "discard_many", "assign_many", "snooze_many"), STAFF),
        },
    ),
    "bridge_retryrun": (EVERYBODY, NOBODY, dict.fromkeys(("pause", "resume", "cancel"), STAFF)),
    "bridge_return": (EVERYBODY, NOBODY, dict.fromkeys(("settle", "follow", "settle_many"), STAFF)),
    "bridge_refund": (EVERYBODY, NOBODY, {"settle": STAFF}),
    "bridge_listing": (
        EVERYBODY,
        NOBODY,
        {
            **dict.fromkeys(("products", "confirm", "refuse", "many", "read", "again"), STAFF),
            **dict.fromkeys(("upload", "earlier", "compare"), STAFF),
            **dict.fromkeys(("confirm_many", "refuse_many", "match_many", "unlink_many"), STAFF),
            "download": EVERYBODY,
        },
    ),
    "bridge_product": (EVERYBODY, NOBODY, {}),
    "bridge_apicall": (EVERYBODY, NOBODY, {}),
    "bridge_inboxevent": (
        EVERYBODY,
        NOBODY,
        dict.fromkeys(
            (
                f"{deed}_{rows}"
                for deed in ("replay", "discard", "assign", "snooze")
                for rows in ("one", "many")
            ),
            STAFF,
        ),
    ),
    "bridge_replayrun": (EVERYBODY, STAFF, dict.fromkeys(("pause", "resume", "cancel"), STAFF)),
    "bridge_pause": (EVERYBODY, STAFF, {"end": STAFF}),
    "bridge_watermark": (EVERYBODY, NOBODY, dict.fromkeys(("run_now", "run_many"), STAFF)),
    "bridge_upload": (EVERYBODY, STAFF, dict.fromkeys(("decide", "pause", "resume", "cancel"), STAFF)),
    "bridge_linkrun": (
        EVERYBODY,
        NOBODY,
        {"report": EVERYBODY, **dict.fromkeys(("agree", "drop", "take_back"), STAFF)},
    ),
    "bridge_goodsrun": (
        EVERYBODY,
        OWNER,
        dict.fromkeys(("confirm", "pause", "resume", "cancel", "undo"), OWNER),
    ),
    "bridge_goodschange": (
        EVERYBODY,
        NOBODY,
        {"csv": EVERYBODY, **dict.fromkeys(("leave", "pin", "take_again"), OWNER)},
    ),
    "bridge_reconciliation": (EVERYBODY, STAFF, dict.fromkeys(("pause", "resume", "cancel"), STAFF)),
    "bridge_drift": (
        EVERYBODY,
        NOBODY,
        dict.fromkeys(("repair_one", "accept_one", "compare_one", "repair_many", "accept_many"), STAFF),
    ),
    "bridge_alert": (EVERYBODY, NOBODY, {}),
    "bridge_recipient": (OWNER, OWNER, dict.fromkeys(("rules", "telegram", "try_out"), OWNER)),
    "bridge_shop": (OWNER, OWNER, {}),
    "bridge_connection": (OWNER, OWNER, dict.fromkeys(("check_now", "new_secret"), OWNER)),
    "bridge_pairingcode": (OWNER, OWNER, {}),
    "bridge_setup": (
        OWNER,
        NOBODY,
        dict.fromkeys(
            ("account", "site", "known_site", "choices", "mapping", "links", "start", "trial"), OWNER
        ),
    ),
    "bridge_diagnosis": (EVERYBODY, NOBODY, {"begin": STAFF}),
    "auth_user": (
        OWNER,
        OWNER,
        dict.fromkeys(
            ("rules", "withdraw", "password_link", "sign_out", "step_off", "deactivate", "activate"), OWNER
        ),
    ),
    "bridge_apitoken": (OWNER, OWNER, {"revoke": OWNER}),
    "admin_logentry": (OWNER, NOBODY, {}),
}
# Nothing on the desk is deleted, except connections and shops that nothing hangs on yet.
DELETED = NOBODY
# Pages of everybody, whatever their role.
OWN = {
    "index": EVERYBODY,
    "search": EVERYBODY,
    "login": EVERYBODY,
    "logout": EVERYBODY,
    "password_change": EVERYBODY,
    "password_change_done": EVERYBODY,
    "jsi18n": EVERYBODY,
    "app_list": EVERYBODY,
    "view_on_site": EVERYBODY,
    "autocomplete": NOBODY,  # no page offers rows of another table for typing
}
# Asked for with POST only, though nothing is pressed twice: `admin:logout` would end the session under test.
NOT_OPENED = {"login", "logout", "view_on_site", "app_list"}


def addresses(patterns: Any = None) -> Iterator[URLPattern]:
    for one in admin.site.get_urls() if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns)
        elif one.name:
            yield one


def page_of(name: str) -> tuple[str, str]:
    """'bridge_order_send_again' → ('bridge_order', 'send_again')."""
    page = next((page for page in PAGES if name.startswith(f"{page}_")), "")
    return page, name[len(page) + 1 :]


def allowed(name: str) -> set[str]:
    """Who may open the address of this name. KeyError for one that nobody entered in the table."""
    if name in OWN:
        return OWN[name]
    page, part = page_of(name)
    seen, adding, more = PAGES[page]
    if part in ("changelist", "change", "history"):
        return seen
    return {"add": adding, "delete": DELETED}[part] if part in ("add", "delete") else more[part]


def actions() -> Iterator[tuple[str, str]]:
    for model, page in admin.site._registry.items():
        if page.actions is not None:
            for _act, name, _says in page._get_base_actions():
                yield f"{model._meta.app_label}_{model._meta.model_name}", name


def url_of(one: URLPattern, everything: dict[str, Any]) -> str:
    page, _part = page_of(one.name or "")
    model = next((m for m in admin.site._registry if page.endswith(f"_{m._meta.model_name}")), None)
    row = model._default_manager.first() if model is not None else None
    own = everything.get(page.removeprefix("bridge_"), row)
    given: dict[str, Any] = {
        "object_id": getattr(own, "pk", 1),
        "pk": getattr(own, "pk", 1),
        "shop_pk": everything["shop"].pk,
    }
    return reverse(f"admin:{one.name}", kwargs={key: given[key] for key in one.pattern.converters})


def test_every_address_and_action_stands_in_the_table() -> None:
    missing = []
    for name in [*(one.name for one in addresses()), *(f"{page}_{action}" for page, action in actions())]:
        try:
            if not str(name).endswith("_delete_selected"):
                allowed(str(name))
        except KeyError:
            missing.append(name)
    assert not missing, "new pages: say in PAGES who may open them"


@pytest.mark.timeout(600)  # a walk through all pages, on machines that do other work too
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ["owner", "staff", "viewer"])
def test_every_address_is_open_to_its_roles_and_shut_to_others(
    browser_of: Callable[[str], Client], everything: dict[str, Any], role: str, method: str
) -> None:
    client, wrong = browser_of(role), []
    tokens.make(User.objects.get(), "1C", Role.VIEWER, days=None)
    LogEntry.objects.create(
        user=User.objects.get(), content_type=ContentType.objects.get_for_model(User), action_flag=2
    )
    for one in {one.name: one for one in addresses() if one.name not in NOT_OPENED}.values():
        url, may = url_of(one, everything), role in allowed(str(one.name))
        if method == "post" and (str(one.name).endswith("change") or page_of(str(one.name))[0] == ""):
            continue  # rows that nobody may edit refuse everybody's form; below is who may save
        data = {"_form_submitted": "1", "suggestion": "x"} if method == "post" else {}
        before = transaction.savepoint()
        status = getattr(client, method)(url, data).status_code
        transaction.savepoint_rollback(before)
        # What is only pressed is no page: to be told so instead of "refused" gives nothing away.
        refused = status == 403 or (method == "get" and status == 404 and not may)
        if refused == may:
            wrong.append((url, status, sorted(allowed(str(one.name)))))
    assert not wrong


@pytest.mark.parametrize("role", ["owner", "staff", "viewer"])
def test_forms_are_saved_by_their_roles_only(
    browser_of: Callable[[str], Client], everything: dict[str, Any], role: str
) -> None:
    may_save = {
        "bridge_listing": STAFF,
        **dict.fromkeys(("bridge_recipient", "bridge_shop", "bridge_connection", "auth_user"), OWNER),
    }
    client, wrong = browser_of(role), []
    for one in addresses():
        page, part = page_of(str(one.name))
        if part == "change" and page != "admin_logentry" and page != "bridge_goodschange":
            before = transaction.savepoint()
            status = client.post(url_of(one, everything), {}).status_code
            transaction.savepoint_rollback(before)
            if (status != 403) != (role in may_save.get(page, NOBODY)):
                wrong.append((one.name, status))
    assert not wrong


@pytest.mark.parametrize("role", ["owner", "staff", "viewer"])
def test_every_action_is_offered_to_its_roles_only(
    browser_of: Callable[[str], Client], everything: dict[str, Any], role: str
) -> None:
    client, wrong = browser_of(role), []
    request = RequestFactory().get("/", {"run": str(everything["goodsrun"].pk)})
    request.user = User.objects.get(username=f"a-{role}")
    for model, page in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        offered = set(page.get_actions(request)) if page.actions is not None else set()
        wanted = {action for at, action in actions() if at == name and action != "delete_selected"}
        wanted = {action for action in wanted if role in allowed(f"{name}_{action}")}
        if offered != wanted:
            wrong.append((name, offered, wanted))
        for action in {action for at, action in actions() if at == name} - wanted:
            before = LogEntry.objects.count()
            row = model._default_manager.first()
            data = {"action": action, "_selected_action": [row.pk if row else 1], "index": "0"}
            client.post(f"/admin/{model._meta.app_label}/{model._meta.model_name}/", data)
            if LogEntry.objects.count() != before:
                wrong.append((name, action, "was done"))
    assert not wrong


def test_a_viewer_retries_nothing_and_staff_do(browser_of: Callable[[str], Client], rows: Rows) -> None:
    url = f"/admin/bridge/outboxmessage/{rows.dead.pk}/retry/"
    assert browser_of("viewer").post(url, {"_form_submitted": "1"}).status_code == 403
    rows.dead.refresh_from_db()
    assert rows.dead.state == OutboxMessage.State.DEAD
    browser_of("staff").post(url, {"_form_submitted": "1"})
    rows.dead.refresh_from_db()
    assert rows.dead.state == OutboxMessage.State.WAITING


@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_credentials_and_ways_to_settings_never_reach_them(
    browser_of: Callable[[str], Client], everything: dict[str, Any], role: str
) -> None:
    secrets = [v for row in Connection.objects.all() for v in (*row.credentials.values(), row.hook_token)]
    assert len(secrets) == 6
    client = browser_of(role)
    for one in addresses():
        if one.name in NOT_OPENED or role not in allowed(str(one.name)):
            continue
        answer = client.get(url_of(one, everything))
        if answer.status_code != 200 or answer.streaming:
            continue
        html = answer.content.decode()
        assert not [secret for secret in secrets if secret in html], one.name
        for shut in ("/admin/bridge/shop/", "/admin/bridge/connection/", "/admin/auth/user/"):
            assert shut not in html, (one.name, shut)


def test_groups_have_the_rights_of_the_table_after_every_migrate(db: None) -> None:
    known = set(Permission.objects.values_list("codename", flat=True))
    wanted = set(RIGHTS[Role.STAFF]) & known
    assert {"view_order", "change_order", "change_outboxmessage", "view_goodsrun"} <= wanted
    staff = Group.objects.get(name="staff")
    assert {one.codename for one in staff.permissions.all()} == wanted
    staff.permissions.set(Permission.objects.filter(codename__in=("change_shop", "view_order")))
    call_command("migrate", verbosity=0)
    assert {one.codename for one in staff.permissions.all()} == wanted


def test_a_role_is_one_and_takes_earlier_rights_away(db: None) -> None:
    somebody = person("somebody", Role.OWNER)
    assert role_of(somebody) == Role.OWNER
    give_role(somebody, Role.VIEWER)
    fresh = User.objects.get(pk=somebody.pk)
    assert role_of(fresh) == Role.VIEWER
    assert not fresh.is_superuser
    assert not fresh.has_perm("bridge.change_order")
