"""The hall's backend. `factory` wires it; features and surfaces are the folders beside it."""
