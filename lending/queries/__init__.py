"""Reads that span tables: the assembly line, what is sold, what is owed."""
