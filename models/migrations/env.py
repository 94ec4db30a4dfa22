"""How Alembic runs the migrations: always inside the connection that `models.database.upgrade` gives."""

from alembic import context

from models.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
