"""
Payment rails: how money really moves, behind one small protocol.

A rail takes an instruction and answers later, through `lending.actions.payments.callback`. It
may be down, slow, or say the same thing twice; nothing here knows loans or books.
"""
