"""Files that a lender and a partner bank exchange: columns, writing, reading."""
