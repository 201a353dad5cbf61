#!/usr/bin/perl
# client.pl KIND NUMBER SEED FOLDER: one client of test/crash and test/stress, until the file FOLDER/stop is there.
# KIND is importer, writer, officer, refresher, reader, storer, editor or verifier (see %work).
#
# It sends psql a few transactions at a time. What it has seen committed it writes to FOLDER/ack.KIND.NUMBER,
#   operation|tag|a|b|c|d|e|f|g|kind     (the columns of ack in check.sql)
# what was refused to FOLDER/error.KIND.NUMBER (operation|tag|SQLSTATE), what it has read of closed rounds to
# FOLDER/read.KIND.NUMBER (round|event|fingerprint).
use strict;
use warnings;

my ($kind, $number, $seed, $dir) = @ARGV;
my $place = { importer => 1, writer => 2, officer => 3, refresher => 4, reader => 5, storer => 6, editor => 7, verifier => 8 }->{$kind} // die "client.pl: $kind?\n";
srand($seed * 1000 + $place * 100 + $number);
$ENV{PGOPTIONS} = '-c jit=off -c client_min_messages=warning';
$ENV{PGAPPNAME} = "$kind $number";
sub rnd { int rand $_[0] }
sub pick { $_[ rnd(scalar @_) ] }

# BEGIN … COMMIT around statements whose last sets psql variables; $ack is told only when COMMIT has come back
sub transaction {
	my ($op, $tag, $ack, @statements) = @_;
	my $refused = "\\echo error $op|$tag|:LAST_ERROR_SQLSTATE\n";
	my $sql = "BEGIN;\n";
	$sql .= "$_ \\gset\n\\if :ERROR\n$refused ROLLBACK;\n\\else\n" for @statements;
	$sql .= "COMMIT;\n\\if :ERROR\n$refused\\else\n\\echo ack $ack\n\\endif\n";
	return $sql . "\\endif\n" x @statements;
}

my $n = 0;
sub stamp { my ($round) = @_; sprintf '%02d.%02d.%d %02d:%02d:%02d', 1 + rnd(28), 10 + rnd(2), 2021 + $round, rnd(24), rnd(60), rnd(60) }
my @sent;    # [round, data source, file]
sub import_form {
	my ($round, $source, $content, $what, $tag) = @_;
	my $data = $what eq 'unoi' ? 'unoi' : 'form';
	return transaction('import', $tag, "import|$tag|:import_id|:rows_read|:loaded|:corrected|:refused|:unchanged|:documents|$source",
		"SELECT import_id, rows_read, loaded, corrected, refused, unchanged, documents FROM shnor.import_form('load', $round, \$file\$$content\$file\$, source => '$tag', data_source => '$data')");
}

my @counts = qw(diagnosed_subject diagnosed_method diagnosed_psych supported in_networks in_active with_route);
my @yes_no = qw(in_events has_curator has_program has_prevention has_study_plans has_tutoring internet_resolved equipment_resolved staffing_resolved);
my %file = (
	form => sub {
		my ($round) = @_;
		my @rows = join(',', 'Отметка времени', 'Код ОО', 'teachers', @counts, @yes_no, 'Прикрепите документ');
		for (1 .. 4 + rnd(12)) {
			my $teachers = 20 + rnd(40);
			# one in twenty cannot be read; the same few links again and again
			push @rows, join ',', stamp($round), sprintf('L-%02d', 1 + rnd(48)), rnd(20) ? $teachers : 'много', (map { rnd(10) ? rnd($teachers) : '' } @counts),
				(map { pick('да', 'да', 'нет', '') } @yes_no), rnd(3) ? '' : 'https://example.org/' . rnd(3);
		}
		return join "\n", @rows, '';
	},
	municipal => sub {
		my ($round) = @_;
		return join "\n", 'Отметка времени,Муниципальное образование,has_results_note,has_practice_sharing,has_resource_monitoring',
			(map { join ',', stamp($round), 'Муниципалитет ' . (1 + rnd(6)), map { pick('да', 'нет', '') } 1 .. 3 } 1 .. 1 + rnd(4)), '';
	},
	unoi => sub {
		my ($round) = @_;
		my %school = map { (1 + rnd(48)) => 1 } 1 .. 6;
		return join "\n", 'Отметка времени,Код ОО,in_networks', (map { join ',', stamp($round), sprintf('L-%02d', $_), rnd(20) } sort keys %school), '';
	});

