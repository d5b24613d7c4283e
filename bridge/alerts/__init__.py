"""What people are told by e-mail and Telegram: noticed in the tables, stored, and sent by the workers.

`watch.py` compares what is wrong now (`present.py`) with what people know (`episodes.py`) and stores what is new
(`announce.py`); `send.py` brings it to each recipient, as far as their quiet hours and the pace allow (`pace.py`).
"""
