"""The results workbook of a board: ranking, scores, indicators, method, problems, and a sheet to try weights on."""

from yitihua.publish.workbook.book import board_workbook

__all__ = ["board_workbook"]
