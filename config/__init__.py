"""What a hall's operator sets: settings, servers, logging, and the halls as data."""
