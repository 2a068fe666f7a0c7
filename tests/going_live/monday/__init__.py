"""A scripted Monday: an empty installation becomes a city at work.

`walk` is the script, `machine` the parts it runs on, `paper` the files people bring, `browser` how they press.
tests/going_live/test_monday.py and bench/monday.py walk it.
"""
