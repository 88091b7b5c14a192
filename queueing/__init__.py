"""The calling sequence of a hall: who is next, and why.

Standard library, redis and numpy only. Nothing here reads a clock: every time is an argument, in
whole milliseconds since the start of the hall day.

`order` turns a ticket's facts into its due time. `sequence` is the port: what a hall asks of
the order over all who wait. `redis_sequence` answers by the scripts of `lua/`, one a
transition, sent by `scripts`, on the keys named in `keys`; `memory_sequence` says the same in
plain Python. `events` is the stream that tells screens and phones what happened.

`estimate` says when each ticket will be called: it plays the rest of the day (`playing`) with what
`habits` and `shifts` have learnt of earlier ones; `calibration` makes of it what people are told.
"""
