"""The staff's desk: what its pages share, from base classes to words, and a folder for each kind of page.

`*_desk.py` is a page itself (its list, buttons, addresses), registered in `bridge/admin.py`; `*_page.py` is what it
shows, `*_form.py` what it asks, `*_words.py` what it calls things.
"""
