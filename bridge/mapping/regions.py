"""Regions of Russia by any of their spellings: «Московская область», «Московская обл.», «МО»; «г. Москва», «Москва»."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+")
_KINDS = """
область обл край кр республика респ автономный автономная авт округ окр ао аобл аокр г гор город рф россия
oblast region krai republic city russia russian federation
"""
KINDS = frozenset(_KINDS.split())
# What people write instead of the name; a name's own words need no entry.
SHORT = {
    "мо": "московская", "подмосковье": "московская", "moscow oblast": "московская", "moscow region": "московская",
    "moskovskaya": "московская", "мск": "москва", "moscow": "москва", "moskva": "москва",
    "спб": "санкт петербург", "питер": "санкт петербург", "санктпетербург": "санкт петербург",
    "saint petersburg": "санкт петербург", "st petersburg": "санкт петербург", "sankt peterburg": "санкт петербург",
    "ло": "ленинградская", "ленобласть": "ленинградская", "leningrad oblast": "ленинградская",
    "leningrad region": "ленинградская", "хмао": "ханты мансийский", "янао": "ямало ненецкий", "нао": "ненецкий",
    "еао": "еврейская", "чао": "чукотский", "удмуртия": "удмуртская", "чечня": "чеченская",
    "кабардино балкария": "кабардино балкарская", "карачаево черкесия": "карачаево черкесская",
    "тува": "тыва", "башкирия": "башкортостан", "татария": "татарстан", "кубань": "краснодарский",
    "кузбасс": "кемеровская", "югра": "ханты мансийский", "осетия": "северная осетия",
}  # fmt: skip


def find(text: str, regions: Mapping[str, str]) -> str:
    """The id of the region that a text names, among `regions` (name → id); '' when it names none, or something more."""
    wanted = _words(text)
    if not wanted:
        return ""
    named = {external_id: _words(name) for name, external_id in regions.items()}
    same = [external_id for external_id, words in named.items() if words == wanted]
    part = same or [external_id for external_id, words in named.items() if wanted < words]
    return part[0] if len(part) == 1 else ""


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    """What is left of a name when the kind of region is taken away."""
    words = WORD.findall(text.casefold().replace("ё", "е"))
    whole = SHORT.get(" ".join(words))
    if whole is None:
        words = [word for word in words if word not in KINDS]
        whole = SHORT.get(" ".join(words), " ".join(words))
    return frozenset(whole.split())
