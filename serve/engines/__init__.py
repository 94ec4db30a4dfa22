"""Engines of search behind one contract: PostgreSQL, and Elasticsearch or OpenSearch beside it."""
