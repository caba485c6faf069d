"""Every kind of faulty [barometer] is refused by file, line and key, with the mend, and alone."""

import pytest

from conftest import INDEX
from yitihua.definitions import load_edition

BAROMETER = """
[barometer.progress]
nodes = ["access"]
past = 0.4

[barometer.activity]
window = 3

[barometer.activity.measures.requests]
per = "visits"
lower = 0.5
upper = 2
reason = "x"

[barometer.quadrant]
cuts = { progress = 50, activity = "median" }
both = { name = "b", words = "B" }
progress_only = { name = "p", words = "P" }
activity_only = { name = "a", words = "A" }
neither = { name = "n", words = "N" }

[barometer.sign]
labels = ["low", "middle", "high"]
names = ["l", "m", "h"]
glyphs = ["1", "2", "3"]
words = ["L", "M", "H"]
cuts = [40, 60]
weights = { progress = 1, activity = 1 }
"""

CASES = [
    ("unknown key", "window = 3", "windw = 3", "unknown-key", "activity.windw", "windw"),
    ("unknown node", '["access"]', '["acess"]', "unknown-reference", "progress.nodes", '"acess"'),
    ("node twice", '["access"]', '["access", "access"]', "stated-twice", "progress.nodes", '"access", "access"'),
    ("node below another", '["access"]', '["access", "online"]', "barometer-nested", "progress.nodes", '"online"'),
    ("share above 1", "past = 0.4", "past = 1.4", "bad-value", "progress.past", "past = 1.4"),
    ("span without the past", "past = 0.4", "past = 0\nspan = 5", "no-effect", "progress.span", "span = 5"),
    ("unknown lag", "past = 0.4", 'lag = "month"', "bad-choice", "progress.lag", '"month"'),
    ("unknown measure", "measures.requests]", "measures.request]", "unknown-reference",
     "activity.measures.request", "measures.request]"),
    ("unknown size", '"visits"', '"visit"', "unknown-reference", "activity.measures.requests.per", '"visit"'),
    ("unknown whole", 'per = "visits"', 'per = "visits"\nof = "visit"', "unknown-reference",
     "activity.measures.requests.of", 'of = "visit"'),
    ("its own size", '"visits"', '"requests"', "barometer-self", "activity.measures.requests.per", '"requests"'),
    ("bounds the wrong way round", "upper = 2", "upper = 0.2", "barometer-bounds",
     "activity.measures.requests", "[barometer.activity.measures.requests]"),
    ("bound of 0", "lower = 0.5", "lower = 0", "bad-value", "activity.measures.requests.lower", "lower = 0"),
    ("no reason", 'reason = "x"\n', "", "missing-key", "activity.measures.requests.reason",
     "[barometer.activity.measures.requests]"),
    ("dispersion below Poisson's", "window = 3", "dispersion = 0.5", "bad-value", "activity.dispersion", "dispersion"),
    ("components without weight", "window = 3",
     "weights = { volume = 0, momentum = 0, breadth = 0, recency = 0 }", "barometer-weights",
     "activity.weights", "weights = { volume"),
    ("window of a year", "window = 3", 'window = 3\nreference = "year"', "no-effect", "activity.window", "window = 3"),
    ("one period of recency", "window = 3", "periods = 1", "bad-value", "activity.periods", "periods = 1"),
    ("cut off the scale", "progress = 50,", "progress = 150,", "barometer-cut", "quadrant.cuts.progress", "= 150"),
    ("quadrant without words", 'both = { name = "b", words = "B" }', 'both = { name = "b" }', "missing-key",
     "quadrant.both.words", 'both = { name = "b" }'),
    ("cuts that do not rise", "[40, 60]", "[60, 40]", "cuts-order", "sign.cuts", "[60, 40]"),
    ("too few cuts", "[40, 60]", "[40]", "barometer-length", "sign.cuts", "[40]"),
    ("cut of a sign off the scale", "[40, 60]", "[40, 100]", "barometer-cut", "sign.cuts", "[40, 100]"),
    ("too few names", '["l", "m", "h"]', '["l", "m"]', "barometer-length", "sign.names", '["l", "m"]'),
    ("too many glyphs", '"3"]', '"3", "4"]', "barometer-length", "sign.glyphs", 'glyphs = '),
    ("too few words", '["L", "M", "H"]', '["L"]', "barometer-length", "sign.words", '["L"]'),
    ("labels alike", '"middle", "high"]', '"high", "high"]', "bad-value", "sign.labels", '"high", "high"'),
    ("signs without weight", "weights = { progress = 1, activity = 1 }", "weights = { progress = 0, activity = 0 }",
     "barometer-weights", "sign.weights", "weights = { progress = 0"),
]  # fmt: skip


def test_the_barometer_is_sound(tsi):
    tsi.write(INDEX, tsi.text(INDEX) + BAROMETER)
    assert load_edition("tsi", tsi.folder).spec.barometer.sign.cuts == (40, 60)


@pytest.mark.parametrize(("old", "new", "code", "key", "at"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_one_fault(tsi, refused, old, new, code, key, at):
    assert BAROMETER.count(old) == 1
    tsi.write(INDEX, tsi.text(INDEX) + BAROMETER.replace(old, new))
    (fault,) = refused(load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.file, fault.key) == (code, INDEX, f"barometer.{key}")
    assert fault.line == tsi.line_of(INDEX, at)


def test_a_measure_that_is_no_count(tsi, refused):
    tsi.write(INDEX, tsi.text(INDEX) + BAROMETER.replace("measures.requests]", "measures.waiting_minutes]"))
    (fault,) = refused(load_edition, "tsi", tsi.folder)
    assert (fault.code, fault.key) == ("barometer-count", "barometer.activity.measures.waiting_minutes")


def test_all_faults_at_once(tsi, refused):
    spoilt = BAROMETER.replace("[40, 60]", "[60, 40]").replace('"visits"', '"visit"').replace('["access"]', '["acess"]')
    tsi.write(INDEX, tsi.text(INDEX) + spoilt)
    faults = refused(load_edition, "tsi", tsi.folder)
    assert {fault.code for fault in faults} == {"cuts-order", "unknown-reference"}
    assert len(faults) == 3
