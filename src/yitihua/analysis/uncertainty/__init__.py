"""Uncertainty: disputable choices and errors carried through to every unit's score, rank and grade.

mix         what is varied, as it is asked for
combos      discrete choices: recipes of all combinations of methods
noise       values that chance moves; fills: imputed cells
weight_mix  weights that vary; weight_draws: their distributions
tree        scores of many replicates at once; linear, climb: means, with gaps; masked: nodes that are no means
engine      blocks of replicates with streams of their own; run: all of them
counts      ranks of many replicates, and counts of ranks, grades and pairs
summary     what is kept; rank_sets: ranks of all units jointly; result: what is asked of it
replay      one replicate as a board of its own
"""