# rounds closed and opened again (the fourth stays open), reports published, targets, statuses and days changed
sub officer {
	my ($round, $tag, $what) = @_;
	return transaction('closed', $tag, "closed|$tag|$round|:event||||||", "WITH u AS (UPDATE load.round SET state = 'closed' WHERE round_id = $round AND state = 'open' RETURNING 1) SELECT 1 / count(*) AS done FROM u",
		"SELECT max(round_event_id) AS event FROM load.round_event WHERE round_id = $round") if $what < 2;
	return transaction('reopened', $tag, "reopened|$tag|$round|:event||||||", "SELECT shnor.reopen_round('load', $round, '$tag')",
		"SELECT max(round_event_id) AS event FROM load.round_event WHERE round_id = $round") if $what < 7;
	return transaction('publish', $tag, "publish|$tag|$round|:publication||||||", "SELECT shnor.publish('load', $round, 1, '$tag') AS publication") if $what < 8;
	return transaction('target', $tag, "target|$tag||||||||", "UPDATE load.target SET threshold = @{[ 30 + rnd(40) ]} WHERE round_id = $round RETURNING 1 AS one") if $what < 9;
	my $until = pick('NULL', "'2022-10-01'", "'2023-10-01'", "'2024-10-15'");
	return transaction('status', $tag, "status|$tag||||||||", "WITH u AS (UPDATE load.school_status SET until = $until WHERE school_id = @{[ 1 + rnd(48) ]} RETURNING 1) SELECT count(*) FROM u",
		# not at once: others get a chance to close what this changes
		'SELECT pg_sleep(0.5)::text AS slept') if $what < 11;
	# the third round moves between days on which other schools have the status, and closes on some of them
	my $state = pick('', (", state = 'closed'") x 2);
	return transaction('day', $tag, "day|$tag||||||||", "WITH u AS (UPDATE load.round SET cohort_on = '@{[ pick('2024-09-01', '2024-11-01') ]}'$state WHERE round_id = 3 AND state = 'open' RETURNING 1) SELECT count(*) FROM u");
}

