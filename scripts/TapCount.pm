# SPDX-License-Identifier: GPL-2.0
#
# prove's own console output, then what the tests that failed have said, and one line of plain counts. The counts a test
# file are a TSV in $PVOPS_CHECK_TSV as well.
package TapCount;

use strict;
use warnings;
use TAP::Formatter::Console;
use TAP::Formatter::File;

# As prove chooses: running counts are for a terminal only.
our @ISA = (-t STDOUT ? 'TAP::Formatter::Console' : 'TAP::Formatter::File');

# A file that broke off, exited badly or ran other than its plan is a failure even where each of its tests passed.
sub file_counts {
	my ($parser) = @_;
	my $skipped = $parser->skip_all ? 1 : scalar $parser->skipped;
	my $failed = scalar $parser->failed;
	$failed ||= 1 if $parser->has_problems && !$parser->failed;
	my $passed = $parser->skip_all ? 0 : scalar($parser->passed) - $skipped;
	return ($passed, $failed, $skipped);
}

# What a test file that failed has said of it: each "not ok" with the comments after it, from the TAP that prove keeps.
sub print_failures {
	my ($name) = @_;
	open my $tap, '<', "$ENV{PERL_TEST_HARNESS_DUMP_TAP}/$name" or return;
	my ($shown, $left) = (0, 40);
	print "\n$name:\n";
	while (my $line = <$tap>) {
		$shown = $line =~ /^(?:not ok(?!.*# TODO)|Bail out!)/ if $line !~ /^#/;
		print "  $line" if $shown && $left-- > 0;
	}
	print "  ... more in $ENV{PERL_TEST_HARNESS_DUMP_TAP}/$name\n" if $left < 0;
}

sub summary {
	my ($self, $aggregate, $interrupted) = @_;
	$self->SUPER::summary($aggregate, $interrupted);

	my @sum = (0, 0, 0);
	my @rows = ("test\tpassed\tfailed\tskipped\tseconds\n");
	for my $name ($aggregate->descriptions) {
		my ($parser) = $aggregate->parsers($name);
		my @counts = file_counts($parser);
		$sum[$_] += $counts[$_] for 0 .. 2;
		print_failures($name) if $counts[1] && $ENV{PERL_TEST_HARNESS_DUMP_TAP};
		push @rows, join("\t", $name, @counts, sprintf('%.1f', $parser->end_time - $parser->start_time)) . "\n";
	}
	if (my $path = $ENV{PVOPS_CHECK_TSV}) {
		open my $out, '>', $path or die "$path: $!\n";
		print $out @rows;
		close $out;
	}
	$sum[1]++ if $interrupted;
	print "$sum[0] passed, $sum[1] failed", $sum[2] ? ", $sum[2] skipped" : '', "\n";
}

1;
