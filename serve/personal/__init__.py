"""What is a user's own: favourites, visits, comparisons, alerts, consents; taken out whole, or erased."""
