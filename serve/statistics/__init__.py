"""Market statistics over dwellings: from events to states, from states to cells, from cells to answers."""
