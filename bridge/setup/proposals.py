"""What is likely meant: proposed where the owner has not chosen yet, and theirs to change before it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.connections.models import DirectoryEntry, PaymentMethod

CASH, BANK, NONE = PaymentMethod.Document.CASH, PaymentMethod.Document.BANK, PaymentMethod.Document.NONE
SUCCESSFUL, UNSUCCESSFUL = "Successful", "Unsuccessful"

# Words of a name, in lower case, the likelier ones first.
CHANNEL = ("интернет", "сайт", "онлайн", "woocommerce", "site", "online", "web")
SHIPPING = ("доставка", "delivery", "shipping")
REFUND = ("возврат", "refund")
MAIN_STORE = ("основной", "main", "интернет")
PICKUP_STORE = ("самовывоз", "магазин", "пункт", "pickup", "shop")
STATES = {
    "pending": ("новый", "ожида", "new"),
    "processing": ("новый", "new", "в работе", "подтвержд", "confirmed"),
    "on-hold": ("новый", "ожида", "new"),
    "completed": ("доставлен", "заверш", "выполнен", "completed"),
    "cancelled": ("отмен", "cancel"),
    "refunded": ("возврат", "возвращ", "refund"),
    "failed": ("отмен", "неудач", "cancel"),
}
STATE_TYPE = {"completed": SUCCESSFUL, "cancelled": UNSUCCESSFUL, "failed": UNSUCCESSFUL}
# Proposed beside the statuses that are sent: an order that was sent may come to this.
ENDS = ("cancelled", "refunded", "failed")
# States an account may lack: status → (name there, type, colour 0xRRGGBB).
NEW_STATES = {
    "pending": ("Ожидает оплаты", "Regular", 0xF2C94C),
    "processing": ("Новый", "Regular", 0x2F80ED),
    "on-hold": ("Ожидает", "Regular", 0xF2994A),
    "completed": ("Завершён", SUCCESSFUL, 0x27AE60),
    "cancelled": ("Отменён", UNSUCCESSFUL, 0xEB5757),
    "refunded": ("Возврат", UNSUCCESSFUL, 0x828282),
    "failed": ("Не оплачен", UNSUCCESSFUL, 0x828282),
}
SHIPPING_SERVICE = "Доставка"


def only(entries: Sequence[DirectoryEntry]) -> str:
    """The one there is; '' of several, for which nobody but the owner can speak."""
    return entries[0].external_id if len(entries) == 1 else ""


def called(entries: Iterable[DirectoryEntry], words: Sequence[str]) -> str:
    """The first whose name holds the likeliest of these words; '' for none."""
    rows = list(entries)
    found = (one for word in words for one in rows if word in one.name.lower())
    return next((one.external_id for one in found), "")


def default(entries: Iterable[DirectoryEntry]) -> str:
    return next((one.external_id for one in entries if one.is_default), "")


def state_of(status: str, states: Sequence[DirectoryEntry]) -> str:
    """The state a status of the site likely means; '' for none. `states` know their types as `detail`."""
    named = called(states, STATES.get(status, ()))
    if named:
        return named
    wanted = STATE_TYPE.get(status)
    return next((one.external_id for one in states if wanted and one.detail == wanted), "")


def status_of(state: DirectoryEntry) -> str:
    """The site's status a state likely means; '' for one that should change nothing there."""
    if state.detail == SUCCESSFUL:
        return "completed"
    if state.detail == UNSUCCESSFUL and not called([state], STATES["refunded"]):
        return "cancelled"
    return ""


def document_of(method: str) -> str:
    """Which document a payment by this method likely is: money on delivery is cash, all else the bank's."""
    return str(CASH if method == "cod" else BANK)


def store_of(shipping: str, stores: Sequence[DirectoryEntry], usual: str) -> str:
    """The warehouse a shipping method likely takes its goods from; '' for the usual one."""
    if not shipping.startswith(("local_pickup", "pickup_location")):
        return ""
    return called([one for one in stores if one.external_id != usual], PICKUP_STORE)
