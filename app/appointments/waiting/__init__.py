"""Who waits for a day that is full, and is offered what comes free, in the order of joining.

A room inside bookings rather than a feature of its own: whoever books must heed who waits, and
whoever accepts an offer books; two features could not both stand on the other.
"""
