"""The barometer (晴雨表): a unit's progress and the activity of its enacting measures, as a sign with words.

`components` scores counts, `progress` the index, `noise` draws both, `reading` makes quadrants and signs, `carry`
lets yearly surveys stand in, `inputs` turns boards into arrays, `feedback` says what the next sign needs.
"""
