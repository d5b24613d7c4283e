"""The configuration file: names are found in the account, and what is read equals what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.errors import ConfigurationError
from bridge.configuration.read import check, read
from bridge.connections.models import Connection, Shop
from tests.configuration.full_file import FULL, Wire, changed, directory, everything

__all__ = ["directory"]

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("directory")
def test_what_was_applied_is_what_is_written_out() -> None:
    apply(check(FULL))
    assert dump(secrets=True) == FULL


@pytest.mark.usefixtures("directory")
def test_applying_twice_changes_nothing() -> None:
    first = apply(check(FULL))
    before = everything()
    again = apply(check(FULL))
    assert first == again
    before["DirectoryEntry"], after = [], everything() | {"DirectoryEntry": []}
    assert after == before
    assert (Shop.objects.count(), Connection.objects.count()) == (1, 2)


def small(**tables: Any) -> dict[str, Any]:
    """A file that says of the shop only how to reach it, and these tables."""
    keys = ("url", "consumer_key", "consumer_secret", "moysklad")
    return {"shop": {"site": {key: FULL["shop"]["site"][key] for key in keys} | tables}}


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    "tables",
    [{"stock": {"buffer": 9}}, {"prices": {"rounding": "whole"}}, {"goods_rules": []}],
    ids=["stock", "prices", "rules"],
)
def test_a_file_that_changes_what_is_written_holds_the_writing_unless_it_says_to_write(
    tables: dict[str, Any],
) -> None:
    apply(check(FULL))
    told = apply(check(small(**tables)))
    assert not Shop.objects.get().write_goods
    assert told["shops"]["site"]["goods"].startswith("Writing is switched off")
    Shop.objects.update(write_goods=True)
    tables["stock"] = {**tables.get("stock", {}), "write": True, "last_pieces": 7}
    told = apply(check(small(**tables)))
    assert Shop.objects.get().write_goods
    assert told["shops"]["site"]["goods"].startswith("Written with the new choices")
    assert "goods" not in apply(check(small()))["shops"]["site"], "nothing was chosen otherwise"
    assert Shop.objects.get().write_goods


@pytest.mark.usefixtures("directory")
def test_keys_that_are_left_out_keep_their_values() -> None:
    apply(check(FULL))
    apply(check(small()))
    assert dump(secrets=True) == FULL


def test_a_name_that_several_things_have_is_written_out_as_its_id(directory: Wire) -> None:
    apply(check(changed(shipping_service="id-5")))
    assert dump()["shop"]["site"]["shipping_service"] == "id-5"


def test_a_common_buyer_whose_name_another_got_later_stays_the_one_chosen(directory: Wire) -> None:
    apply(check(FULL))
    assert (Shop.objects.get().common_buyer_id, Shop.objects.get().common_buyer_name) == directory.buyers[0]
    apply(check(changed(buyers={"common_buyer": ""})))
    assert (Shop.objects.get().common_buyer_id, Shop.objects.get().common_buyer_name) == ("", "")


@pytest.mark.usefixtures("directory")
def test_an_empty_value_takes_a_setting_away() -> None:
    apply(check(FULL))
    apply(check(changed(documents={"project": "", "planned_days": ""}, rules=[], fields=[], payments={})))
    site = dump()["shop"]["site"]
    assert (site["documents"]["project"], site["documents"]["planned_days"]) == ("", "")
    assert (site["rules"], site["fields"], site["payments"]) == ([], [], {})
    assert site["documents"]["owner"] == "Петрова А."


@pytest.mark.usefixtures("directory")
def test_rules_keep_their_order_and_neighbours_that_set_the_same_stay_apart() -> None:
    rules = [
        {"country": "KZ", "store": "Магазин"},
        {"country": "KZ", "store": "Основной склад"},
        {"role": "vip", "store": "Основной склад"},
    ]
    apply(check(changed(rules=rules)))
    assert dump()["shop"]["site"]["rules"] == rules


@pytest.mark.usefixtures("directory")
def test_what_show_prints_is_a_file_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apply(check(FULL))
    before = dump(secrets=True)
    call_command("configure", show=True)
    path = tmp_path / "settings.json"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert not [
        secret for secret in ("ck_1", "cs_1", "geheim", "secret") if f'"{secret}"' in path.read_text()
    ]
    call_command("configure", str(path))
    assert dump(secrets=True) == before
    for wrong in ("{", "[]"):
        path.write_text(wrong)
        with pytest.raises(ConfigurationError):
            read(path)
