"""Whether everything works, point by point, and what to do where it does not (docs/diagnosis.md)."""
