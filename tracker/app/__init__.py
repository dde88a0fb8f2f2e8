"""What the tracker does: check, plan, record, send, replay."""
