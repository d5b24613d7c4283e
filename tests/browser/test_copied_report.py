"""The report of a diagnosis is copied wherever the desk is opened, also over plain http, where browsers have no
clipboard for scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from bridge.diagnosis.models import Diagnosis
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]
WITHOUT_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined })"
REFUSED = "Clipboard.prototype.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
NO_SCRIPT_COPIES = "document.execCommand = () => false"
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def address(full_desk: str) -> str:
    return full_desk


def with_report(visitor: Visitor, *scripts: str) -> tuple[Page, str]:
    """The page with the report open, and the report, in a browser in which these scripts ran first."""
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open().evaluate(
        "navigator.clipboard.writeText('')"
    )  # what the test before copied is none of this one
    for script in scripts:
        visitor.page.add_init_script(script)
    shop = Diagnosis.objects.latest("pk").shop_id
    page = visitor.open(f"{reverse('admin:bridge_diagnosis_changelist')}?shop={shop}")
    page.locator("#diagnosis summary").click()
    report = page.locator("#diagnosis-report")
    expect(report).to_be_visible()
    return page, str(report.evaluate("part => part.textContent"))


def clipboard(visitor: Visitor) -> str:
    """What would be pasted elsewhere: read in another window, whose clipboard nobody took away."""
    other = visitor.context.new_page()
    other.goto(f"{visitor.url}/admin/")
    other.bring_to_front()
    text = str(other.evaluate("navigator.clipboard.readText()"))
    other.close()
    return text


@pytest.mark.parametrize(
    "scripts", [(), (WITHOUT_CLIPBOARD,), (REFUSED,)], ids=["with", "without", "refused"]
)
def test_the_report_is_copied(visit: Visit, scripts: tuple[str, ...]) -> None:
    visitor = visit(language="en")
    page, report = with_report(visitor, *scripts)
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    assert clipboard(visitor).split() == report.split()


def test_a_report_that_no_script_may_copy_is_selected_and_the_keys_are_named(visit: Visit) -> None:
    visitor = visit()
    page, report = with_report(visitor, WITHOUT_CLIPBOARD, NO_SCRIPT_COPIES)
    page.get_by_role("button", name="Скопировать", exact=True).click()
    expect(page.get_by_text("Нажмите Ctrl+C")).to_be_visible()
    assert visitor.grave_faults("#diagnosis") == []
    page.keyboard.press("Control+C")
    assert clipboard(visitor).split() == report.split()
