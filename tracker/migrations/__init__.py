"""The steps by which an older database comes to the newest tables; alembic runs them."""
