"""Mathematics alone: pure functions from arrays to estimates.

Every function takes `(y, a, X, w, *, options)`, knows no column name, reads no file, and refuses in a sentence.
`effects` answers, `design` weighs, both stand on `numerics`.
"""
