-- Which process on which host leaves CLOSE_WAIT behind? Connections of the last boot whose last
-- record is the one of the peer's FIN, and which their process has not closed for a minute.
-- lost: where records of a host are missing, it may have closed some.
WITH booted AS (
	SELECT DISTINCT ON (host) host, boot
	FROM tcpfsm
	ORDER BY host, received DESC
), last AS (
	SELECT DISTINCT ON (host, record->>'netns', record->>'id') host, record
	FROM tcpfsm JOIN booted USING (host, boot)
	WHERE record ? 'id'
	ORDER BY host, record->>'netns', record->>'id', (record->>'mono_ns')::bigint DESC
), lost AS (
	SELECT host, sum((record->>'lost')::bigint) AS lost
	FROM tcpfsm JOIN booted USING (host, boot)
	WHERE record ? 'lost'
	GROUP BY host
)
SELECT host,
       record->'owner'->>'comm' AS process,
       count(*) AS connections,
       min(record->>'ts') AS since,
       coalesce(max(lost.lost), 0) AS lost
FROM last LEFT JOIN lost USING (host)
WHERE record->>'new' = 'CLOSE_WAIT'
  AND (record->>'ts')::timestamptz < now() - interval '1 minute'
GROUP BY host, process
ORDER BY connections DESC, host, process;
