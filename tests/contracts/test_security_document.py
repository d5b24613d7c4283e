"""What the documents say of tests is so: each one they name exists, and each threat names one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEST = r"`(tests/[\w/]+\.py)::(test_\w+)`"
NAMED = re.findall(
    TEST,
    "".join(path.read_text() for path in (ROOT / "docs").glob("*.md")),
)


def threats() -> dict[str, str]:
    """The rows of the table of threats: what is feared, and what is named as its proof."""
    section = (ROOT / "docs" / "security.md").read_text().partition("\n## Threats\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    assert [cell.strip() for cell in rows[0]] == ["threat", "what stands against it", "proof"]
    assert all(len(row) == 3 for row in rows)
    return {row[0].strip(): row[2] for row in rows[2:]}


def test_the_document_names_tests() -> None:
    assert len(NAMED) > 30
    assert len(threats()) >= 30


@pytest.mark.parametrize("threat", threats())
def test_each_threat_has_a_test(threat: str) -> None:
    """That these exist, the test below says."""
    proof = threats()[threat]
    assert set(re.findall(TEST, proof)) & set(NAMED)
    assert re.sub(TEST, "", proof).strip(" ,") == ""


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_it_names_exists(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.M)
