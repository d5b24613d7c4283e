"""Which fields hold secrets or say who a person is, in MoySklad, WooCommerce and their plugins, and how each is shown.

Names are compared in lower case, without leading underscores and without the part that says whose they are
(`_billing_phone` is `phone`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

MASK = "***"

Style = Callable[[str], str]

_WHOSE = re.compile(
    r"^_*(?:(?P<whose>billing|shipping|customer|buyer|recipient|receiver|contact|client|user|payer|legal)_+)?"
)
_SECRET = re.compile(
    r"oauth_.*|.*token|.*passw(?:or)?d|.*secret|.*signature|.*api_?key|authorization|(?:set-)?cookie|x-lognex-auth.*"
    r"|consumer_key|order_key|key|hash|nonce|credentials"
)
_ADDRESS = re.compile(r".*address(?:_?[12]|full)?|address_index")
_PAPERS = re.compile(r".*(?:passport|birth).*")


def email(value: str) -> str:
    """'kate@example.ru' → 'k***@e***.ru'"""
    name, _, host = value.partition("@")
    if not host:
        return initials(value)
    first, dot, last = host.rpartition(".")
    return f"{name[:1]}{MASK}@{first[:1] if dot else ''}{MASK}{dot}{last if dot else ''}"


def phone(value: str) -> str:
    """'+7 999 123-45-22' → '+7***22'; too short a number shows nothing."""
    digits = re.sub(r"\D", "", value)
    if len(digits) < 7:
        return MASK
    return f"{'+' if value.lstrip().startswith('+') else ''}{digits[0]}{MASK}{digits[-2:]}"


def initials(value: str) -> str:
    """'Иван Петров' → 'И*** П***'; at most three words."""
    return " ".join(f"{word[0]}{MASK}" for word in value.split()[:3]) or MASK


def person(value: str) -> str:
    """What somebody looked a person up by: an e-mail address, a phone number or a name."""
    if "@" in value:
        return email(value)
    return phone(value) if re.fullmatch(r"[\d\s()+-]{5,}", value) else initials(value)


def nothing(_value: str) -> str:
    return MASK


_FIELDS: dict[str, Style] = {
    **dict.fromkeys(("email", "e-mail", "mail", "login", "uid", "почта"), email),
    **dict.fromkeys(("phone", "fax", "tel", "telephone", "mobile", "телефон"), phone),
    **dict.fromkeys(
        (
            *(
                "first_name",
                "last_name",
                "middle_name",
                "second_name",
                "full_name",
                "display_name",
                "nicename",
            ),
            *(
                "firstname",
                "lastname",
                "middlename",
                "fullname",
                "shortfio",
                "fio",
                "company",
                "nickname",
                "username",
            ),
            *(
                "legalfirstname",
                "legallastname",
                "legalmiddlename",
                "legaltitle",
                "author",
                "payer",
                "фио",
                "имя",
            ),
            *("фамилия", "отчество", "получатель", "recipient", "receiver", "consignee"),
        ),
        initials,
    ),
    **dict.fromkeys(
        (
            *("postcode", "zip", "street", "house", "apartment", "addinfo", "адрес", "индекс"),
            *(
                "inn",
                "kpp",
                "ogrn",
                "ogrnip",
                "okpo",
                "инн",
                "паспорт",
            ),
            *(
                "accountnumber",
                "correspondentaccount",
                "agentaccount",
                "ip",
                "ip_address",
                "user_agent",
                "avatar_url",
            ),
            *("note", "comment", "paymentpurpose", "order_comments"),
        ),
        nothing,
    ),
}
# A word of a field's caption (MoySklad's additional fields are named by their owner) that gives the field away.
_CAPTIONS = {
    "почт": email, "mail": email, "тел": phone, "phone": phone, "имя": initials, "фио": initials,
    "фамили": initials, "получател": initials, "name": initials, "адрес": nothing, "address": nothing,
    "инн": nothing, "паспорт": nothing, "рожд": nothing, "комментари": nothing,
}  # fmt: skip


@lru_cache(maxsize=4096)
def style_of(key: str) -> Style | None:
    """How the value of this field is shown; None: as it is."""
    plain = key.lower()
    if _SECRET.fullmatch(plain):
        return nothing
    found = _WHOSE.match(plain)
    name = plain[found.end() :] if found else plain
    if name == "name" and found and found["whose"]:
        return initials
    hidden = any(pattern.fullmatch(name) for pattern in (_SECRET, _ADDRESS, _PAPERS))
    return _FIELDS.get(name) or (nothing if hidden else None)


@lru_cache(maxsize=4096)
def style_of_caption(caption: str) -> Style | None:
    """The same for a field that people named."""
    plain = caption.lower()
    return style_of(plain) or next((style for word, style in _CAPTIONS.items() if word in plain), None)
