"""Figures: rankings, changes, portraits, maps, structure, certainty, densities; matplotlib, one style.

`style` is the one style (colours, the bundled font in `font/`), `drawing` a figure with its notices, its
alternative text and its file, `choosing` what is drawn; then a module a family. `plotting` is `board.plot`.
Only `plotting` may be imported where matplotlib is not installed.
"""
