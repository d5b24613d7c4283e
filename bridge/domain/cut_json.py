"""The beginning of a long JSON text as JSON of its own: cut after the last complete value, what is open is closed."""

from __future__ import annotations

import re

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
# All up to the next bracket, or to the quotation mark of a string that the cut has torn; and up to the last comma.
_RUN = re.compile(rf'(?:[^"{{}}\[\]]++|{_STRING})*+', re.DOTALL)
_TO_LAST_COMMA = re.compile(rf'(?:(?:[^",{{}}\[\]]++|{_STRING})*+,)*+', re.DOTALL)
_CLOSES = {"{": "}", "[": "]"}


def beginning(text: str) -> str:
    """The longest part of `text` from its start that can be read once the open brackets are closed.

    "" when it begins with neither { nor [. The text is not checked: a part of what is no JSON is none either.
    """
    closers: list[str] = []
    place = 0
    while True:
        found = _RUN.match(text, place)
        bracket = found.end() if found else place
        sign = text[bracket : bracket + 1]
        if sign in _CLOSES:
            closers.append(_CLOSES[sign])
        elif closers and sign == closers[-1]:
            closers.pop()
        else:
            break
        place = bracket + 1
        if not closers:
            return text[:place]
    commas = _TO_LAST_COMMA.match(text, place, bracket)
    if closers and commas and commas.end() > place:
        place = commas.end() - 1
    return text[:place] + "".join(reversed(closers)) if closers else ""
