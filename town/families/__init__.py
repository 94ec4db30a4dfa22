"""One module per page family; `town.registry` finds them. Templates stand in `templates/<name>/`."""
