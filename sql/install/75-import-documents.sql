-- Evidence from form exports («прикрепить документ»): what the columns of documents prove, the links in their
-- cells, and the documents that these become.

CREATE FUNCTION import_document_columns(region text, round_id integer, columns jsonb, respondent text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN columns || jsonb_build_object('columns', (
		WITH col AS (
			SELECT c.value, c.position, c.value ->> 'answer_type' = 'document' AS proves,
				   nullif(btrim(substr(c.value ->> 'field', length('document:') + 1)), '') AS named
			FROM jsonb_array_elements(columns -> 'columns') WITH ORDINALITY AS c(value, position)
		), valid AS (
			SELECT q.question, q.respondent
			FROM question q
			JOIN round r ON daterange(q.valid_from, q.valid_until) @> r.cohort_on
			WHERE r.round_id = import_document_columns.round_id
		)
		SELECT jsonb_agg(CASE WHEN c.proves THEN c.value || jsonb_build_object(
					'question', coalesce(c.named, n.question),
					'problem', CASE
						WHEN c.named IS NULL AND n.question IS NULL THEN 'document_alone'
						WHEN c.named IS NOT NULL AND v.question IS NULL THEN 'document_unknown'
						WHEN v.respondent <> import_document_columns.respondent THEN 'document_other_form'
					END) ELSE c.value END ORDER BY c.position)
		FROM col c
		LEFT JOIN valid v ON v.question = c.named
		LEFT JOIN LATERAL (
			-- the nearest question to the left
			SELECT l.value ->> 'field' AS question FROM col l
			WHERE l.position < c.position AND l.value ->> 'respondent' = import_document_columns.respondent
			ORDER BY l.position DESC LIMIT 1) n ON c.proves AND c.named IS NULL));
END
$function$;
COMMENT ON FUNCTION import_document_columns(text, integer, jsonb, text) IS
'Internal: the columns of import_columns(); those of documents have question, which they prove (named by the field document:question, else that of the nearest question column of respondent to the left), and problem: NULL, document_alone (no question to the left), document_unknown (no such question in the round), document_other_form (a question of the other respondent).';

CREATE FUNCTION import_links(raw text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	-- a comma or semicolon parts links where a blank, another link or the end follows; elsewhere it is part of one
	SELECT coalesce(array_agg(l.link ORDER BY p.position), '{}')
	FROM regexp_split_to_table(shnor.form_clean(raw), '[ <>"«»]+|[,;]+(?=[ <>"«»]|https?://|$)', 'i') WITH ORDINALITY AS p(piece, position)
	CROSS JOIN LATERAL (SELECT rtrim(substring(p.piece from '(?i)https?://.*'), '.,;!?''') AS link) t
	CROSS JOIN LATERAL (SELECT CASE WHEN t.link !~ '\(' THEN rtrim(t.link, ').,;!?''') ELSE t.link END AS link) l
	WHERE l.link ~* '^https?://[^[:space:][:punct:]]'
$function$;
COMMENT ON FUNCTION import_links(text) IS
'Internal: the http and https links in a cell, joined by commas, semicolons, blanks or line breaks, without the punctuation of the text around them; an empty array when there is none.';

CREATE FUNCTION import_document_cells(content text, columns jsonb,
									  OUT line integer, OUT column_no integer, OUT header text, OUT question text,
									  OUT raw_value text, OUT links text[], OUT problem text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
	SELECT r.line, c.column_no, c.header, c.question, v.raw,
		   -- longer ones do not fit into the index of documents
		   ARRAY(SELECT l FROM unnest(v.links) WITH ORDINALITY AS u(l, n) WHERE octet_length(l) <= 2000 ORDER BY n),
		   CASE WHEN v.links = '{}' THEN 'no_link'
				WHEN EXISTS (SELECT FROM unnest(v.links) AS l WHERE octet_length(l) > 2000) THEN 'long_link' END
	FROM jsonb_to_recordset(columns -> 'columns')
		AS c(column_no integer, header text, answer_type text, question text, problem text)
	CROSS JOIN shnor.import_records(content, columns, NULL) r
	CROSS JOIN LATERAL (SELECT r.fields[c.column_no] AS raw, shnor.import_links(r.fields[c.column_no]) AS links) v
	WHERE c.answer_type = 'document' AND c.problem IS NULL
	  -- a dash, «нет», «нет данных»: no document, and nothing to say of it
	  AND (v.links <> '{}'
		   OR shnor.form_yes_no(v.raw) IS DISTINCT FROM false
			  AND (shnor.form_count(v.raw) IS NOT NULL OR shnor.form_problem(v.raw, 'count') IS NOT NULL))
	ORDER BY r.line, c.column_no
$function$;
COMMENT ON FUNCTION import_document_cells(text, jsonb) IS
'Internal: the cells of documents of a file that say something: where they stand, the question that they prove, their links, and problem: no_link (text without a link) or long_link (a link of more than 2000 bytes, left out). columns is what import_document_columns() gives.';

CREATE FUNCTION import_new_documents(region text, round_id integer, respondent text, readings import_row[], cells jsonb,
									 OUT who integer, OUT question text, OUT link text, OUT line integer, OUT column_no integer,
									 OUT header text, OUT place bigint, OUT patched boolean)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, shnor, pg_temp
-- as import_rows()
SET enable_nestloop = off
SET jit = off
AS $function$
#variable_conflict use_column
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	RETURN QUERY
	WITH found AS (
		-- a link that stands in several rows is the document of the first
		SELECT DISTINCT ON (r.who, c.question, l.link)
			   r.who, c.question, l.link, c.line, c.column_no, c.header, l.position, r.patched
		FROM jsonb_to_recordset(cells) AS c(line integer, column_no integer, header text, question text, links text[])
		JOIN unnest(readings) AS r
			ON r.line = c.line AND NOT r.refused
		CROSS JOIN LATERAL unnest(c.links) WITH ORDINALITY AS l(link, position)
		ORDER BY r.who, c.question, l.link, c.line, c.column_no, l.position
	)
	SELECT f.* FROM found f
	-- whatever else is known of it by now: its kind, its title, how it was checked
	WHERE NOT EXISTS (
		SELECT FROM document d
		WHERE d.round_id = import_new_documents.round_id AND d.question = f.question AND d.link = f.link
		  AND CASE import_new_documents.respondent WHEN 'school' THEN d.school_id ELSE d.municipality_id END = f.who)
	ORDER BY f.line, f.column_no, f.position;
END
$function$;
COMMENT ON FUNCTION import_new_documents(text, integer, text, import_row[], jsonb) IS
'Internal: the links of import_document_cells() in the rows of import_rows() that are not refused, without those that are there for this question of this respondent in this round.';

CREATE FUNCTION import_store_documents(region text, round_id integer, respondent text, readings import_row[], cells jsonb, source text)
RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, shnor, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
	added	integer;
BEGIN
	PERFORM set_config('search_path', format('pg_catalog, %I, shnor, pg_temp', region), true);

	INSERT INTO document (round_id, school_id, municipality_id, question, link, source)
	SELECT import_store_documents.round_id, CASE import_store_documents.respondent WHEN 'school' THEN n.who END,
		   CASE import_store_documents.respondent WHEN 'municipality' THEN n.who END, n.question, n.link,
		   shnor.import_source(import_store_documents.source, n.line, n.patched)
	FROM shnor.import_new_documents(region, import_store_documents.round_id, import_store_documents.respondent, readings, cells) n
	ORDER BY n.line, n.column_no, n.place
	-- somebody else may have entered it a moment ago
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS added = ROW_COUNT;
	RETURN added;
END
$function$;
COMMENT ON FUNCTION import_store_documents(text, integer, text, import_row[], jsonb, text) IS
'Internal: stores what import_new_documents() finds, and returns how many were added.';
