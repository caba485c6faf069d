"""Imputation of missing cells."""

from yitihua.index.impute.fills import EVERYONE, fill, fill_values

__all__ = ["EVERYONE", "fill", "fill_values"]
