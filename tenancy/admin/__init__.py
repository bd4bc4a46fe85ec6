"""The back office's frame, and the pages on people, audit trail, documents and messages."""

from tenancy.admin import documents, people, records

__all__ = ["documents", "people", "records"]
