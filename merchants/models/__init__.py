from merchants.models.import_run import ImportRun, ImportStatus
from merchants.models.invoice import Direction, Invoice
from merchants.models.merchant import Merchant

__all__ = ["Direction", "ImportRun", "ImportStatus", "Invoice", "Merchant"]
