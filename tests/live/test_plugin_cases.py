"""The plugin's own PHPUnit cases, run again with the real WordPress, WooCommerce and database."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
def test_plugin_cases_hold_on_the_real_table_and_options(live: Any) -> None:
    if not shutil.which("phpunit"):
        pytest.skip("needs phpunit")
    # Where the shop's user can read them; the paths between them stay as in the project.
    copy = live.lab.home / "var" / "plugin-cases"
    plugin = copy / "wp-plugin" / "sklad-bridge"
    try:
        shutil.copytree(ROOT / "wp-plugin" / "sklad-bridge", plugin)
        vectors = copy / "tests" / "contracts" / "signature_vectors.json"
        vectors.parent.mkdir(parents=True)
        shutil.copy(ROOT / "tests" / "contracts" / "signature_vectors.json", vectors)
        said = live.lab.run("php", str(plugin / "tests" / "run-on-wordpress.php"))
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        live.lab.connect_plugin(live.event_url, live.secret)  # the cases leave their own settings behind
        live.lab.press("sklad_bridge_same_shop") if "sklad_bridge_same_shop" in live.lab.page(
            "index.php"
        ) else None
    passed = re.search(r"OK \((\d+) tests", said)
    assert passed, said
    live.note("PHPUnit on the real WordPress", f"{passed.group(1)} cases pass")
