"""
A county's lender: invented farmers, village partners, and two banks in sandboxes.

What the farmers' loans go through is played by the very actions, doors and processes that a real
house has. Whoever appears here is invented, and every form says so.
"""
