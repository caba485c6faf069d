"""The statistical audit: what was checked in each of the OECD/JRC ten steps, and with what result."""
