ALTER TABLE drafts ADD COLUMN edits INTEGER; -- the sent message whose other text it is
