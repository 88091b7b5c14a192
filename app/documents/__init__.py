"""Papers a hall makes: application documents and sheets of what is missing, sealed and verifiable."""
