"""What every room agrees on: settings, values, tables, database, places. Imports no other room."""
