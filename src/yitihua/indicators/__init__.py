"""What is measured: tables of indicator values, datasets, formulas over measures."""
