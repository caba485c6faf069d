"""Questions asked of a scoreboard."""
