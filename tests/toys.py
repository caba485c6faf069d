"""Small boards of three indicators, for tests that try everything there is."""

import numpy as np
import pandas as pd

import yitihua as yt

KEYS = ["osi", "tii", "hci"]


def toy_frame(seed, units=12, low=0.2, high=0.9):
    """Return random values, shape (units, 3)."""
    return pd.DataFrame(np.random.default_rng(seed).uniform(low, high, (units, 3)), columns=KEYS)


def toy_board(frame, decimals=9):
    """Return the board of values that are points as they stand, units U00, U01, ..."""
    units = [f"U{k:02d}" for k in range(len(frame))]
    return yt.evaluate("egdi-2022", frame.assign(unit=units), normalise="none", score_decimals=decimals)
