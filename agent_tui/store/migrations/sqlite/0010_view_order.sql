-- The order of all views as the agent has put them; a view that is not here stands behind those.
CREATE TABLE view_order (name TEXT PRIMARY KEY, position INTEGER NOT NULL);
