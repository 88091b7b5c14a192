"""What people are told: rows of the transaction that caused them."""
