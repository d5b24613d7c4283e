"""Events of the inbox handled once more: chosen ones, or all of a period."""
