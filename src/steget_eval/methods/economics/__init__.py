"""What a programme costs for each person it reached: arithmetic on accounts, with the uncertainty of the counts."""
