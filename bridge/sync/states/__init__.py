"""States of documents and statuses of orders, and whose word counts."""
