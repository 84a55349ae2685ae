"""What every method stands on: checked arms, fits, stacked estimating equations, intervals of proportions."""
