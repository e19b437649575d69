-- What happened to an account and asks for nothing, shown in the status line until it was read.
ALTER TABLE accounts ADD COLUMN notice TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN notice_at INTEGER;
ALTER TABLE accounts ADD COLUMN notice_read INTEGER NOT NULL DEFAULT 1;
