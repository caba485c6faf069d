"""How a score is spread over units: unequal, clustered, converging, near its neighbours.

gini.py, theil.py, dagum.py
    Inequality and its parts within and between groups.
density.py
    The shape: kernel density, its peaks and tails.
sigma.py, convergence.py
    Whether the spread falls (sigma) and those behind catch up (beta).
neighbours.py, distance_weights.py, moran.py, local_moran.py
    Who adjoins whom, and whether neighbours are alike.
of_boards.py, of_periods.py (on_boards.py: what they look at)
    The same asked of a board, or of boards of several periods.
"""
