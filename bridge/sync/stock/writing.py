"""Numbers on their way to a site: by its plugin, which takes off what it sold meanwhile, or by its REST API."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.sync.stock import site_numbers, through_plugin, through_rest
from bridge.sync.stock.journal import Counted
from bridge.sync.stock.results import Result, Wish
from connectors.errors import AuthError, ConnectorError, Forbidden, NotFound, PermanentError

logger = logging.getLogger(__name__)

# The first release of the plugin that writes stock, and what is noted for a site whose plugin cannot.
SINCE = (1, 3, 0)
CANNOT = "0"


@dataclass(frozen=True)
class Portion:
    """What one call after another is to write, and which sales are in it."""

    wishes: Sequence[Wish]
    counted: Counted


def write(shop: Shop, portion: Portion) -> Iterator[list[Result]]:
    """Set these numbers, call by call; a result for each that was reached. What one call set is to be noted before the
    next is asked for. Raises ConnectorError when the site as a whole fails.
    """
    going = {wish.listing.pk for wish in portion.wishes}
    try:
        for results in _write(shop, portion):
            going -= {result.listing.pk for result in results}
            yield results
    except ConnectorError:
        site_numbers.doubt(going)
        raise


def _write(shop: Shop, portion: Portion) -> Iterator[list[Result]]:
    client = clients.woocommerce(shop.site)
    if plugin_writes(shop):
        try:
            results = through_plugin.write(shop, client, portion.wishes, portion.counted)
        except (NotFound, AuthError, Forbidden, PermanentError) as error:
            _note_refusal(shop, error)
        else:
            _note(shop, "")
            yield results
            return
    yield from through_rest.write(client, portion.wishes)


def plugin_writes(shop: Shop) -> bool:
    """Whether the site's plugin is known to write stock, or may."""
    if not shop.site.credentials.get("event_secret"):
        return False
    return not shop.plugin_version or version(shop.plugin_version) >= SINCE


def version(text: str) -> tuple[int, ...]:
    """'1.3.0' → (1, 3, 0); what is no number counts as 0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in text.split("."))


def _note_refusal(shop: Shop, error: NotFound | AuthError | Forbidden | PermanentError) -> None:
    logger.warning("the plugin of %s does not write stock: %s", shop, error.code)
    if isinstance(error, NotFound):
        shop.plugin_version = CANNOT
        shop.save(update_fields=["plugin_version"])
    _note(shop, error.code or str(error.status))


def _note(shop: Shop, problem: str) -> None:
    if shop.plugin_problem != problem[:60]:
        shop.plugin_problem = problem[:60]
        shop.save(update_fields=["plugin_problem"])
