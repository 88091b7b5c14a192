"""How long people wait: learnt at night, forecast a few times a minute."""
