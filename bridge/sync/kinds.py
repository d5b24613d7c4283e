"""The kinds of outgoing messages, named where both ends see them."""

ORDER = "order_to_moysklad"
STATUS = "status_to_site"
STOCK = "stock_to_site"
