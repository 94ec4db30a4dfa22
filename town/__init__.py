"""The fictitious web, served on loopback: the demo, and the tests' internet."""
