#!/usr/bin/perl
# Writes test/data: the registries of a made-up region, messy form exports and the truth about them.
#
#   perl test/sample/generate.pl [FOLDER]      (default: test/data beside this script's folder)
#
# Municipalities are real names, everything below them is invented: institutions are called «Учебный пример: …».
# The output is the same on every machine: its own small generator of pseudo-random numbers, no hash order, no clock.
# The truth files (expected_*.csv) are written from what the generator meant, never by reading the forms back.
# headers.csv is read, not written: the wording of the questions, compared with the region's seed by a test.
use strict;
use warnings;
use utf8;
use FindBin;
use Time::Local qw(timegm);

my $folder = $ARGV[0] // "$FindBin::Bin/../data";
my ($NBSP, $NNBSP) = ("\x{A0}", "\x{202F}");

# Park and Miller's minimal generator: products stay below 2**53, so any Perl computes the same.
my $seed = 20240919;
sub rnd  { my ($n) = @_; $seed = ($seed * 16807) % 2147483647; return int($seed / 64) % $n }
sub pick { return $_[rnd(scalar @_)] }
sub chance { return rnd(100) < $_[0] }

sub put {
	my ($name, $text) = @_;
	open my $out, '>:raw:encoding(UTF-8)', "$folder/$name" or die "$folder/$name: $!\n";
	print $out $text;
	close $out or die "$folder/$name: $!\n";
}
sub cell {
	my ($value, $delimiter) = @_;
	return '' unless defined $value;
	return $value unless $value =~ /[\r\n"]|\Q$delimiter\E/;
	$value =~ s/"/""/g;
	return qq{"$value"};
}
sub table { my ($name, @rows) = @_; put($name, join '', map { join(',', map { cell($_, ',') } @$_) . "\n" } @rows) }

# ---- wording ----
my (@school_questions, @municipal_questions, %wording, %type);
{
	open my $in, '<:encoding(UTF-8)', "$FindBin::Bin/../data/headers.csv" or die "headers.csv: $!\n";
	<$in>;
	while (my $line = <$in>) {
		chomp $line;
		my ($question, $respondent, $type, $text) = split /,/, $line, 4;
		$text =~ s/^"(.*)"$/$1/ and $text =~ s/""/"/g;
		push @{ $respondent eq 'school' ? \@school_questions : \@municipal_questions }, $question;
		($wording{$question}, $type{$question}) = ($text, $type);
	}
}

# ---- registries ----
my @municipalities;
{
	my %oktmo = ('Иваново' => 24701, 'Вичуга' => 24703, 'Кинешма' => 24705, 'Кохма' => 24706, 'Тейково' => 24707, 'Шуя' => 24711,
		'Гаврилово-Посадский' => 24603, 'Заволжский' => 24605, 'Кинешемский' => 24611, 'Комсомольский' => 24613, 'Лухский' => 24615,
		'Приволжский' => 24620, 'Пучежский' => 24621, 'Родниковский' => 24623, 'Фурмановский' => 24631, 'Южский' => 24635,
		'Юрьевецкий' => 24637);
	my %size = ('Иваново' => 41, 'Вичуга' => 9, 'Кинешма' => 15, 'Кохма' => 6, 'Тейково' => 7, 'Шуя' => 11);
	for my $name (qw(Иваново Вичуга Кинешма Кохма Тейково Шуя Верхнеландеховский Вичугский Гаврилово-Посадский Заволжский Ивановский
		Ильинский Кинешемский Комсомольский Лежневский Лухский Палехский Пестяковский Приволжский Пучежский Родниковский Савинский
		Тейковский Фурмановский Шуйский Южский Юрьевецкий)) {
		my $urban = exists $size{$name};
		push @municipalities, { id => @municipalities + 1, short => $name, oktmo => $oktmo{$name},
			name => $urban ? "городской округ $name" : "$name район", place => $urban ? "г. $name" : "$name район",
			size => $size{$name} // 4 + rnd(5) };
	}
}
table('municipality.csv', [qw(municipality_id oktmo name)], map { [ @$_{qw(id oktmo name)} ] } @municipalities);

my @rounds = (
	{ id => 1, year => 2024, starts => '2024-09-10', due => '2024-10-10', ends => '2024-11-01', cohort => '2024-09-01' },
	{ id => 2, year => 2025, starts => '2025-12-01', due => '2025-12-20', ends => '2026-01-20', cohort => '2025-09-01' },
	{ id => 3, year => 2026, starts => '2026-10-01', due => '2026-10-25', ends => '2026-12-01', cohort => '2026-09-01' });
table('round.csv', [qw(round_id title starts_on due_on ends_on cohort_on legal_act_id state)],
	map { [ $_->{id}, "Мониторинг $_->{year} года (учебный пример)", @$_{qw(starts due ends cohort id)}, 'open' ] } @rounds);

my $issuer = 'Учебный пример: орган управления образованием';
table('legal_act.csv', [qw(legal_act_id number issued_on issuer title amends_id)],
	(map { [ $_->{id}, "УП-$_->{year}/1", "$_->{year}-08-15", $issuer, "Учебный пример: приказ о проведении мониторинга $_->{year} года", undef ] } @rounds),
	(map { [ 3 + $_->{id}, "УП-$_->{year}/2", "$_->{year}-08-20", $issuer, "Учебный пример: перечень ШНОР, ШНСУ и школ зоны риска $_->{year} года", undef ] } @rounds),
	(map { [ 6 + $_->{id}, "УП-$_->{year}/3", "$_->{year}-08-25", $issuer, "Учебный пример: пороговые и плановые значения $_->{year} года", undef ] } @rounds),
	[ 10, 'УП-2025/4', '2025-08-29', $issuer, 'Учебный пример: изменения в перечень 2025 года', 5 ],
	# the acts that clause 1.2.2 of the methodology names
	[ 11, '1187-о', '2020-12-30', 'Департамент образования Ивановской области',
		'Концепция поддержки школ с низкими результатами обучения и школ, функционирующих в неблагоприятных социальных условиях', undef ],
	[ 12, '536-о/а', '2022-05-16', 'Департамент образования Ивановской области', 'Изменения в концепцию поддержки', 11 ],
	(map { [ $_ - 2007, "УП-$_/2", "$_-08-20", $issuer, "Учебный пример: перечень ШНОР, ШНСУ и школ зоны риска $_ года", undef ] } 2020 .. 2023),
	[ 17, 'УП-2025/5', '2025-03-03', $issuer, 'Учебный пример: об утверждении отчёта мониторинга 2024 года', undef ],
	[ 18, 'УП-2025/6', '2025-06-02', $issuer, 'Учебный пример: об уточнении отчёта мониторинга 2024 года', undef ]);

my (@schools, %school);    # %school: by a short handle, for the cases spelt out below
sub school {
	my ($municipality, $kind, $name, %more) = @_;
	my $s = { id => @schools + 1, code => sprintf('SYN-%04d', @schools + 1), m => $municipality, kind => $kind,
		name => "Учебный пример: $name", opened => sprintf('%d-09-01', 1950 + rnd(70)), teachers => 9 + rnd(44), %more };
	push @schools, $s;
	return $s;
}
for my $m (@municipalities) {
	school($m, 'school', "школа № $_ ($m->{place})") for 1 .. $m->{size};
	school($m, 'preschool', "детский сад № 1 ($m->{place})") if $m->{id} % 5 == 1;
	school($m, 'supplementary', "дом творчества ($m->{place})") if $m->{id} % 6 == 2;
}
my ($ivanovo, $vichuga, $kineshma, $shuya) = @municipalities[ 0, 1, 2, 5 ];
my ($no_l, $silent, $no_z) = @municipalities[ 6, 15, 17 ];    # without ШНОР and ШНСУ; without answers in two rounds; without a risk zone
$school{twin_1} = school($kineshma, 'school', 'лицей «Маяк»');
$school{twin_2} = school($shuya, 'school', 'лицей «Маяк»');
$school{large}  = school($ivanovo, 'school', 'объединённый комплекс', teachers => 1024);
$school{empty}  = school($vichuga, 'school', 'школа без педагогов', teachers => 0);
$school{new}    = school($ivanovo, 'school', 'новая школа', opened => '2025-09-01');           # opens on a cohort date: in
$school{late}   = school($shuya, 'school', 'школа-новостройка', opened => '2025-09-02');        # a day later: out until 2026
$school{heir}   = school($kineshma, 'school', 'школа-правопреемник', opened => '2025-07-01');
$school{closed} = school($kineshma, 'school', 'присоединённая школа', closed => '2025-09-01', heir => $school{heir});    # out on the day
$school{last}   = school($vichuga, 'school', 'малокомплектная школа', closed => '2026-09-02');    # a day after: still in
$school{gone}   = school($shuya, 'school', 'вечерняя школа', closed => '2026-06-30');
table('school.csv', [qw(school_id municipality_id code name kind opened_on closed_on successor_id)],
	map { [ $_->{id}, $_->{m}{id}, @$_{qw(code name kind opened closed)}, $_->{heir} ? $_->{heir}{id} : undef ] } @schools);
sub in_round { my ($s, $r) = @_; return $s->{opened} le $r->{cohort} && (!$s->{closed} || $r->{cohort} lt $s->{closed}) }

# Spells are half-open; many begin or end exactly on a cohort date (1 September) or a day beside it.
my @spells = (
	([ [ '2024-09-01', undef, 4 ] ]) x 6, [ [ '2024-09-01', '2025-09-01', 4 ] ], [ [ '2024-09-01', '2026-09-01', 4 ] ],
	[ [ '2024-09-02', '2026-09-02', 4 ] ], [ [ '2025-09-01', undef, 5 ] ], [ [ '2025-09-02', '2026-09-01', 10 ] ],
	[ [ '2024-08-31', '2025-09-02', 4 ] ], [ [ '2026-09-01', undef, 6 ] ], [ [ '2026-09-02', undef, 6 ] ],
	[ [ '2024-09-01', '2025-09-01', 4 ], [ '2025-09-01', '2026-09-01', 5 ] ],
	[ [ '2024-09-01', '2025-08-31', 4 ], [ '2026-09-01', undef, 6 ] ]);
my @statuses;
for my $s (@schools) {
	my $of_school = $s->{kind} eq 'school';
	my %draw = (low_results => $s->{m} != $no_l && $of_school && chance(32), adverse_conditions => $s->{m} != $no_l && $of_school && chance(24),
		risk_zone => $s->{m} != $no_z && chance($of_school ? 30 : 40));    # kindergartens in the risk zone must not be counted
	$draw{low_results} = 1 if grep { $_ && $_ == $s } @school{qw(empty new closed twin_1)};
	delete @draw{qw(low_results adverse_conditions)} if $s == $school{large};    # a thousand teachers would drown the rest
	for my $status (grep { $draw{$_} } qw(low_results adverse_conditions risk_zone)) {
		push @statuses, [ $s->{id}, $status, @$_ ] for @{ pick(@spells) };
	}
}
# Spells of support that began before the rounds, one for each way it can end (three years on: t+3).
my %spell_case;
{
	my %listed = map { $_->[0] => 1 } grep { $_->[1] ne 'risk_zone' } @statuses;
	my @free = grep { !$listed{ $_->{id} } && $_->{kind} eq 'school' && $_->{opened} lt '2015-09-01' && !$_->{closed} && $_ != $school{large} && $_->{m} != $silent && $_->{m} != $no_l } @schools;
	@spell_case{qw(effective partly insufficient relapse)} = @free[ 3, 9, 15, 21 ];
	my ($listed_from_2024) = map { $schools[ $_->[0] - 1 ] } grep { $_->[1] eq 'low_results' && $_->[2] eq '2024-09-01' && !defined $_->[3] && $_->[0] != $school{empty}{id} } @statuses;
	$spell_case{not_effective} = $listed_from_2024;
	my $add = sub { my ($case, $status, $since, $until, $act) = @_; push @statuses, [ $case->{id}, $status, $since, $until, $act ] };
	$add->($spell_case{effective},     'low_results',        '2021-09-01', '2023-09-01', 14);
	$add->($spell_case{partly},        'adverse_conditions', '2021-09-01', '2023-09-01', 14);
	$add->($spell_case{insufficient},  'low_results',        '2021-09-01', '2023-09-01', 14);
	$add->($spell_case{relapse},       'low_results',        '2020-09-01', '2021-09-01', 13);
	$add->($spell_case{relapse},       'low_results',        '2022-09-01', '2023-09-01', 15);
	$add->($spell_case{not_effective}, 'low_results',        '2021-09-01', '2024-09-01', 14);
	$add->($school{closed},            'low_results',        '2022-09-01', '2024-08-31', 15);    # its successor goes on for it
}
table('school_status.csv', [qw(school_id status since until legal_act_id)], @statuses);

# Thresholds: thirds separate the exact fraction from a rounded percent; some are left unset, some belong to one municipality.
my %threshold = (results_note => 80, diagnosed_subject => 60, diagnosed_method => '33.3333', diagnosed_psych => 25, teachers_supported => 50,
	teachers_in_networks => 30, teachers_in_active => 10, teachers_with_route => '33.3334', schools_in_events => '66.6667',
	schools_with_curator => 50, schools_with_program => 75, schools_with_prevention => 80, schools_with_study_plans => '66.6666',
	schools_with_tutoring => 50, risks_resolved => 50);
my %plan = (teachers_supported => 70, schools_with_program => 90, risks_resolved => '62.5');
my %unset = (1 => [qw(results_note teachers_in_active)], 2 => [qw(results_note diagnosed_psych)], 3 => ['teachers_with_route']);
my @targets;
for my $r (@rounds) {
	my %unset = map { $_ => 1 } @{ $unset{ $r->{id} } };
	push @targets, map { [ $r->{id}, $_, undef, $threshold{$_}, $r->{id} > 1 ? $plan{$_} : undef, 6 + $r->{id} ] }
		grep { !$unset{$_} } sort keys %threshold;
	push @targets, [ $r->{id}, 'teachers_supported', $ivanovo->{id}, 40 + 5 * $r->{id}, 60, 6 + $r->{id} ],
		[ $r->{id}, 'schools_with_tutoring', $no_l->{id}, 100, undef, 6 + $r->{id} ];
}
push @targets, [ 2, 'diagnosed_psych', undef, undef, 40, 8 ];             # a plan without a threshold
push @targets, [ 1, 'teachers_in_active', $shuya->{id}, 5, undef, 7 ];    # one municipality has a threshold, the rest has none
table('target.csv', [qw(round_id indicator municipality_id threshold plan legal_act_id)], @targets);

# ---- answers, and how people type them ----
sub answers {
	my ($s, $r) = @_;
	my %a = (teachers => $s->{teachers} && ($s->{teachers} > 1000 ? $s->{teachers} : $s->{teachers} + rnd(5)));
	my $level = 15 + rnd(60) + 6 * $r->{id};
	for my $question (grep { $_ ne 'teachers' } @school_questions) {
		my $share = $question eq 'in_active' ? int($level / 5) : $level;
		$a{$question} = $type{$question} eq 'count' ? int($a{teachers} * rnd(2 * $share > 100 ? 101 : 2 * $share + 1) / 100) : chance($share + 10) ? 1 : 0;
	}
	for my $question (@school_questions) { $a{$question} = undef if chance(4) }
	return \%a;
}
my $thousands = 0;
sub typed {
	my ($question, $value) = @_;
	return pick('', '', '', '', '—', '-', $type{$question} eq 'count' ? 'нет ответа' : '') unless defined $value;
	return $value ? pick(('Да') x 8, 'да', 'ДА', 'да.', ' Да ', 'Да') : pick(('Нет') x 8, 'нет', 'НЕТ', 'нет.', "нет$NBSP") if $type{$question} eq 'yes_no';
	(my $grouped = $value) =~ s/(?<=\d)(?=\d{3}$)/++$thousands % 2 ? $NBSP : $NNBSP/e;
	return $grouped if $grouped ne $value;
	return pick(($value) x 10, "$value чел.", "$value человек", "$value,0", "$value.0", " $value", "$value$NBSP");
}
# Stamps: seconds since 1970 on a clock in Moscow; every shape the forms are seen to write.
sub moment { my ($date, $h, $m, $s) = @_; my ($y, $mo, $d) = split /-/, $date; return timegm($s, $m, $h, $d, $mo - 1, $y) }
sub parts { my ($t, $shift) = @_; my @p = gmtime($t + 3600 * ($shift // 0)); return ($p[5] + 1900, $p[4] + 1, @p[ 3, 2, 1, 0 ]) }
my %stamp = (
	dots => sub { my ($y, $mo, $d, $h, $m, $s) = parts($_[0]); sprintf '%02d.%02d.%d %d:%02d:%02d', $d, $mo, $y, $h, $m, $s },
	gmt7 => sub { my ($y, $mo, $d, $h, $m, $s) = parts($_[0], 4); sprintf '%d/%d/%d %d:%02d:%02d GMT+7', $mo, $d, $y, $h, $m, $s },
	ampm => sub { my ($y, $mo, $d, $h, $m, $s) = parts($_[0]); sprintf '%d/%02d/%02d %d:%02d:%02d %s GMT+3', $y, $mo, $d, $h % 12 || 12, $m, $s, $h < 12 ? 'AM' : 'PM' },
	iso  => sub { my @p = parts($_[0]); sprintf '%d-%02d-%02d %02d:%02d:%02d', @p },
	day  => sub { my ($y, $mo, $d) = parts($_[0]); sprintf '%02d.%02d.%d', $d, $mo, $y });
sub truth { return $stamp{iso}->($_[0]) . '+03' }

# ---- form exports ----
# A form is a list of columns [field, header]; a row is { t, cells, bad => [[question, problem] …] }.
# proof tells which column of links proves which question.
my (@issues, @imports, %documents, %school_answered);
sub write_form {
	my ($form, @rows) = @_;
	my $text = $form->{bom} ? "\x{FEFF}" : '';
	my $line = 1;
	my $add  = sub {
		my $row = join($form->{delimiter}, map { cell($_, $form->{delimiter}) } @_) . $form->{eol};
		my $at  = $line;
		$line += () = $row =~ /\n/g;
		$text .= $row;
		return $at;
	};
	$add->(map { $_->[1] } @{ $form->{columns} });
	my @unknown = grep { $_->[0] =~ /^other/ && !$form->{proof}{ $_->[0] } } @{ $form->{columns} };
	push @issues, map { [ $form->{file}, 1, undef, 'unknown_header', 'warning' ] } @unknown;
	my ($n, $refused, %last) = (0, 0);
	for my $row (@rows) {
		$add->(('') x ($n % 2 ? scalar @{ $form->{columns} } : 1)) if ++$n % 60 == 0;    # blank rows are not rows
		my @cells = map { $row->{cells}{ $_->[0] } // '' } @{ $form->{columns} };
		if ($row->{extra}) { push @cells, @{ $row->{extra} } }
		elsif ($n % 7 == 3) { pop @cells while @cells > 3 && $cells[-1] eq '' }    # shorter than the header
		elsif ($n % 7 == 5) { push @cells, '', '' }                               # longer, but blank
		my $at = $add->(@cells);
		if ($row->{bad}) {
			$refused++;
			push @issues, map { [ $form->{file}, $at, @$_, 'refused' ] } @{ $row->{bad} };
			next;
		}
		for my $column (sort keys %{ $form->{proof} }) {
			$documents{ join "\t", $form->{file}, $row->{who}, $form->{proof}{$column}, $_ } = 1 for split /, /, $row->{cells}{$column} // '';
		}
		my $before = $last{ $row->{who} };
		$last{ $row->{who} } = $row if !$before || $before->{t} <= $row->{t};
	}
	my $loaded = keys %last;
	push @imports, [ $form->{file}, $form->{round}, scalar @rows, $loaded, @rows - $refused - $loaded, $refused, 0, scalar @unknown ];
	put($form->{file}, $text);
	if ($form->{shapes}) { $school_answered{ $form->{round} }{$_} = $last{$_}{a} for keys %last }    # forms of schools only
	return map { $last{$_} } sort { $a <=> $b } keys %last;
}

my $document = 'https://drive.example.org/open?id=';
my $links    = sub { join ', ', map { $document . 'SYN' . (100 + rnd(900)) } 0 .. rnd(2) };
my $remark   = sub { pick('', '', "Справка готова,\nприложим позже; см. \"дорожную карту\"", 'Замечаний нет') };
my %other    = (known_1 => $links, other_1 => $links, other_3 => $links, known_2 => $remark, other_2 => $remark);    # known_: not reported as unknown
sub form_cells {
	my ($s, $r, $t, $shape, $a) = @_;
	my %c = (submitted_at => $stamp{$shape}->($t), school_code => pick(($s->{code}) x 6, " $s->{code}", "$s->{code} "),
		municipality => pick(($s->{m}{name}) x 5, "$s->{m}{name} ", uc $s->{m}{name}));
	my $name = $s->{name};
	if    (chance(6)) { $name =~ s/: /:\n/ }
	elsif (chance(8)) { $name =~ s/: /:$NBSP / }
	elsif (chance(6)) { $name =~ tr/ё«»/е""/ }
	$c{school_name} = $name;
	$c{$_} = typed($_, $a->{$_}) for @school_questions;
	$c{$_} = $other{$_}->() for sort keys %other;
	return \%c;
}
# Changes of a good answer that must be refused: [columns typed, [question, problem] …]
my %spoil = (
	negative       => sub { ({ supported => '-3' }, ['supported', 'negative']) },
	part           => sub { ({ (map { $_ => '' } @school_questions[ 1 .. 7 ]), teachers => 20, diagnosed_subject => 21 }, ['diagnosed_subject', 'part_larger']) },
	fraction       => sub { ({ with_route => '12,5' }, ['with_route', 'fraction']) },
	words          => sub { ({ teachers => 'все' }, ['teachers', 'not_a_number']) },
	no_count       => sub { ({ in_networks => 'нет' }, ['in_networks', 'not_a_number']) },
	percent        => sub { ({ with_route => '50 %' }, ['with_route', 'percent']) },
	too_large      => sub { ({ teachers => '99999999999' }, ['teachers', 'too_large']) },
	partly         => sub { ({ has_program => 'частично' }, ['has_program', 'not_yes_no']) },
	two            => sub { ({ in_active => '-1', has_tutoring => 'планируется' }, ['in_active', 'negative'], ['has_tutoring', 'not_yes_no']) },
	date_words     => sub { ({ submitted_at => 'вчера вечером' }, ['submitted_at', 'bad_date']) },
	date_day       => sub { ({ submitted_at => '31.02.2025 10:00:00' }, ['submitted_at', 'bad_date']) },
	date_month     => sub { ({ submitted_at => '13/15/2025 10:18:29 GMT+7' }, ['submitted_at', 'bad_date']) },
	unknown_code   => sub { ({ school_code => 'SYN-9999', school_name => 'Учебный пример: нет в реестре' }, ['school_code', 'unknown_school']) },
	unknown_name   => sub { ({ school_name => 'Учебный пример: школа № 98 (г. Шуя)', municipality => $shuya->{name} }, ['school_name', 'unknown_school']) },
	ambiguous      => sub { ({ school_name => 'Учебный пример: лицей «Маяк»', municipality => '' }, ['school_name', 'ambiguous_school']) },
	conflict       => sub { ({ teachers => 30, teachers_2 => 31, map { $_ => '' } @school_questions[ 1 .. 7 ] }, ['teachers', 'two_values']) });
# Which of them each round's export holds; a name marked + follows a good answer of the same school, which then stands.
my %spoilt = (1 => [qw(negative part fraction words no_count partly two date_words unknown_code ragged +negative +fraction)],
	2 => [qw(conflict percent date_day date_month negative ragged unknown_code part +words not_in_round)],
	3 => [qw(unknown_name too_large ambiguous part two date_words partly +part ragged not_in_round)]);

sub form_rows {
	my ($r, @shapes) = @_;
	my (@rows, @spare);
	my $time = sub {
		my ($first, $due, $last) = map { moment($_, 0, 0, 0) / 86400 } @$r{qw(starts due ends)};
		my $day = chance(88) ? $first + 3 + rnd($due - $first - 3) : $due + rnd($last - $due);
		return 86400 * $day + 3600 * 8 + rnd(10 * 3600);
	};
	my $row = sub { my ($s, $t, $shape, $a) = @_; return { who => $s->{id}, t => $t, a => $a, cells => form_cells($s, $r, $t, $shape, $a) } };
	for my $s (grep { in_round($_, $r) } @schools) {
		next if $s->{m} == $silent && $r->{id} < 3;
		next if $s->{kind} ne 'school' && chance(40);
		if (chance(9) && !grep { $_ && $_ == $s } @school{qw(large empty)}) { push @spare, $s; next }
		my ($t, $shape) = ($time->(), pick(@shapes));
		$t -= $t % 86400 if $shape eq 'day';
		if (chance(6)) {    # an answer, then the corrected one: with other figures, a day or two later
			my $early = $t - 86400 * (1 + rnd(2)) + rnd(3600);
			push @rows, $row->($s, $early, $shapes[0], answers($s, $r));
		}
		push @rows, $row->($s, $t, $shape, answers($s, $r));
	}
	# in the last minute of the due day in Moscow, the next day already where a GMT+7 stamp was written; and a minute later
	if ($r->{id} > 1) { for (0, 1) { my $s = shift @spare; push @rows, $row->($s, moment($r->{due}, 23, 59, 30) + 60 * $_, $shapes[0], answers($s, $r)) } }
	for my $case (@{ $spoilt{ $r->{id} } }) {
		(my $problem = $case) =~ s/^\+//;
		my $s = $case =~ /^\+/ ? $schools[ $rows[ 20 + rnd(100) ]{who} - 1 ] : shift @spare;
		my $t = $r->{id} == 1 || $case !~ /^\+/ ? $time->() : moment($r->{ends}, 1, 0, 0);
		if ($problem eq 'not_in_round') {    # answers of a school that opens later or has been closed
			my $out = $school{ $r->{id} == 2 ? 'late' : 'gone' };
			push @rows, { %{ $row->($out, $t, $shapes[0], answers($out, $r)) }, bad => [ [ $r->{id} == 3 ? 'school_name' : 'school_code', 'not_in_round' ] ] };
			next;
		}
		my $new = $row->($s, $t, $shapes[0], answers($s, $r));
		if ($problem eq 'ragged') { @$new{qw(extra bad)} = ([ '', 'Да', 'лишнее' ], [ [ undef, 'ragged' ] ]) }
		else { my ($typed, @bad) = $spoil{$problem}->(); $new->{cells} = { %{ $new->{cells} }, %$typed }; $new->{bad} = \@bad }
		push @rows, $new;
	}
	@rows = sort { $a->{t} <=> $b->{t} || $a->{who} <=> $b->{who} } @rows;
	splice @rows, 12, 0, pop @rows;    # exports sorted by hand: a late row stands early
	return @rows;
}
my %decorate = (
	1 => sub { my ($n, $text) = @_; $text =~ s/, /,\n/ if $n % 2; return "$n. $text" },
	2 => sub { my ($n, $text) = @_; $text =~ s/ /$NBSP/ if $n % 3 == 0; $text =~ s/ (?=\S+$)/  /; return "$n) $text *" },
	3 => sub { my ($n, $text) = @_; $text = uc $text if $n % 4 == 1; $text =~ s/([«»])/"/g; return $n % 5 ? "$text:" : "$text?" });
sub questions { my ($r) = @_; my $n = 0; return map { [ $_, $decorate{$r}->(++$n, $wording{$_}) ] } @school_questions }

my @form = (
	{ round => 1, file => 'form_2024.csv', proof => { known_1 => 'staffing_resolved' }, bom => 1, delimiter => ',', eol => "\n", shapes => [qw(dots)],
		columns => [ [ submitted_at => 'Отметка времени' ], [ school_code => 'Код ОО' ], [ school_name => 'Наименование ОО' ], questions(1),
			[ known_1 => 'Прикрепите документ' ], [ other_2 => "Комментарий\n(по желанию)" ], ([ blank => '' ]) x 3 ] },
	{ round => 2, file => 'form_2025.csv', bom => 1, delimiter => ';', eol => "\r\n", shapes => [qw(gmt7 gmt7 gmt7 dots iso day)],
		columns => [ [ submitted_at => 'Отметка времени' ], [ school_code => 'Код школы' ], questions(2),
			[ teachers_2 => 'Всего педагогов (повторный вопрос)' ], [ known_2 => 'Комментарий' ], [ other_1 => 'Ссылки на документы' ] ] },
	{ round => 3, file => 'form_2026.tsv', proof => { other_1 => 'has_prevention', other_3 => 'has_study_plans' }, bom => 0, delimiter => "\t", eol => "\n", shapes => [qw(ampm)],
		columns => [ [ submitted_at => 'Отметка времени' ], [ municipality => 'Муниципалитет' ], [ school_name => 'Наименование образовательной организации' ],
			questions(3), [ other_1 => 'Прикрепите документ (программа профилактики)' ], [ other_3 => 'Прикрепите документ (ИУП)' ] ] });
for my $form (@form) {
	my $r    = $rounds[ $form->{round} - 1 ];
	my @rows = form_rows($r, @{ $form->{shapes} });
	if ($form->{round} == 2) {    # the repeated question: mostly blank, or the same number written otherwise
		for my $row (grep { !$_->{bad} && chance(30) } @rows) {
			$row->{cells}{teachers_2} = $row->{a}{teachers};
			$row->{cells}{teachers} = '' if defined $row->{a}{teachers} && chance(20);
		}
	}
	my @kept = write_form($form, @rows);
	table("expected_answers_$form->{round}.csv", [ qw(school_id submitted_at), @school_questions ],
		map { my $row = $_; [ $row->{who}, truth($row->{t}), map { my $v = $row->{a}{$_}; $type{$_} eq 'yes_no' && defined $v ? ('f', 't')[$v] : $v } @school_questions ] } @kept);
}

# ---- municipalities: two rounds as a clean table, the third as a form ----
my $yes_no = sub { my $value = shift; return defined $value ? ('f', 't')[$value] : undef };
my (@municipal, @rows);
for my $r (@rounds) {
	for my $m (@municipalities) {
		next if $m == $silent && $r->{id} < 3 || $m->{id} % 11 == 9 && $r->{id} == 3 || chance(7);
		my $t = moment($r->{starts}, 11, 0, 0) + 86400 * rnd(20) + rnd(6 * 3600);
		my %a = map { $_ => chance(7) ? undef : chance(45 + 12 * $r->{id}) ? 1 : 0 } @municipal_questions;
		if ($r->{id} < 3) { push @municipal, [ $r->{id}, $m->{id}, truth($t), 'УНОИ (учебный пример)', map { $yes_no->($a{$_}) } @municipal_questions ]; next }
		my $row = sub {
			my ($at, $said) = @_;
			return { who => $m->{id}, t => $at, a => $said, cells => { submitted_at => $stamp{dots}->($at), municipality => pick($m->{name}, " $m->{name} ", uc $m->{name}),
				(map { $_ => $other{$_}->() } qw(known_1 other_2)), map { $_ => typed($_, $said->{$_}) } @municipal_questions } };
		};
		push @rows, $row->($t - 7200, { map { $_ => 0 } @municipal_questions }) if chance(15);
		push @rows, $row->($t, \%a);
	}
}
table('municipal_submission.csv', [ qw(round_id municipality_id submitted_at source), @municipal_questions ], @municipal);
my @wrong = map { { %$_, cells => { %{ $_->{cells} } } } } @rows[ 3, 8, 12 ];    # later rows that must be refused
$_->{t} += 86400, $_->{cells}{submitted_at} = $stamp{dots}->($_->{t}) for @wrong;
@{ $wrong[0] }{qw(bad)} = [ [ 'municipality', 'unknown_municipality' ] ];
$wrong[0]{cells}{municipality} = 'Учебный пример: район, которого нет';
($wrong[1]{cells}{has_results_note}, $wrong[1]{bad}) = ('да, частично', [ [ 'has_results_note', 'not_yes_no' ] ]);
($wrong[2]{cells}{submitted_at}, $wrong[2]{bad}) = ('2026-10-32', [ [ 'submitted_at', 'bad_date' ] ]);
my @kept = write_form({ round => 3, file => 'form_municipal_2026.csv', proof => { known_1 => 'has_resource_monitoring' }, bom => 1, delimiter => ',', eol => "\r\n",
	columns => [ [ submitted_at => 'Отметка времени' ], [ municipality => 'Муниципальное образование' ], (map { [ $_, $wording{$_} ] } @municipal_questions),
		[ known_1 => 'Прикрепите документ' ], [ other_2 => 'Ваши пожелания' ] ] }, sort { $a->{t} <=> $b->{t} || $a->{who} <=> $b->{who} } @rows, @wrong);
table('expected_municipal_3.csv', [ qw(municipality_id submitted_at), @municipal_questions ],
	map { my $row = $_; [ $row->{who}, truth($row->{t}), map { $yes_no->($row->{a}{$_}) } @municipal_questions ] } @kept);


table('expected_documents.csv', [qw(file respondent_id question link)], map { [ split /\t/ ] } sort keys %documents);

# ---- second sources: УНОИ and an order for two rounds as a table, УНОИ once more as a file of 2026; ИРЦОКО about notes ----
# All draws below come after everything above, so that they leave it as it is.
my %l_in;    # round => { school => 1 }
for my $r (@rounds) {
	$l_in{ $r->{id} }{ $_->[0] } = 1 for grep { $_->[1] ne 'risk_zone' && $_->[2] le $r->{cohort} && (!defined $_->[3] || $r->{cohort} lt $_->[3]) } @statuses;
}
my (@source_answers, @unoi);
for my $r (@rounds) {
	for my $s (grep { $l_in{ $r->{id} }{ $_->{id} } && in_round($_, $r) && $_->{m} != $silent && $_->{teachers} && $_->{id} % 3 == 0 } @schools) {
		my $a     = $school_answered{ $r->{id} }{ $s->{id} } // {};
		my $said  = $a->{in_networks} // 1 + rnd(5);
		my $count = chance(60) ? $said : $said > 2 ? $said - 1 - rnd(2) : $said + 1;
		$count = $a->{teachers} if defined $a->{teachers} && $count > $a->{teachers};
		if ($r->{id} == 3) { push @unoi, [ $s->{code}, $count ] }
		else { push @source_answers, [ $r->{id}, $s->{id}, undef, 'in_networks', 'unoi', $count, undef, "$r->{ends} 12:00:00+03", "Учебный пример: список УНОИ $r->{year} года", undef ] }
		push @source_answers, [ $r->{id}, $s->{id}, undef, 'has_curator', 'order', undef, chance(70) ? 't' : 'f', "$r->{ends} 12:00:00+03", "Учебный пример: приказ о кураторах $r->{year} года", 3 + $r->{id} ] if $s->{id} % 4 == 0;
	}
	push @source_answers, map { [ $r->{id}, undef, $_->{id}, 'has_results_note', 'ircoko', undef, chance(50) ? 't' : 'f', "$r->{ends} 12:00:00+03", "Учебный пример: реестр справок ИРЦОКО $r->{year} года", undef ] }
		grep { $_->{id} % 4 == 1 } @municipalities;
}
table('source_answer.csv', [qw(round_id school_id municipality_id question data_source answer_count answer_yes submitted_at source legal_act_id)], @source_answers);
push @imports, [ 'unoi_2026.csv', 3, scalar @unoi, scalar @unoi, 0, 0, 0, 0 ];
put('unoi_2026.csv', join '', map { join(';', map { cell($_, ';') } @$_) . "\r\n" } [ 'Код ОО', $wording{in_networks} ], @unoi);

# ---- results of assessments: years of the rounds and before; a level of failure per school, lower where it has no status ----
my @assessments = ([ 'ОГЭ', 'математика', 9 ], [ 'ОГЭ', 'русский язык', 9 ], [ 'ЕГЭ', 'русский язык', 11 ]);
my %case_level = (    # percent below the minimum by year; a year that is not there has no results
	effective     => { 2021 => 45, 2022 => 40, 2023 => 35, 2024 => 20, 2025 => 15, 2026 => 15 },
	partly        => { 2021 => 30, 2022 => 35, 2023 => 45, 2024 => 20, 2025 => 20, 2026 => 20 },
	insufficient  => { 2021 => 40, 2022 => 35, 2024 => 20, 2025 => 20, 2026 => 15 },
	relapse       => { 2020 => 50, 2021 => 30, 2022 => 45, 2023 => 40, 2024 => 30, 2025 => 25, 2026 => 20 },
	not_effective => { 2021 => 30, 2022 => 35, 2023 => 40, 2024 => 45, 2025 => 45, 2026 => 50 });
my %case_of = map { $spell_case{$_}{id} => $case_level{$_} } keys %case_level;
$case_of{ $school{closed}{id} } = { 2022 => 40, 2023 => 35, 2024 => 30 };
$case_of{ $school{heir}{id} }   = { 2025 => 20, 2026 => 20 };
my @results;
for my $s (grep { $_->{kind} eq 'school' && $_->{teachers} } @schools) {
	my $base = 4 + rnd(18);
	for my $year (2020 .. 2026) {
		my $case = $case_of{ $s->{id} };
		next if $case ? !exists $case->{$year} : $year < 2023 || $s->{opened} gt "$year-06-01" || $s->{closed} && $s->{closed} lt "$year-07-01" || chance(3);
		my $l = grep { $_->[0] == $s->{id} && $_->[1] ne 'risk_zone' && $_->[2] le "$year-09-01" && (!defined $_->[3] || "$year-09-01" lt $_->[3]) } @statuses;
		for my $assessment (@assessments) {
			my $level        = $case ? $case->{$year} : $base + ($l ? 8 + rnd(22) : rnd(12));
			my $participants = $case ? 40 : 4 + rnd(40);
			my $below        = int($participants * $level / 100);
			push @results, [ $year, $s->{id}, @$assessment, $participants, $below, $participants * 4 - 2 * $below, 'Учебный пример' ];
		}
	}
}
table('result.csv', [qw(year school_id assessment subject grade participants below_minimum marks_sum source)], @results);

table('expected_issues.csv', [qw(file line question problem severity)], @issues);
table('expected_imports.csv', [qw(file round_id rows_read loaded corrected refused unchanged warnings)], @imports);
