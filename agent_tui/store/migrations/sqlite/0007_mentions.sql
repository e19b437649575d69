-- Colleagues named in notes (@maria), by message, for a conversation's messages may move.
CREATE TABLE mentions (
    handle TEXT NOT NULL,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    PRIMARY KEY (handle, message_id)
) WITHOUT ROWID;
CREATE INDEX mentions_by_message ON mentions (message_id);

INSERT INTO mentions (handle, message_id)
SELECT lower(a.handle), m.id FROM messages m JOIN agents a
ON lower(m.text) || ' ' GLOB '*@' || lower(a.handle) || '[^a-z0-9_-]*'
WHERE m.direction = 'note';
