"""Numbers with as many places as they need, as codes, files and stored texts have them; for people they are put into
their language's form where they are shown.
"""

from __future__ import annotations

from decimal import Decimal


def digits(number: Decimal) -> str:
    """'7', '0.5', '-2': no zeros after the point, no exponent, no zero below zero."""
    text = format(number or Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
