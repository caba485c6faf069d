

def test_what_was_published_is_always_scored_and_compared_with_its_own_scale():
    """Published z-scores under a geometric mean: rivals from 0 to 1 count for ranks, not for intervals of scores."""
    board = yt.evaluate("hdi", normalise="zscore")
    found = board.uncertainty(n=300, seed=0)
    assert not found.failures
    low, high = found.score_interval
    assert ((low <= board.total) & (board.total <= high))[np.isfinite(board.total)].mean() > 0.95
    assert 0 < found.summary.on_scale < found.sound == 300
    assert set(found.effects["source"]) == {"normalise", "weights", "aggregate"}
