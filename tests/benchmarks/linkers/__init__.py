"""Linkers of records beside ours, each used as its documentation says, on the same rows.

Each module has `train(rows)`, which answers whatever it learns, and `link(rows, learnt)`, which answers
the name of each row's cluster by its id.
"""
