"""One file a step, numbered; `tracker.store.schema.NEWEST` names the last."""
