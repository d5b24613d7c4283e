"""Which item of the warehouse an unlinked item of a site probably is: by a SKU written otherwise, or by its name.

A name is compared only with the names that share its rarer words, never with all: 100,000 names against 100,000 take
seconds. The likeness of two names is that of their letters, whatever the order of their words (rapidfuzz, Indel
ratio), 0 to 100.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterable
from typing import NamedTuple

from rapidfuzz import fuzz, process

from bridge.domain.matching import Shape, fits, loose_sku

# Equal but for case and spaces. Not linked by itself: "ab-1" and "AB-1" may be two things, and a wrong link writes
# a wrong number to the site.
SAME_SKU = 99
# Below it a suggestion is no help.
LEAST = 60
# A person has to look: the names differ in a number or size, or two items are equally like.
DOUBTFUL = 79

# Names looked at by their words, and compared letter by letter, for one listing.
LOOKED_AT, COMPARED = 2000, 150
STEM = 5  # letters of a word that its forms share: белая, белый, белые
WORDS = re.compile(r"[^\W\d_]+|\d+")
SIZES = frozenset(["xs", "s", "m", "l", "xl", "xxl", "xxxl"])


class Item(NamedTuple):
    """An item of the warehouse that may be suggested."""

    id: int
    name: str
    sku: str
    shape: Shape


class Suggestion(NamedTuple):
    id: int
    score: int


class Warehouse:
    """The items of the warehouse by the words of their names and by their SKUs."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._ids = array("q")
        self._shapes: list[Shape] = []
        self._names: list[str] = []
        self._by_stem: dict[str, array[int]] = {}
        self._by_sku: dict[str, int] = {}
        for place, item in enumerate(items):
            words = words_of(item.name)
            self._ids.append(item.id)
            self._shapes.append(item.shape)
            self._names.append(" ".join(words))
            for stem in {word[:STEM] for word in words}:
                self._by_stem.setdefault(stem, array("I")).append(place)
            if sku := loose_sku(item.sku):
                self._by_sku[sku] = -1 if sku in self._by_sku else place

    def suggest(self, name: str, sku: str, shape: Shape, refused: Collection[int] = ()) -> Suggestion | None:
        """The likeliest item that is not among the `refused`; None when nothing is like it."""
        ids, names, shapes = self._ids, self._names, self._shapes
        fitting = {there for there in Shape if fits(shape, there)}
        place = self._by_sku.get(loose_sku(sku), -1) if sku else -1
        if place >= 0 and shapes[place] in fitting and ids[place] not in refused:
            return Suggestion(ids[place], SAME_SKU)
        words = words_of(name)
        places = [
            place
            for place in self._sharing(words)
            if shapes[place] in fitting and (not refused or ids[place] not in refused)
        ]
        best = process.extract(
            " ".join(words),
            [names[place] for place in places],
            scorer=fuzz.ratio,
            processor=None,
            score_cutoff=LEAST,
            limit=5,
        )
        found = [
            (self._likeness(words, names[places[index]], score), places[index])
            for _name, score, index in best
        ]
        return self._best(found)

    def _best(self, found: list[tuple[int, int]]) -> Suggestion | None:
        if not found:
            return None
        score, place = max(found, key=lambda one: one[0])
        twins = sum(other == score for other, _place in found) > 1
        return Suggestion(self._ids[place], min(score, DOUBTFUL) if twins else score)

    @staticmethod
    def _likeness(words: list[str], name: str, score: float) -> int:
        """Models and sizes are told apart by a number: 320 ml is not 330 ml, however like the rest is."""
        same = telling(words) == telling(name.split())
        return int(score) if same else min(int(score), DOUBTFUL)

    def _sharing(self, words: list[str]) -> list[int]:
        """Places of the items that share most words, the rare ones first."""
        lists = sorted(
            (self._by_stem[stem] for stem in {word[:STEM] for word in words} if stem in self._by_stem),
            key=len,
        )
        if lists and len(lists[0]) > LOOKED_AT:  # common words only: those that have several of them
            lists = [array("I", self._having_all(lists))]
        shared: Counter[int] = Counter()
        looked_at = 0
        for places in lists:
            looked_at += len(places)
            if shared and looked_at > LOOKED_AT:
                break
            shared.update(places)
        return sorted(shared, key=shared.__getitem__, reverse=True)[:COMPARED]

    @staticmethod
    def _having_all(lists: list[array[int]]) -> list[int]:
        """Of the items with the rarest word those that have the next ones too, while any are left."""
        left = set(lists[0])
        for places in lists[1:]:
            if len(left) <= COMPARED:
                break
            left = left.intersection(places) or left
        return sorted(left)[:LOOKED_AT]


def words_of(name: str) -> list[str]:
    """The words and numbers of a name in one order and spelling: "Кружка белая, 320мл" → 320, белая, кружка, мл."""
    return sorted(WORDS.findall(name.casefold().replace("ё", "е")))


def telling(words: Iterable[str]) -> list[str]:
    """The numbers and sizes among the words, in their order."""
    return [word for word in words if word.isdecimal() or word in SIZES]
