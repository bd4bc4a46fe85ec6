"""
The main job, shown end to end: real or invented firms apply, are decided, lent to and serviced.

Each stage looks at the rows to see what is left to do, so that a second start resumes.
"""
