"""Papers a hall makes: applications, and sheets of what is missing. Sealed, and verifiable."""
