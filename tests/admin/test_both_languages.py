"""Every page and dialog the desk has for an owner: in English no Russian word stands there but those of the shop's own
data, in Russian no English one.
"""

from __future__ import annotations

import re

from django.apps import apps
from django.contrib.auth.models import User

from bridge.setup.proposals import NEW_STATES
from tests.admin.conftest import Desk
from tests.admin.test_pages import english_in, words_of
from tests.desk_pages import ELSEWHERE, MODELS, pages_of
from tests.everything import everything

RUSSIAN = re.compile("[А-Яа-яЁё]+")
# The other language is offered in its own words, and states for MoySklad, which is Russian, in its.
OFFERED = {"Русский", *(word for name, *_more in NEW_STATES.values() for word in RUSSIAN.findall(name))}


def words_of_the_data() -> set[str]:
    """Russian words in any row of any table."""
    return {
        word
        for model in apps.get_models()
        for row in model._default_manager.values_list()
        for word in RUSSIAN.findall(str(row))
    }


def page(desk: Desk, path: str, language: str) -> str:
    """What stands there in the end; some addresses lead on."""
    desk.client.cookies["django_language"] = language
    answer = desk.client.get(path, follow=True)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_no_page_and_no_dialog_has_words_of_the_other_language(desk: Desk) -> None:
    owner = User.objects.get(username="owner")
    everything(owner)
    data = words_of_the_data() | OFFERED
    paths = {path for model in MODELS for path in pages_of(model, owner, parts=True)} | set(ELSEWHERE)
    assert len(paths) > 100
    found: dict[str, set[str]] = {}
    for path in sorted(paths):
        found[f"{path} in English"] = set(RUSSIAN.findall(words_of(page(desk, path, "en")))) - data
        found[f"{path} in Russian"] = english_in(page(desk, path, "ru"))
    assert {path: words for path, words in found.items() if words} == {}
