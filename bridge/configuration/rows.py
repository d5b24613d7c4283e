"""THE TABLE of settings that are rows: what [shop.NAME] may hold beside its keys."""

from __future__ import annotations

from bridge.configuration.fields import Fields
from bridge.configuration.goods_rules import GoodsRules
from bridge.configuration.pauses import Pauses
from bridge.configuration.payments import Payments
from bridge.configuration.row_table import RowTable
from bridge.configuration.rules import Rules
from bridge.configuration.states import ToSite, ToState

ROWS: tuple[RowTable, ...] = (ToState(), ToSite(), Rules(), Fields(), Payments(), GoodsRules(), Pauses())
