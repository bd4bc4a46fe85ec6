"""Rural credit: counties, villages, village partners, households and their harvests.

Nothing is here yet but its place in the order of the apps.
"""
