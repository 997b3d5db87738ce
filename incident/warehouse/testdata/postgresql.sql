WITH directory_query AS MATERIALIZED (
select * from customers order by id
),
directory AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("id" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("mail" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("born" AS text), '') COLLATE "C" AS c2
  FROM directory_query
),
directory_keys AS (
  SELECT n, 0 AS k, btrim(c0, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM directory
  UNION ALL
  SELECT n, 1 AS k, btrim(c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM directory
),
exposure_1_query AS MATERIALIZED (
select * from crm.leak order by row
),
exposure_1 AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("who" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("mail" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("what" AS text), '') COLLATE "C" AS c2, COALESCE(CAST("ssn" AS text), '') COLLATE "C" AS c3, COALESCE(CAST("dob" AS text), '') COLLATE "C" AS c4
  FROM exposure_1_query
),
exposure_1_keys AS (
  SELECT n, 0 AS k, btrim(c0, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM exposure_1
  UNION ALL
  SELECT n, 1 AS k, btrim(c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM exposure_1
)
SELECT DISTINCT x.k, x.t, x.c FROM (
  SELECT k, t, c FROM directory_keys
  UNION ALL SELECT k, t, c FROM exposure_1_keys
) x
WHERE x.t <> '' AND (octet_length(x.t) <> char_length(x.t) OR strpos(x.t, chr(10)) > 0 OR strpos(x.t, chr(13)) > 0 OR x.k = 1 AND strpos(lower(x.t), 'xn--') > 0);

SELECT count(*), COALESCE(max(0 + COALESCE(octet_length(CAST("mail" AS text)), 0)), 0) FROM (
select * from customers order by id
) x;

WITH words AS (SELECT k, t COLLATE "C" AS t, c COLLATE "C" AS c, form COLLATE "C" AS form FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[]) AS u (k, t, c, form)),
directory_query AS MATERIALIZED (
select * from customers order by id
),
directory AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("id" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("mail" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("born" AS text), '') COLLATE "C" AS c2
  FROM directory_query
),
directory_keys AS (
  SELECT n, 0 AS k, btrim(c0, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM directory
  UNION ALL
  SELECT n, 1 AS k, btrim(c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM directory
),
directory_forms AS (
  SELECT x.n, x.k, x.form FROM (
    SELECT y.n, y.k, COALESCE(w.form, lower(y.t)) AS form
    FROM directory_keys y LEFT JOIN words w ON w.k = y.k AND w.t = y.t AND w.c = y.c
    WHERE y.t <> ''
  ) x WHERE x.form <> ''
),
exposure_1_query AS MATERIALIZED (
select * from crm.leak order by row
),
exposure_1 AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("who" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("mail" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("what" AS text), '') COLLATE "C" AS c2, COALESCE(CAST("ssn" AS text), '') COLLATE "C" AS c3, COALESCE(CAST("dob" AS text), '') COLLATE "C" AS c4
  FROM exposure_1_query
),
exposure_1_keys AS (
  SELECT n, 0 AS k, btrim(c0, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM exposure_1
  UNION ALL
  SELECT n, 1 AS k, btrim(c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM exposure_1
),
exposure_1_forms AS (
  SELECT x.n, x.k, x.form FROM (
    SELECT y.n, y.k, COALESCE(w.form, lower(y.t)) AS form
    FROM exposure_1_keys y LEFT JOIN words w ON w.k = y.k AND w.t = y.t AND w.c = y.c
    WHERE y.t <> ''
  ) x WHERE x.form <> ''
),
wanted AS (
  SELECT DISTINCT k, form FROM exposure_1_forms
),
ranked AS (
  SELECT f.n, row_number() OVER (PARTITION BY f.k, f.form ORDER BY f.n) AS place
  FROM directory_forms f JOIN wanted a ON a.k = f.k AND a.form = f.form
),
chosen AS (
  SELECT DISTINCT n FROM ranked WHERE place <= 1000
)
SELECT d.n, d.c0, d.c1, d.c2
FROM directory d JOIN chosen p ON p.n = d.n
ORDER BY d.n;

WITH words AS (SELECT k, t COLLATE "C" AS t, c COLLATE "C" AS c, form COLLATE "C" AS form FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[]) AS u (k, t, c, form)),
directory_query AS MATERIALIZED (
select * from customers order by id
),
directory AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("id" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("mail" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("born" AS text), '') COLLATE "C" AS c2
  FROM directory_query
),
directory_keys AS (
  SELECT n, 0 AS k, btrim(c0, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM directory
  UNION ALL
  SELECT n, 1 AS k, btrim(c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM directory
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
select * from crm.leak order by row
),
exposure_1 AS (
  SELECT row_number() OVER () AS n, COALESCE(CAST("who" AS text), '') COLLATE "C" AS c0, COALESCE(CAST("mail" AS text), '') COLLATE "C" AS c1, COALESCE(CAST("what" AS text), '') COLLATE "C" AS c2, COALESCE(CAST("ssn" AS text), '') COLLATE "C" AS c3, COALESCE(CAST("dob" AS text), '') COLLATE "C" AS c4
  FROM exposure_1_query
),
exposure_1_keys AS (
  SELECT n, 0 AS k, btrim(c0, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM exposure_1
  UNION ALL
  SELECT n, 1 AS k, btrim(c1, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) AS t, '' AS c FROM exposure_1
),
exposure_1_forms AS (
  SELECT x.n, x.k, x.form FROM (
    SELECT y.n, y.k, COALESCE(w.form, lower(y.t)) AS form
    FROM exposure_1_keys y LEFT JOIN words w ON w.k = y.k AND w.t = y.t AND w.c = y.c
    WHERE y.t <> ''
  ) x WHERE x.form <> ''
),
found AS (
  SELECT f.n, min(h.n) AS low, max(h.n) AS high, max(h.people) AS people, max(CASE WHEN h.n IS NULL AND f.k IN (0) THEN 1 ELSE 0 END) AS strange
  FROM exposure_1_forms f LEFT JOIN holders h ON h.k = f.k AND h.form = f.form
  GROUP BY f.n
),
judged AS (
  SELECT x.n, x.c0, x.c1, x.c2, CASE WHEN btrim(x.c3, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(133) || chr(160) || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198) || chr(8199) || chr(8200) || chr(8201) || chr(8202) || chr(8203) || chr(8232) || chr(8233) || chr(8239) || chr(8287) || chr(12288) || chr(65279)) <> '' THEN 'x' ELSE '' END AS c3, x.c4,
    CASE WHEN f.low = f.high AND f.people = 1 AND f.strange = 0
      AND lower(x.c2) ~ '^ *(name|email|phone|postal_address|date_of_birth|ssn|tax_id|ip_pin|national_id|gov_id|driver_license|state_id|passport|military_id|tribal_id|student_id|voter_id|account_number|account_with_code|card_number|card_with_code|credentials|private_key|electronic_signature|mothers_maiden_name|medical|medical_id|health_insurance|mental_health|biometric|genetic|location|license_plate|ethnicity|religion|political_opinion|union_membership|sex_life|criminal_record|financial_profile|transaction_history|tax_return|communications|employment|education|children|photo|behaviour|insurance_policy|gender|place_of_birth|civil_status)? *([+] *(name|email|phone|postal_address|date_of_birth|ssn|tax_id|ip_pin|national_id|gov_id|driver_license|state_id|passport|military_id|tribal_id|student_id|voter_id|account_number|account_with_code|card_number|card_with_code|credentials|private_key|electronic_signature|mothers_maiden_name|medical|medical_id|health_insurance|mental_health|biometric|genetic|location|license_plate|ethnicity|religion|political_opinion|union_membership|sex_life|criminal_record|financial_profile|transaction_history|tax_return|communications|employment|education|children|photo|behaviour|insurance_policy|gender|place_of_birth|civil_status)? *)*$'
      AND (btrim(x.c4, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) = '' OR btrim(d.c2, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) = '' OR btrim(x.c4, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) = btrim(d.c2, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)))
      THEN f.low END AS person
  FROM exposure_1 x LEFT JOIN found f ON f.n = x.n LEFT JOIN directory d ON d.n = f.low
),
grouped AS (
  SELECT min(n) AS n, count(*) AS times FROM judged WHERE person IS NOT NULL
  GROUP BY person, c2, c3
)
SELECT j.n, COALESCE(g.times, 1), j.c0, j.c1, j.c2, j.c3, j.c4
FROM judged j LEFT JOIN grouped g ON g.n = j.n
WHERE j.person IS NULL OR g.n IS NOT NULL
ORDER BY j.n;
