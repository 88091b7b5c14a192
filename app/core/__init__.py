"""What every feature stands on: transactions, clock, errors, who asks, events, secrets at rest."""
