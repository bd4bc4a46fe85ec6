"""
Merchants: a channel for small firms whose books are their VAT invoices.

What is known of a firm is imported (`actions.imports`), summed up as of a date
(`rules.features`, `queries.features`) and handed down to lending as evidence. Price and limit
come from the decision, not from here.

Lock order: the tenant's import lock (advisory), then merchants by code, then invoices in the
order of the file.
"""
