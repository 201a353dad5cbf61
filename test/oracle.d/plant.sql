-- Can the comparison of regions fail?  oracle.plant(seed, view, from, to) puts an error into a view, counts the random
-- regions until it is found, and takes it out again; NULL when sixty regions do not show it.

CREATE TABLE oracle.planted (number int GENERATED ALWAYS AS IDENTITY, view_name text, was text, becomes text);
INSERT INTO oracle.planted (view_name, was, becomes) VALUES
	('round_member', 'l.since <= b.cohort_on', 'l.since < b.cohort_on'),
	('round_member', 'b.cohort_on < z.until', 'b.cohort_on <= z.until'),
	('round_member', 'o.opened_on <= r.cohort_on', 'o.opened_on < r.cohort_on'),
	('round_member', 'w.low_results,', 'w.risk_zone AS low_results,'),
	('municipal_member', 'probe.round_municipality w', '(SELECT r.round_id, m.municipality_id FROM probe.round r, probe.municipality m) w'),
	('round_indicator', 'r.cohort_on < i.valid_until', 'r.cohort_on <= i.valid_until'),
	('round_methodology', ' OR is_', ' AND is_'),
	('ranked_source_answer', 'p.precedence < f.precedence', 'p.precedence <= f.precedence'),
	('ranked_source_answer', 'r.cohort_on < p.valid_until', 'r.cohort_on <= p.valid_until'),
	('school_round', 'COALESCE(b.in_networks, s.in_networks, a.in_networks)', 'COALESCE(s.in_networks, b.in_networks, a.in_networks)'),
	('municipal_round', 'COALESCE(b.has_results_note, s.has_results_note, a.has_results_note)', 'COALESCE(b.has_results_note, s.has_results_note)'),
	('school_indicator', '(d.polarity = ''higher_is_better''::text)', 'true'),
	('municipal_tally', 'probe.municipal_member m', '(SELECT x.* FROM probe.municipal_member x WHERE false) m'),
	('indicator_result', 'COALESCE(own.threshold, common.threshold)', 'COALESCE(common.threshold, own.threshold)'),
	('indicator_result', 'shnor.score(f.share, f.threshold, f.polarity)', 'shnor.score(f.share, f.threshold)'),
	('indicator_result', 'shnor.score(f.share, f.plan, f.polarity)', 'shnor.score(f.share, f.threshold, f.polarity)'),
	('indicator_result', '(j.numerator + j.missing), j.all_rows', '(j.numerator + j.missing), (j.numerator + j.missing)'),
	('indicator_result', '(j.denominator = 0) AND (j.answered = 0)', '(j.answered = 0)'),
	('municipal_score', '''1000000000000''::bigint', '10'),
	('municipal_score', 'COALESCE(sum(i.score)', 'COALESCE(count(i.score)'),
	('completeness', 'LEAST(s.submitted_at, h.first_at) <', 's.submitted_at <'),
	('completeness', 'COALESCE(( SELECT setting.time_zone', 'COALESCE(NULLIF(''UTC'', ''''), ( SELECT setting.time_zone'),
	('completeness', 'r.cohort_on < n.valid_until', 'r.cohort_on <= n.valid_until');

CREATE FUNCTION oracle.plant(seed bigint, view_name text, was text, becomes text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	definition text := pg_get_viewdef(('probe.' || view_name)::regclass);
	wrong text := replace(definition, was, becomes);
	found_after int;
BEGIN
	IF wrong = definition THEN
		RAISE EXCEPTION 'the text of view % has no %', view_name, was;
	END IF;
	BEGIN
		EXECUTE format('CREATE OR REPLACE VIEW probe.%I WITH (security_invoker = true) AS %s', view_name, wrong);
		FOR i IN 1..60 LOOP
			IF oracle.region(seed + i) IS NOT NULL THEN
				found_after := i;
				EXIT;
			END IF;
		END LOOP;
		RAISE EXCEPTION USING ERRCODE = 'OR000';
	EXCEPTION WHEN SQLSTATE 'OR000' THEN
	END;
	RETURN found_after;
END $$;
