"""What a hall's day was like: arrivals, waits, how true the estimates were, counters, bookings."""
