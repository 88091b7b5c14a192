"""The daily watch over licences: what is due, who is told of it, and who wants to hear nothing."""
