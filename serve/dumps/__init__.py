"""Dumps: the whole market as files, every table in one moment, for programs that want it all."""
