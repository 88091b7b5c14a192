"""Forms as data: their definitions, what fills them by itself, what is wrong with what was written,
and which papers they ask for."""
