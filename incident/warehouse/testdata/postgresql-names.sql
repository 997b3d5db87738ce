WITH directory_query AS MATERIALIZED (
select * from customers
),
directory AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("first" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("last" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("born" AS text), '') COLLATE "C" AS c2
  FROM directory_query
),
directory_keys AS (
  SELECT n, 0 AS k, CASE WHEN replace(c0 || ' ' || c1, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c2, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0 || ' ' || c1, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN lower(replace(c0 || ' ' || c1, chr(31), ' ')) || chr(31) || substring(replace(c2, chr(31), ' '), 1, 4) || ' ' || least(substring(replace(c2, chr(31), ' '), 6, 2), substring(replace(c2, chr(31), ' '), 9, 2)) || ' ' || greatest(substring(replace(c2, chr(31), ' '), 6, 2), substring(replace(c2, chr(31), ' '), 9, 2)) ELSE replace(c0 || ' ' || c1, chr(31), ' ') || chr(31) || replace(c2, chr(31), ' ') END AS t, CASE WHEN replace(c0 || ' ' || c1, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c2, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0 || ' ' || c1, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN 'form' ELSE '' END AS c FROM directory
),
exposure_1_query AS MATERIALIZED (
select * from leak
),
exposure_1 AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("who" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("dob" AS text), '') COLLATE "C" AS c1
  FROM exposure_1_query
),
exposure_1_keys AS (
  SELECT n, 0 AS k, CASE WHEN replace(c0, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c1, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN lower(replace(c0, chr(31), ' ')) || chr(31) || substring(replace(c1, chr(31), ' '), 1, 4) || ' ' || least(substring(replace(c1, chr(31), ' '), 6, 2), substring(replace(c1, chr(31), ' '), 9, 2)) || ' ' || greatest(substring(replace(c1, chr(31), ' '), 6, 2), substring(replace(c1, chr(31), ' '), 9, 2)) ELSE replace(c0, chr(31), ' ') || chr(31) || replace(c1, chr(31), ' ') END AS t, CASE WHEN replace(c0, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c1, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN 'form' ELSE '' END AS c FROM exposure_1
)
SELECT DISTINCT x.k, x.t, x.c FROM (
  SELECT k, t, c FROM directory_keys
  UNION ALL SELECT k, t, c FROM exposure_1_keys
) x
WHERE x.t <> '' AND (octet_length(x.t) <> char_length(x.t) OR strpos(x.t, chr(10)) > 0 OR strpos(x.t, chr(13)) > 0 OR x.k = 0 AND x.c = '');

WITH words AS (SELECT k, t, c, form FROM tocsin_words),
directory_query AS MATERIALIZED (
select * from customers
),
directory AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("first" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("last" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("born" AS text), '') COLLATE "C" AS c2
  FROM directory_query
),
directory_keys AS (
  SELECT n, 0 AS k, CASE WHEN replace(c0 || ' ' || c1, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c2, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0 || ' ' || c1, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN lower(replace(c0 || ' ' || c1, chr(31), ' ')) || chr(31) || substring(replace(c2, chr(31), ' '), 1, 4) || ' ' || least(substring(replace(c2, chr(31), ' '), 6, 2), substring(replace(c2, chr(31), ' '), 9, 2)) || ' ' || greatest(substring(replace(c2, chr(31), ' '), 6, 2), substring(replace(c2, chr(31), ' '), 9, 2)) ELSE replace(c0 || ' ' || c1, chr(31), ' ') || chr(31) || replace(c2, chr(31), ' ') END AS t, CASE WHEN replace(c0 || ' ' || c1, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c2, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0 || ' ' || c1, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN 'form' ELSE '' END AS c FROM directory
),
directory_forms AS (
  SELECT x.n, x.k, x.form FROM (
    SELECT y.n, y.k, COALESCE(w.form, lower(y.t)) AS form
    FROM directory_keys y LEFT JOIN words w ON w.k = y.k AND w.t = y.t AND w.c = y.c
    WHERE y.t <> ''
  ) x WHERE x.form <> ''
),
holders AS (
  SELECT k, form, min(n) AS n, count(*) AS people FROM directory_forms GROUP BY k, form
),
exposure_1_query AS MATERIALIZED (
select * from leak
),
exposure_1 AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("who" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("dob" AS text), '') COLLATE "C" AS c1
  FROM exposure_1_query
),
exposure_1_keys AS (
  SELECT n, 0 AS k, CASE WHEN replace(c0, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c1, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN lower(replace(c0, chr(31), ' ')) || chr(31) || substring(replace(c1, chr(31), ' '), 1, 4) || ' ' || least(substring(replace(c1, chr(31), ' '), 6, 2), substring(replace(c1, chr(31), ' '), 9, 2)) || ' ' || greatest(substring(replace(c1, chr(31), ' '), 6, 2), substring(replace(c1, chr(31), ' '), 9, 2)) ELSE replace(c0, chr(31), ' ') || chr(31) || replace(c1, chr(31), ' ') END AS t, CASE WHEN replace(c0, chr(31), ' ') ~ '^[A-Za-z]+ [A-Za-z]+$' AND replace(c1, chr(31), ' ') ~ '^(18[5-9]|19[0-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' AND NOT lower(replace(c0, chr(31), ' ')) ~ '( (bsc|cpa|dds|esq|ii|iii|iv|jr|junior|llm|mba|md|msc|phd|senior|sr)|^(n a|no name|not available|not known|not given|unknown unknown|test test|name unknown|keine angabe))$' THEN 'form' ELSE '' END AS c FROM exposure_1
),
exposure_1_forms AS (
  SELECT x.n, x.k, x.form FROM (
    SELECT y.n, y.k, COALESCE(w.form, lower(y.t)) AS form
    FROM exposure_1_keys y LEFT JOIN words w ON w.k = y.k AND w.t = y.t AND w.c = y.c
    WHERE y.t <> ''
  ) x WHERE x.form <> ''
),
found AS (
  SELECT f.n, min(h.n) AS low, max(h.n) AS high, max(h.people) AS people, 0 AS strange
  FROM exposure_1_forms f LEFT JOIN holders h ON h.k = f.k AND h.form = f.form
  GROUP BY f.n
),
judged AS (
  SELECT x.n, x.c0, x.c1,
    CASE WHEN f.low = f.high AND f.people = 1 AND f.strange = 0
      AND (btrim(x.c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) = '' OR btrim(d.c2, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) = '' OR btrim(x.c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) = btrim(d.c2, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13))) AND btrim(x.c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) <> ''
      THEN f.low END AS person
  FROM exposure_1 x LEFT JOIN found f ON f.n = x.n LEFT JOIN directory d ON d.n = f.low
),
grouped AS (
  SELECT min(n) AS n, count(*) AS times FROM judged WHERE person IS NOT NULL
  GROUP BY person
)
SELECT j.n, COALESCE(g.times, 1), j.c0, j.c1
FROM judged j LEFT JOIN grouped g ON g.n = j.n
WHERE j.person IS NULL OR g.n IS NOT NULL
ORDER BY j.n;
