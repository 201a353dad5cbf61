# coverage.pl [--report]: gcov's JSON on standard input; prints for each file of src/
# its lines, those reached, and which are not. Run where the sources are (test/coverage).
#
# Fails when fewer than 95 % of all lines are reached, or not every line of the files
# named below; with --report never. A line that nothing can reach says so and why in a
# comment, /* unreachable: why */: it is listed, not counted, and must not be reached.
use strict;
use warnings;
use JSON::PP;

my $least = 95;

# the parser of formulas; what reads texts and bytes from outside; what combines states
my @whole = map "src/$_.c", qw(formula share methodology methodology_text tally tally_io tally_agg lanes);

my $verdict = ($ARGV[0] // '') ne '--report';
my %count;
while (my $document = <STDIN>)
{
	for my $file (grep { $_->{file} =~ m{^src/} } @{ decode_json($document)->{files} })
	{
		$count{ $file->{file} }{ $_->{line_number} } += $_->{count} for @{ $file->{lines} };
	}
}
for my $name (@whole)
{
	die "There are no counts of $name.\n" if !$count{$name};
}

my ($lines, $reached, $failed) = (0, 0, 0);
my (@missed, @marked);
printf "%-26s %6s %8s %8s\n", 'file', 'lines', 'reached', '%';
for my $name (sort keys %count)
{
	open my $source, '<', $name or die "$name: $!\n";
	my @text = ('', <$source>);
	my ($l, $r) = (0, 0);
	for my $n (sort { $a <=> $b } keys %{ $count{$name} })
	{
		my $hit = $count{$name}{$n} > 0;
		if ($text[$n] =~ m{/\* unreachable: (.*?) \*/})
		{
			push @marked, "$name:$n: $1" . ($hit ? ' (BUT IT IS REACHED)' : '');
			$failed = 1 if $hit;
			next;
		}
		$l++;
		if ($hit) { $r++ }
		else { push @missed, "$name:$n:" . $text[$n] =~ s/\s+/ /gr }
	}
	my $must = grep { $_ eq $name } @whole;
	$failed = 1 if $must && $r < $l;
	printf "%-26s %6d %8d %8.2f%s\n", $name, $l, $r, $l ? 100 * $r / $l : 100,
	  $must && $r < $l ? '  every line of this file must be reached' : '';
	$lines += $l;
	$reached += $r;
}
$failed = 1 if 100 * $reached < $least * $lines;

printf "\n%d lines not reached\n", scalar @missed;
print "$_\n" for @missed;
printf "\n%d lines that nothing can reach, not counted\n", scalar @marked;
print "$_\n" for @marked;
printf "\n%d of %d lines reached: %.2f %% (at least %d %%, and all of %d files)\n",
  $reached, $lines, 100 * $reached / $lines, $least, scalar @whole;
exit 0 if !$verdict;
print $failed ? "FAILED\n" : "ok\n";
exit $failed;
