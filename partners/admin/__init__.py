"""What staff see of the partner banks, and what the banks' own people see."""

from partners.admin import calls

__all__ = ["calls"]
