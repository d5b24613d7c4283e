"""The bridge: what came in becomes canonical records, and what must go out is delivered."""
