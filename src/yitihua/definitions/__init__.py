"""Find, read and check definitions: editions, frameworks, questionnaires, index files."""

from yitihua.definitions.edition import Edition
from yitihua.definitions.loader import load_edition
from yitihua.definitions.resolver import edition_names, shipped_root

__all__ = ["Edition", "edition_names", "load_edition", "shipped_root"]
