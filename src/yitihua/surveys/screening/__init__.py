"""Flags on careless or invalid answers, with reasons; exclusion is a second, logged step."""
