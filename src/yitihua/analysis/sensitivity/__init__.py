"""Sensitivity: which disputable choice or error moves whom, and by how much.

sobol      variance shares of any vectorised model: first, total and second order, with intervals
shapley    shares that also hold where inputs depend on each other
resample   bootstrap by matrices of counts
factors    the inputs: every choice, weight and error of a mix
draws      inputs drawn in blocks, mixed from several sources, scored
targets    what is looked at: shift of ranks, a unit, a pair, a grade
design     which draws are mixed how; movers: whom every choice moves
run        all blocks; result: what is asked of it; tables: what is printed
"""
