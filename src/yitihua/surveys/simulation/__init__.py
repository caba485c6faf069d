"""Simulated answers: a population, samples of it, and what people say to four questionnaires."""
