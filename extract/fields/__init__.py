"""One file per field: from a short text to its value (`parse`), from any text to candidates (`find`).

`parse` trusts the caller that the text is that field's value; `find` gives every candidate with a
score from the words around it. Neither ever raises on a `str`; no evidence is `None` or `[]`.
"""
