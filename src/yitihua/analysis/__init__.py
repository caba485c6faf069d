"""Questions asked of a scoreboard; `yitihua.analysis.questions` has them all under one roof."""
