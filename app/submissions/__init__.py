"""What people fill in: drafts, what they submitted, what a counter corrected, what is missing."""
