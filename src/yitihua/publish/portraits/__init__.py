"""What a portrait (精准画像) says of a unit, apart from any page; papers and the site print it."""

from yitihua.publish.portraits.making import Portraits, portraits
from yitihua.publish.portraits.model import Portrait

__all__ = ["Portrait", "Portraits", "portraits"]
