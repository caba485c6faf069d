"""Types that the tables share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[Any]

#: A remark on a value, in Chinese and English.
Remark = tuple[str, str]
