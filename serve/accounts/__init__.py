"""Accounts: who asks, what they may do, and how they prove it."""