# what is of all rounds that are not closed, and what holds from the fourth round's day on (region.sql) or before it
sub editor {
	my ($tag, $what) = @_;
	my $one = sub { transaction($_[0], $tag, "$_[0]|$tag||||||||", "WITH u AS ($_[1] RETURNING 1) SELECT count(*) FROM u", @_[2 .. $#_]) };
	my $school = 1 + rnd(48);
	return $one->('move', "UPDATE load.school SET municipality_id = @{[ 1 + rnd(6) ]} WHERE school_id = $school",
		# some answer in the same transaction, or take their time
		pick('SELECT 1 AS one', 'SELECT pg_sleep(0.3)::text AS slept', "WITH u AS (UPDATE load.submission SET supported = @{[ rnd(20) ]}, source = 'sql-$tag', submitted_at = submitted_at + interval '1 second' WHERE round_id = 4 AND school_id = $school RETURNING 1) SELECT count(*) FROM u")) if $what < 4;
	return $one->('closing', "UPDATE load.school SET closed_on = @{[ pick('NULL', qq('2025-06-01'), qq('2026-06-01')) ]} WHERE school_id = @{[ 49 + rnd(3) ]}") if $what < 5;
	return $one->('definition', "UPDATE load.indicator SET @{[ pick('position = 60 + ' . rnd(9), qq(missing = 'exclude'), qq(missing = 'no'), 'cohort = NULL', qq(cohort = 'low_results'), qq(polarity = 'context'), qq(polarity = 'higher_is_better')) ]}
		WHERE indicator = 'schools_with_tutoring' AND valid_from = '2025-01-01'") if $what < 7;
	return $one->('definition', "UPDATE load.indicator SET position = 30 + @{[ rnd(9) ]} WHERE indicator = 'schools_with_program'") if $what < 8;
	return $one->('question', "UPDATE load.question SET valid_until = @{[ pick('NULL', qq('2025-06-01')) ]} WHERE question = 'extra'") if $what < 9;
	return $one->('source', "UPDATE load.question_source SET precedence = 3 - precedence WHERE question = 'in_networks' AND valid_from = '2025-01-01'") if $what < 10;
	return $one->('goal', "INSERT INTO load.target (round_id, indicator, municipality_id, threshold) VALUES (4, 'schools_with_prevention', @{[ 1 + rnd(6) ]}, @{[ rnd(100) ]})
		ON CONFLICT (round_id, indicator, municipality_id) DO UPDATE SET threshold = excluded.threshold") if $what < 11;
	# one school for each: two who enter the same status would clash
	return $one->('status', pick("DELETE FROM load.school_status WHERE school_id = 48 + $number",
		"INSERT INTO load.school_status (school_id, status, since) SELECT s.school_id, 'low_results', '2025-02-01' FROM load.school s
		WHERE s.school_id = 48 + $number AND NOT EXISTS (SELECT FROM load.school_status t WHERE t.school_id = s.school_id)"));
}

my %work = (
	# files with answers, new ones and such as were sent before
	importer => sub {
		my $round = 1 + rnd(4);
		if (@sent && !rnd(8)) {
			my ($old, $what, $content) = @{ pick(@sent) };
			return import_form($old, 'again', $content, $what, "again-$number-" . ++$n);
		}
		my $what = pick(('form') x 4, 'municipal', 'unoi');
		my ($content, $tag) = ($file{$what}->($round), "$what-$number-" . ++$n);
		# sent again only when it is known to be there
		return import_form($round, 'new', $content, $what, $tag), $tag, [ $round, $what, $content ];
	},
	# answers entered by hand
	writer => sub {
		my ($round, $school, $tag) = (1 + rnd(4), 1 + rnd(48), "sql-$number-" . ++$n);
		my $at = join '-', 2021 + $round, 10 + rnd(2), 1 + rnd(28);
		return transaction('sql', $tag, "sql|$tag|$round|$school||||||",
			"INSERT INTO load.submission AS s (round_id, school_id, submitted_at, source, teachers, supported) VALUES ($round, $school, '$at', '$tag', @{[ 60 + rnd(9) ]}, @{[ rnd(20) ]})
			ON CONFLICT (round_id, school_id) DO UPDATE SET submitted_at = excluded.submitted_at, source = excluded.source, teachers = excluded.teachers, supported = excluded.supported RETURNING 1 AS one");
	},
	# who runs the rounds
	officer => sub {
		my ($round, $tag, $what) = (1 + rnd(3), "officer-$number-" . ++$n, rnd(12));
		return sprintf("SELECT pg_sleep(%.1f);\n", rand 1.5) . officer($round, $tag, $what);
	},
	refresher => sub {
		my $tag = "refresher-$number-" . ++$n;
		return "SELECT pg_sleep(0.2);\n" . transaction('refresh', $tag, "refresh|$tag||||||||", 'REFRESH MATERIALIZED VIEW ' . pick('CONCURRENTLY', 'CONCURRENTLY', '') . ' bi.report');
	},
	# the stored figures brought up to date
	storer => sub {
		my $tag = "storer-$number-" . ++$n;
		return sprintf("SELECT pg_sleep(%.1f);\n", 0.1 + rand 0.5) . transaction('stored', $tag, "stored|$tag|:rounds|:municipalities|:figures|||||",
			"SELECT count(*) AS rounds, coalesce(sum(municipalities), 0) AS municipalities, coalesce(sum(figures_changed), 0) AS figures FROM shnor.refresh('load')");
	},
	editor => sub { return sprintf("SELECT pg_sleep(%.1f);\n", rand 0.6) . editor("editor-$number-" . ++$n, rnd(12)) },
	# at any moment: what is not pending is stored as it is
	verifier => sub {
		my $tag = "verifier-$number-" . ++$n;
		return "BEGIN;
			SELECT sum(compared) AS compared, sum(pending) AS pending, sum(different) AS different, coalesce(string_agg(report || ': ' || example, '; '), '') AS example FROM shnor.verify('load') \\gset
			\\if :ERROR\n\\echo error verify|$tag|:LAST_ERROR_SQLSTATE\n\\else\nSELECT 'wrong ' || :'example' WHERE :different > 0;\n\\endif\nCOMMIT;
			\\if :ERROR\n\\else\n\\echo ack verify|$tag|:compared|:pending|:different|||||\n\\endif\n";
	},
	# the main views in one snapshot: what closed rounds say, and whether all adds up, as it is and as it is stored
	reader => sub {
		my $tag = "reader-$number-" . ++$n;
		return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
			SELECT format('read %s|%s|%s', r.round_id, (SELECT max(e.round_event_id) FROM load.round_event e WHERE e.round_id = r.round_id),
				md5(concat((SELECT string_agg(m::text, ';' ORDER BY m.municipality_id, m.position) FROM load.municipal_indicator m WHERE m.round_id = r.round_id),
						   (SELECT string_agg(m::text, ';' ORDER BY m.position) FROM load.regional_indicator m WHERE m.round_id = r.round_id),
						   (SELECT string_agg(m::text, ';' ORDER BY m.municipality_id) FROM load.municipal_score m WHERE m.round_id = r.round_id),
						   (SELECT string_agg(m::text, ';' ORDER BY m.municipality_id) FROM load.completeness m WHERE m.round_id = r.round_id))))
			FROM load.round r WHERE r.state = 'closed';
			SELECT 'wrong ' || r.round_id || ' ' || r.indicator FROM load.regional_indicator r
			JOIN (SELECT m.round_id, m.indicator, sum(m.numerator) AS n, sum(m.denominator) AS d, count(*) AS c FROM load.municipal_indicator m GROUP BY 1, 2) m USING (round_id, indicator)
			WHERE (r.numerator, r.denominator) <> (m.n, m.d) OR m.c <> 6;
			SELECT 'wrong stored ' || r.round_id || ' ' || r.indicator FROM load.regional_indicator_stored r
			JOIN (SELECT m.round_id, m.indicator, sum(m.numerator) AS n, sum(m.denominator) AS d FROM load.municipal_indicator_stored m GROUP BY 1, 2) m USING (round_id, indicator)
			WHERE (r.numerator, r.denominator) <> (m.n, m.d);
			\\if :ERROR\n\\echo error read|$tag|:LAST_ERROR_SQLSTATE\n\\endif\nCOMMIT;
			\\if :ERROR\n\\echo error read|$tag|:LAST_ERROR_SQLSTATE\n\\else\n\\echo ack read|$tag||||||||\n\\endif\n";
	});

my %out;
for my $name (qw(ack error read)) {
	open $out{$name}, '>>', "$dir/$name.$kind.$number" or die "$dir: $!\n";
	$out{$name}->autoflush(1);
}
until (-e "$dir/stop") {
	my ($script, %pending) = ('');
	for (1 .. 4) {
		my ($sql, $tag, $file) = $work{$kind}->();
		$script .= $sql;
		$pending{$tag} = $file if defined $tag;
	}
	my $input = "$dir/$kind.$number.sql";
	open my $f, '>', $input or die "$input: $!\n";
	print $f $script;
	close $f;
	open my $psql, '-|', "psql -X -q -A -t -d load -f $input 2>>$dir/stderr.$kind.$number" or die "psql: $!\n";
	while (<$psql>) {
		chomp;
		if (/^(ack|error|read) (.*)/) {
			print { $out{$1} } "$2\n";
			push @sent, $pending{$1} if /^ack import\|([^|]+)/ && $pending{$1};
			shift @sent if @sent > 40;
		}
		elsif (/^wrong /) { print { $out{error} } "read|$_|WRONG\n" }
	}
	# the server is down: it comes back
	select undef, undef, undef, 0.3 unless close $psql;
}
