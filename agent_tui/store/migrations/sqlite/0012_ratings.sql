-- What reviews amount to, counted from an index alone.

CREATE INDEX conversations_rated
ON conversations (account, product, rating, created_at, waiting_since, status)
WHERE rating IS NOT NULL;

-- Who waits comes first, the longest wait before all, then the others, the newest before all.
-- A column, for no index is searched by a row value that holds an expression.
ALTER TABLE conversations ADD COLUMN turn INTEGER GENERATED ALWAYS AS (
    CASE WHEN waiting_since IS NULL THEN 8000000000000000 - last_at ELSE waiting_since END
) VIRTUAL;
CREATE INDEX conversations_rated_by_turn ON conversations (channel, turn, id)
WHERE rating IS NOT NULL;
