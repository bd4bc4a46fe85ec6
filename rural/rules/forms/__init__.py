"""
One definition of a form, and what follows from it: the checks, the hash, what is personal.

The same rules run as JavaScript on the device; `tests/rural/vectors` holds what both must
answer. Expressions: docs/forms.md.
"""
