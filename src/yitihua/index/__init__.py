"""How an index adds up: fit a Recipe, apply it, get a Scoreboard."""
