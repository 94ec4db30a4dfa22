"""One file per family of commands; `cluster.cli` puts them together."""
