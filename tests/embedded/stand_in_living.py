"""Nobody in particular, for the supervisor's tests: copied as `living.py`."""

import signal

if __name__ == "__main__":
    signal.pause()
