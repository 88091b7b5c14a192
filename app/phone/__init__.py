"""The citizens' phones: the client's pages in a browser, and what they ask about this installation."""
