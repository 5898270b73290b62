"""A whole city under one seed: kiosks, clones, restores, sticks, wrong clocks and a bad link, over the real stores.

`world.py` is the city and what happens to it, `link.py` what a network does to bytes, `judge.py` what must hold at the
end, `bugs.py` the holes of docs/protocol.md, section 10, planted to see that the judge notices.
"""
