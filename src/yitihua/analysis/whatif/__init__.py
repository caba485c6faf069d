"""What if: the board again with some choices or numbers changed, and who moves for which of them.

`asking` checks what is asked, `making` makes the board, `result` compares.
"""

from yitihua.analysis.whatif.result import WhatIf, whatif

__all__ = ["WhatIf", "whatif"]
