"""How alembic works on our tables: on the store's own connection, inside its transaction."""

from alembic import context

from tracker.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
