"""What a shop's owner runs on the console refuses in the language in which it answers."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from bridge.people.roles import Role
from tests.people.conftest import person


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "said"), [("ru", "Назовите владельца"), ("en", "Say which owner")])
def test_the_link_of_one_of_several_owners(language: str, said: str) -> None:
    person("anna", Role.OWNER)
    person("boris", Role.OWNER)
    with override(language), pytest.raises(CommandError, match=said) as caught:
        call_command("owner_link")
    assert "anna, boris" in str(caught.value)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "said"), [("ru", "Магазина «x» нет"), ("en", "There is no shop “x”")])
def test_the_diagnosis_of_a_shop_that_is_not_there(language: str, said: str) -> None:
    with override(language), pytest.raises(CommandError, match=said):
        call_command("diagnose", shop="x")
