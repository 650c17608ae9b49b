-- The records of all hosts, in the database fleet. The role tcpfsm may only add some.
CREATE TABLE tcpfsm (
	received timestamptz NOT NULL DEFAULT now(),
	host text NOT NULL,
	record jsonb NOT NULL	-- a line of tcpfsm -o json, see tcpfsm(8), FIELDS
);

CREATE INDEX ON tcpfsm (received);

-- A connection: the socket cookie is unique on a host until it is booted again.
CREATE INDEX ON tcpfsm (host, (record->>'netns'), (record->>'id'), (record->>'ts') DESC);

CREATE ROLE tcpfsm LOGIN PASSWORD 'change-me';
GRANT INSERT ON tcpfsm TO tcpfsm;
