"""
What every API of the house shares: who calls, in which room, once, and how a "no" is said.

A view names a permission and a handler; `views.RoomView` does the rest.
"""
