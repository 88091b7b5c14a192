"""What runs a hall without an operator: private servers, and the demo's supervisor."""
