"""
Arithmetic of scores and decisions: no Django, no clock, no I/O.

Documents that are stored and hashed (cards, policies, traces) hold integers and decimal strings,
never floats: PostgreSQL may print the same float in another way, and the hash would change.
"""
