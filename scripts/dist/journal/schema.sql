-- The records of all hosts, in the database fleet. The role tcpfsm may only add some.
CREATE TABLE tcpfsm (
	received timestamptz NOT NULL DEFAULT now(),
	host text NOT NULL,
	boot text NOT NULL,	-- _BOOT_ID of the journal
	record jsonb NOT NULL	-- a line of tcpfsm -o json, see tcpfsm(8), FIELDS
);

CREATE INDEX ON tcpfsm (host, received);

-- A connection: the socket cookie is unique on a host until it is booted again.
CREATE INDEX ON tcpfsm (host, boot, (record->>'netns'), (record->>'id'), ((record->>'mono_ns')::bigint) DESC);

CREATE ROLE tcpfsm LOGIN PASSWORD 'change-me';
GRANT INSERT ON tcpfsm TO tcpfsm;
