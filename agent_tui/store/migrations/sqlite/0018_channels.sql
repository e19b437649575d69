-- How many conversations a person has on each channel, without reading the conversations.
CREATE INDEX conversations_by_whose_channel ON conversations (customer_id, channel);
