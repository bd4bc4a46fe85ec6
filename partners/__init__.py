"""Partner banks: agreements, routing, the bank's API, settlement, reconciliation.

Nothing is here yet but its place in the order of the apps.
"""
