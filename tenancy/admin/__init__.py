"""The back office's frame, and the pages on people, audit trail, documents and messages."""

from tenancy.admin import documents, filters, people, records

__all__ = ["documents", "filters", "people", "records"]
