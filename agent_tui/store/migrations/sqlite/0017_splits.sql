-- An agent keeps this conversation apart from that one: a mail that names messages of both
-- answers the one it names last, and makes them no longer one.

ALTER TABLE conversations ADD COLUMN split_from INTEGER;
