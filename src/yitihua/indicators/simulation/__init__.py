"""A simulated province, step by step: counties, latent scores, margins, measures, gaps, faults."""
