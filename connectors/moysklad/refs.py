"""References: how MoySklad names an object by address, built from our base address and read back as bare ids.

Written references use the connection's own base (a foreign host is refused by the API, error 1059); of a read
reference only the path counts, never its host. Source: general part, "Metadata" and "expand".
"""

from __future__ import annotations

from typing import Any, Final, TypedDict
from urllib.parse import urlsplit

from connectors.errors import WrongHost

API_PATH: Final = "/api/remap/1.2/"

_INSIDE_METADATA = {"state": "states", "attributemetadata": "attributes"}


class Meta(TypedDict):
    """The part of `meta` a written reference needs."""

    href: str
    type: str
    mediaType: str


class Reference(TypedDict):
    meta: Meta


def href(base: str, kind: str, object_id: str, *, of: str = "customerorder") -> str:
    """The address of an object.

    States and attributes live under the metadata of the entity `of`, an account under its organization's id,
    an element of a dictionary (`customentity`) under the dictionary's.
    """
    if kind in _INSIDE_METADATA:
        return f"{base}/entity/{of}/metadata/{_INSIDE_METADATA[kind]}/{object_id}"
    if kind == "account":
        return f"{base}/entity/organization/{of}/accounts/{object_id}"
    if kind == "customentity":
        return f"{base}/entity/customentity/{of}/{object_id}"
    return f"{base}/entity/{kind}/{object_id}"


def reference(base: str, kind: str, object_id: str, *, of: str = "customerorder") -> Reference:
    """`{"meta": {...}}`, ready to be put into a body."""
    return {
        "meta": {
            "href": href(base, kind, object_id, of=of),
            "type": kind,
            "mediaType": "application/json",
        }
    }


def id_from_href(address: str) -> str:
    """The id at the end of a reference. Expanded answers and report rows carry a query, which is dropped."""
    return urlsplit(address).path.rstrip("/").rpartition("/")[2]


def id_of(value: Any) -> str:
    """The id of a reference field as answered, expanded or not; "" when the field is absent or null."""
    if not value:
        return ""
    return str(value.get("id") or id_from_href(value["meta"]["href"]))


def own_path(base: str, path: str) -> str:
    """The path below the base address, from a relative path or from an absolute address of an answer.

    The host of an absolute address is ignored: an answer can point where it likes, the call goes to our base.
    """
    if "://" in path:
        full = urlsplit(path).path
        own = urlsplit(base).path.rstrip("/") + "/"
        lead = own if full.startswith(own) else API_PATH
        if not full.startswith(lead):
            detail = "MoySklad gave an address that is not one of its API; it was not called."
            raise WrongHost(detail, why="outside")
        path = full[len(lead) :]
    path = path.strip("/")
    if not path or "\\" in path or any(part in ("", ".", "..") for part in path.split("?")[0].split("/")):
        detail = "This path does not lie below the API's address; it was not called."
        raise WrongHost(detail, why="outside")
    return path.partition("?")[0].partition("#")[0]
