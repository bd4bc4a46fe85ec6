"""Reads of the books: every balance is a sum of postings."""
