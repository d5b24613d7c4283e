"""The desk's first page: today's orders, how the exchange goes, what to do next."""

from bridge.dashboard.home.home_page import dashboard

__all__ = ["dashboard"]
