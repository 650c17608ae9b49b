-- Which process on which host leaves CLOSE_WAIT behind? Connections whose last record of this
-- day is the one of the peer's FIN, and which their process has not closed for a minute.
SELECT host,
       record->'owner'->>'comm' AS process,
       count(*) AS connections,
       min(record->>'ts') AS since
FROM (
	SELECT DISTINCT ON (host, record->>'netns', record->>'id') host, record
	FROM tcpfsm
	WHERE record ? 'id' AND received > now() - interval '1 day'
	ORDER BY host, record->>'netns', record->>'id', record->>'ts' DESC
) AS last
WHERE record->>'new' = 'CLOSE_WAIT'
  AND (record->>'ts')::timestamptz < now() - interval '1 minute'
GROUP BY host, process
ORDER BY connections DESC, host, process;
