"""The rooms of words of what follows units through time: records, barometer, changes, editions."""

from __future__ import annotations

from typing import Final

from yitihua.messages_barometer import BAROMETER
from yitihua.messages_change import CHANGE
from yitihua.messages_editions import EDITIONS
from yitihua.messages_records import RECORDS

TIME: Final = (RECORDS, BAROMETER, CHANGE, EDITIONS)
