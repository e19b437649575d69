-- The source of a mail, fetched when somebody wants to see it. It is no attachment: what is
-- searched and counted of a message stays as it is.

CREATE TABLE sources (
    message_id INTEGER PRIMARY KEY REFERENCES messages (id),
    state TEXT NOT NULL,
    path TEXT,
    problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sources_wanted ON sources (state) WHERE state = 'wanted';
