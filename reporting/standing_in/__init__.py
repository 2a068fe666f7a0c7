"""代填: who of another firm fills for a firm, from the grant to its end (granting), all that is owed to them (owing).

How an address says for which firm somebody works: accounts/standing_in.py.
"""
