"""PostgreSQL backend that opens every transaction with the room's signed token."""
