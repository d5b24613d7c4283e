"""The inbox on the desk: what arrived, its content, what was handled once more."""
