-- Messages that are to leave at a time that the agent has said; due_at is when the next try is.

ALTER TABLE outbox ADD COLUMN send_at INTEGER;
