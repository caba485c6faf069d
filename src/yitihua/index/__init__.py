"""How an index adds up: fit a Recipe, apply it, get a Scoreboard."""

# The registries of methods are filled while definitions are loaded, and read every module of a stage for it. Loaded
# first, they find no module of a stage half-way through its own import, whichever of them is asked for.
import yitihua.definitions as _definitions  # noqa: F401
