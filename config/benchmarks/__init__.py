"""
What the house costs, measured beside the floor: the same work in plain SQL or plain psycopg.

Each measurement interleaves its rounds with the floor's, in the same run on the same data, so
that whatever else the machine does weighs on both.
"""
