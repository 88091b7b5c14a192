"""The citizens' phones: the client in a browser, and what it asks about this installation."""
