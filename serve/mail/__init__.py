"""Messages: written down with what causes them, then sent, again if need be, until a bounded end."""
